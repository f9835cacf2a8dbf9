CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
-- end
CREATE TABLE audit_entry (
	seq BIGINT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	actor VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id VARCHAR NOT NULL, 
	participant_id VARCHAR, 
	header VARCHAR NOT NULL, 
	payload VARCHAR, 
	salt VARCHAR, 
	payload_hash VARCHAR NOT NULL, 
	previous_hash VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	CONSTRAINT pk_audit_entry PRIMARY KEY (seq)
);
-- end
CREATE INDEX ix_audit_entry_participant_id ON audit_entry (participant_id);
-- end
CREATE INDEX ix_audit_entry_record_id ON audit_entry (record_id);
-- end
CREATE TABLE audit_head (
	id SERIAL NOT NULL, 
	seq BIGINT NOT NULL, 
	hash VARCHAR NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id)
);
-- end
CREATE TABLE inbox_update (
	update_id BIGINT NOT NULL, 
	sender_index VARCHAR NOT NULL, 
	body VARCHAR, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	visible_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	reason VARCHAR NOT NULL, 
	done_at TIMESTAMP WITH TIME ZONE, 
	answers VARCHAR, 
	answered_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_inbox_update PRIMARY KEY (update_id)
);
-- end
CREATE INDEX ix_inbox_update_new ON inbox_update (visible_at) WHERE state = 'new';
-- end
CREATE INDEX ix_inbox_update_unanswered ON inbox_update (done_at) WHERE answers IS NOT NULL;
-- end
CREATE TABLE login_failure (
	id VARCHAR NOT NULL, 
	name_hash VARCHAR NOT NULL, 
	address_hash VARCHAR NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_login_failure PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_login_failure_address_hash ON login_failure (address_hash);
-- end
CREATE INDEX ix_login_failure_at ON login_failure (at);
-- end
CREATE INDEX ix_login_failure_name_hash ON login_failure (name_hash);
-- end
CREATE TABLE note (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_note PRIMARY KEY (name)
);
-- end
CREATE TABLE outbox_entry (
	seq BIGSERIAL NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id VARCHAR NOT NULL, 
	participant_id VARCHAR, 
	payload VARCHAR NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	visible_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	attempts INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	sent_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_outbox_entry PRIMARY KEY (seq)
);
-- end
CREATE INDEX ix_outbox_entry_record ON outbox_entry (record_type, record_id);
-- end
CREATE INDEX ix_outbox_entry_waiting ON outbox_entry (seq) WHERE sent_at IS NULL;
-- end
CREATE TABLE receiving_gap (
	id VARCHAR NOT NULL, 
	from_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	until_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_receiving_gap PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_receiving_gap_until_at ON receiving_gap (until_at);
-- end
CREATE TABLE site (
	code VARCHAR NOT NULL, 
	contact_name VARCHAR NOT NULL, 
	contact_phone VARCHAR NOT NULL, 
	tz VARCHAR NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_site PRIMARY KEY (code)
);
-- end
CREATE TABLE start_failure (
	id VARCHAR NOT NULL, 
	chat_index VARCHAR NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_start_failure PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_start_failure_chat_index ON start_failure (chat_index);
-- end
CREATE TABLE participant (
	id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	site_code VARCHAR NOT NULL, 
	state TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	language TEXT NOT NULL, 
	tz VARCHAR NOT NULL, 
	reminder_time TIME WITHOUT TIME ZONE NOT NULL, 
	food TEXT NOT NULL, 
	enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	starts_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	set_up_at TIMESTAMP WITH TIME ZONE, 
	messages_stopped_at TIMESTAMP WITH TIME ZONE, 
	unreachable_at TIMESTAMP WITH TIME ZONE, 
	blocked_at TIMESTAMP WITH TIME ZONE, 
	blocked_reason VARCHAR, 
	silent_at TIMESTAMP WITH TIME ZONE, 
	protocol_version VARCHAR NOT NULL, 
	plan_due_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_participant PRIMARY KEY (id), 
	CONSTRAINT fk_participant_site_code FOREIGN KEY(site_code) REFERENCES site (code), 
	CONSTRAINT uq_participant_code UNIQUE (code)
);
-- end
CREATE INDEX ix_participant_plan_due_at ON participant (plan_due_at);
-- end
CREATE INDEX ix_participant_site_code ON participant (site_code);
-- end
CREATE TABLE staff (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role TEXT NOT NULL, 
	site_code VARCHAR, 
	password_hash VARCHAR NOT NULL, 
	totp_secret VARCHAR NOT NULL, 
	totp_last_step INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	disabled_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_staff PRIMARY KEY (id), 
	CONSTRAINT fk_staff_site_code FOREIGN KEY(site_code) REFERENCES site (code), 
	CONSTRAINT uq_staff_name UNIQUE (name)
);
-- end
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR, 
	site_code VARCHAR, 
	kind TEXT NOT NULL, 
	level TEXT NOT NULL, 
	cause_key VARCHAR NOT NULL, 
	dose_id VARCHAR, 
	times INTEGER NOT NULL, 
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	acknowledged_at TIMESTAMP WITH TIME ZONE, 
	acknowledged_by VARCHAR, 
	closed_at TIMESTAMP WITH TIME ZONE, 
	closed_by VARCHAR, 
	outcome VARCHAR NOT NULL, 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT fk_alert_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_alert_site_code FOREIGN KEY(site_code) REFERENCES site (code)
);
-- end
CREATE INDEX ix_alert_participant_id ON alert (participant_id);
-- end
CREATE INDEX ix_alert_site_code ON alert (site_code);
-- end
CREATE UNIQUE INDEX uq_alert_cause_key_open ON alert (cause_key) WHERE closed_at IS NULL;
-- end
CREATE TABLE chat_link (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	role TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	chat VARCHAR NOT NULL, 
	chat_index VARCHAR NOT NULL, 
	linked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	accepted_at TIMESTAMP WITH TIME ZONE, 
	unlinked_at TIMESTAMP WITH TIME ZONE, 
	refused_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_chat_link PRIMARY KEY (id), 
	CONSTRAINT fk_chat_link_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id)
);
-- end
CREATE INDEX ix_chat_link_participant_id ON chat_link (participant_id);
-- end
CREATE UNIQUE INDEX uq_chat_link_chat_index_active ON chat_link (chat_index) WHERE unlinked_at IS NULL;
-- end
CREATE UNIQUE INDEX uq_chat_link_own_active ON chat_link (participant_id) WHERE unlinked_at IS NULL AND role = 'own';
-- end
CREATE TABLE consent (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	purpose TEXT NOT NULL, 
	text_version VARCHAR NOT NULL, 
	given BOOLEAN NOT NULL, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_consent PRIMARY KEY (id), 
	CONSTRAINT fk_consent_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id)
);
-- end
CREATE INDEX ix_consent_participant_id ON consent (participant_id);
-- end
CREATE TABLE dose_order (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	from_on DATE NOT NULL, 
	until_on DATE, 
	dose_mg FLOAT NOT NULL, 
	units INTEGER NOT NULL, 
	every_days INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	ordered_by VARCHAR NOT NULL, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	read_back_units INTEGER, 
	read_back_at TIMESTAMP WITH TIME ZONE, 
	read_back_missed_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_dose_order PRIMARY KEY (id), 
	CONSTRAINT ck_dose_order_every_days CHECK (every_days >= 1), 
	CONSTRAINT fk_dose_order_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT uq_dose_order_participant_id_version UNIQUE (participant_id, version)
);
-- end
CREATE TABLE eligibility (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	site_code VARCHAR NOT NULL, 
	criteria VARCHAR NOT NULL, 
	prior_therapy VARCHAR NOT NULL, 
	pregnancy_test_on DATE, 
	signed_by VARCHAR NOT NULL, 
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_eligibility PRIMARY KEY (id), 
	CONSTRAINT fk_eligibility_signed_by FOREIGN KEY(signed_by) REFERENCES staff (id), 
	CONSTRAINT fk_eligibility_site_code FOREIGN KEY(site_code) REFERENCES site (code), 
	CONSTRAINT uq_eligibility_participant_code UNIQUE (participant_code)
);
-- end
CREATE TABLE identity (
	participant_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	CONSTRAINT pk_identity PRIMARY KEY (participant_id), 
	CONSTRAINT fk_identity_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id)
);
-- end
CREATE TABLE invitation (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	role TEXT NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_invitation PRIMARY KEY (id), 
	CONSTRAINT fk_invitation_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash)
);
-- end
CREATE INDEX ix_invitation_participant_id ON invitation (participant_id);
-- end
CREATE TABLE paper_consent (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	site_code VARCHAR NOT NULL, 
	form_version VARCHAR NOT NULL, 
	signed_on DATE NOT NULL, 
	investigator VARCHAR NOT NULL, 
	recorded_by VARCHAR NOT NULL, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_paper_consent PRIMARY KEY (id), 
	CONSTRAINT fk_paper_consent_recorded_by FOREIGN KEY(recorded_by) REFERENCES staff (id), 
	CONSTRAINT fk_paper_consent_site_code FOREIGN KEY(site_code) REFERENCES site (code)
);
-- end
CREATE INDEX ix_paper_consent_participant_code ON paper_consent (participant_code);
-- end
CREATE TABLE scheduled_dose (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	nominal_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	due_on DATE NOT NULL, 
	due_tz VARCHAR NOT NULL, 
	dose_mg FLOAT NOT NULL, 
	units INTEGER NOT NULL, 
	order_version INTEGER NOT NULL, 
	is_first BOOLEAN NOT NULL, 
	state TEXT NOT NULL, 
	cause TEXT, 
	units_taken INTEGER NOT NULL, 
	taken_at TIMESTAMP WITH TIME ZONE, 
	snoozed_until TIMESTAMP WITH TIME ZONE, 
	snoozes INTEGER NOT NULL, 
	settle_at TIMESTAMP WITH TIME ZONE, 
	cancelled_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_scheduled_dose PRIMARY KEY (id), 
	CONSTRAINT ck_scheduled_dose_ordinal CHECK (ordinal >= 1), 
	CONSTRAINT ck_scheduled_dose_units CHECK (units >= 1), 
	CONSTRAINT fk_scheduled_dose_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT uq_scheduled_dose_participant_id_ordinal UNIQUE (participant_id, ordinal)
);
-- end
CREATE INDEX ix_scheduled_dose_settle_at ON scheduled_dose (settle_at) WHERE settle_at IS NOT NULL;
-- end
CREATE TABLE web_session (
	token_hash VARCHAR NOT NULL, 
	staff_id VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_web_session PRIMARY KEY (token_hash), 
	CONSTRAINT fk_web_session_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
-- end
CREATE INDEX ix_web_session_staff_id ON web_session (staff_id);
-- end
CREATE TABLE dose_event (
	id VARCHAR NOT NULL, 
	dose_id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	answer TEXT NOT NULL, 
	units INTEGER NOT NULL, 
	dose_mg FLOAT NOT NULL, 
	taken_at TIMESTAMP WITH TIME ZONE, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	reported_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	source TEXT NOT NULL, 
	reported_by VARCHAR NOT NULL, 
	reason TEXT, 
	supersedes_id VARCHAR, 
	superseded BOOLEAN NOT NULL, 
	correction_reason VARCHAR NOT NULL, 
	is_late BOOLEAN NOT NULL, 
	cause_key VARCHAR NOT NULL, 
	CONSTRAINT pk_dose_event PRIMARY KEY (id), 
	CONSTRAINT fk_dose_event_dose_id FOREIGN KEY(dose_id) REFERENCES scheduled_dose (id), 
	CONSTRAINT fk_dose_event_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_dose_event_supersedes_id FOREIGN KEY(supersedes_id) REFERENCES dose_event (id), 
	CONSTRAINT uq_dose_event_cause_key UNIQUE (cause_key)
);
-- end
CREATE INDEX ix_dose_event_dose_id ON dose_event (dose_id);
-- end
CREATE TABLE open_question (
	link_id VARCHAR NOT NULL, 
	question VARCHAR NOT NULL, 
	dose_id VARCHAR, 
	argument VARCHAR NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_open_question PRIMARY KEY (link_id), 
	CONSTRAINT fk_open_question_link_id FOREIGN KEY(link_id) REFERENCES chat_link (id)
);
-- end
CREATE TABLE participant_message (
	id VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	link_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	read_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_participant_message PRIMARY KEY (id), 
	CONSTRAINT fk_participant_message_link_id FOREIGN KEY(link_id) REFERENCES chat_link (id), 
	CONSTRAINT fk_participant_message_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id)
);
-- end
CREATE INDEX ix_participant_message_participant_id ON participant_message (participant_id);
-- end
CREATE TABLE prompt (
	id VARCHAR NOT NULL, 
	key VARCHAR NOT NULL, 
	participant_id VARCHAR NOT NULL, 
	dose_id VARCHAR, 
	kind TEXT NOT NULL, 
	rung INTEGER NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	visible_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	state TEXT NOT NULL, 
	reason VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	claimed_by VARCHAR, 
	lease_until TIMESTAMP WITH TIME ZONE, 
	link_id VARCHAR, 
	units INTEGER, 
	body VARCHAR, 
	sent_at TIMESTAMP WITH TIME ZONE, 
	settled_at TIMESTAMP WITH TIME ZONE, 
	message VARCHAR, 
	CONSTRAINT pk_prompt PRIMARY KEY (id), 
	CONSTRAINT fk_prompt_dose_id FOREIGN KEY(dose_id) REFERENCES scheduled_dose (id), 
	CONSTRAINT fk_prompt_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT uq_prompt_key UNIQUE (key)
);
-- end
CREATE INDEX ix_prompt_dose_id ON prompt (dose_id);
-- end
CREATE INDEX ix_prompt_due ON prompt (visible_at) WHERE state IN ('waiting', 'claimed', 'sending');
-- end
CREATE INDEX ix_prompt_participant_id ON prompt (participant_id);
-- end
CREATE FUNCTION anshi_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
-- end
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION anshi_append_only();
-- end
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION anshi_append_only();
-- end
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION anshi_append_only();
-- end
CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON consent FOR EACH STATEMENT EXECUTE FUNCTION anshi_append_only();
-- end
INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;
-- end
