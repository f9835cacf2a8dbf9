CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
-- end
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR, 
	site_code VARCHAR, 
	kind TEXT NOT NULL, 
	level TEXT NOT NULL, 
	dose_id VARCHAR, 
	times INTEGER NOT NULL, 
	opened_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	acknowledged_at DATETIME, 
	closed_at DATETIME, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_alert PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_alert_participant_code ON alert (participant_code);
-- end
CREATE TABLE audit_anchor (
	seq INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	anchored_at DATETIME NOT NULL, 
	CONSTRAINT pk_audit_anchor PRIMARY KEY (seq)
);
-- end
CREATE TABLE disposition (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	purpose TEXT, 
	given BOOLEAN, 
	text_version VARCHAR, 
	recorded_at DATETIME NOT NULL, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_disposition PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_disposition_participant_code ON disposition (participant_code);
-- end
CREATE TABLE dose_event (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	dose_id VARCHAR NOT NULL, 
	answer TEXT NOT NULL, 
	units INTEGER NOT NULL, 
	dose_mg FLOAT NOT NULL, 
	taken_at DATETIME, 
	reported_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	source TEXT NOT NULL, 
	reason TEXT, 
	supersedes_id VARCHAR, 
	superseded BOOLEAN NOT NULL, 
	correction_reason VARCHAR NOT NULL, 
	is_late BOOLEAN NOT NULL, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_dose_event PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_dose_event_dose_id ON dose_event (dose_id);
-- end
CREATE INDEX ix_dose_event_participant_code ON dose_event (participant_code);
-- end
CREATE TABLE dose_order (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	from_on DATE NOT NULL, 
	until_on DATE, 
	dose_mg FLOAT NOT NULL, 
	units INTEGER NOT NULL, 
	every_days INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	read_back_units INTEGER, 
	read_back_at DATETIME, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_dose_order PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_dose_order_participant_code ON dose_order (participant_code);
-- end
CREATE TABLE message_delivery (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	dose_id VARCHAR, 
	kind TEXT NOT NULL, 
	rung INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	reason VARCHAR NOT NULL, 
	units INTEGER, 
	sent_at DATETIME, 
	settled_at DATETIME, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_message_delivery PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_message_delivery_dose_id ON message_delivery (dose_id);
-- end
CREATE INDEX ix_message_delivery_participant_code ON message_delivery (participant_code);
-- end
CREATE TABLE participant (
	participant_code VARCHAR NOT NULL, 
	record_id VARCHAR NOT NULL, 
	site_code VARCHAR NOT NULL, 
	state TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	language TEXT NOT NULL, 
	tz VARCHAR NOT NULL, 
	reminder_time TIME NOT NULL, 
	food TEXT NOT NULL, 
	enrolled_at DATETIME NOT NULL, 
	starts_at DATETIME NOT NULL, 
	protocol_version VARCHAR NOT NULL, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_participant PRIMARY KEY (participant_code), 
	CONSTRAINT uq_participant_record_id UNIQUE (record_id)
);
-- end
CREATE INDEX ix_participant_site_code ON participant (site_code);
-- end
CREATE TABLE participant_adherence (
	participant_code VARCHAR NOT NULL, 
	as_of DATETIME NOT NULL, 
	protocol_version VARCHAR NOT NULL, 
	first_taken_on DATE, 
	scheduled INTEGER NOT NULL, 
	taken INTEGER NOT NULL, 
	taken_partly INTEGER NOT NULL, 
	not_taken INTEGER NOT NULL, 
	unreported INTEGER NOT NULL, 
	not_asked INTEGER NOT NULL, 
	held INTEGER NOT NULL, 
	open INTEGER NOT NULL, 
	response FLOAT, 
	taking_lower FLOAT, 
	taking_reported FLOAT, 
	taking_upper FLOAT, 
	correct_days_lower FLOAT, 
	correct_days_reported FLOAT, 
	correct_days_upper FLOAT, 
	interval_observed FLOAT, 
	interval_expected FLOAT, 
	intervals_left_out INTEGER NOT NULL, 
	mg_intensity FLOAT, 
	holidays INTEGER NOT NULL, 
	longest_holiday INTEGER, 
	holidays_sensitivity INTEGER NOT NULL, 
	longest_holiday_sensitivity INTEGER, 
	initiation_days INTEGER, 
	persistence_days INTEGER, 
	persistence_ended BOOLEAN, 
	timing VARCHAR NOT NULL, 
	shares VARCHAR NOT NULL, 
	CONSTRAINT pk_participant_adherence PRIMARY KEY (participant_code)
);
-- end
CREATE TABLE participant_day (
	dose_id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	due_on DATE NOT NULL, 
	due_at DATETIME NOT NULL, 
	due_tz VARCHAR NOT NULL, 
	study_day INTEGER, 
	is_first BOOLEAN NOT NULL, 
	state TEXT NOT NULL, 
	cause TEXT, 
	units INTEGER NOT NULL, 
	dose_mg FLOAT NOT NULL, 
	doses_taken INTEGER NOT NULL, 
	units_taken INTEGER NOT NULL, 
	mg_taken FLOAT NOT NULL, 
	taken_at VARCHAR NOT NULL, 
	reported_at DATETIME, 
	is_late_report BOOLEAN NOT NULL, 
	source TEXT, 
	computed_at DATETIME NOT NULL, 
	CONSTRAINT pk_participant_day PRIMARY KEY (dose_id)
);
-- end
CREATE INDEX ix_participant_day_due_on ON participant_day (due_on);
-- end
CREATE INDEX ix_participant_day_participant_code ON participant_day (participant_code);
-- end
CREATE TABLE receiving_gap (
	id VARCHAR NOT NULL, 
	from_at DATETIME NOT NULL, 
	until_at DATETIME NOT NULL, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_receiving_gap PRIMARY KEY (id)
);
-- end
CREATE TABLE scheduled_dose (
	id VARCHAR NOT NULL, 
	participant_code VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	nominal_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	due_on DATE NOT NULL, 
	due_tz VARCHAR NOT NULL, 
	dose_mg FLOAT NOT NULL, 
	units INTEGER NOT NULL, 
	order_version INTEGER NOT NULL, 
	is_first BOOLEAN NOT NULL, 
	state TEXT NOT NULL, 
	cause TEXT, 
	units_taken INTEGER NOT NULL, 
	taken_at DATETIME, 
	cancelled_at DATETIME, 
	source_seq INTEGER NOT NULL, 
	synced_at DATETIME NOT NULL, 
	CONSTRAINT pk_scheduled_dose PRIMARY KEY (id)
);
-- end
CREATE INDEX ix_scheduled_dose_participant_code ON scheduled_dose (participant_code);
-- end
CREATE TABLE sync_mark (
	id INTEGER NOT NULL, 
	synced_to DATETIME NOT NULL, 
	last_seq INTEGER NOT NULL, 
	waiting INTEGER NOT NULL, 
	marked_at DATETIME NOT NULL, 
	CONSTRAINT pk_sync_mark PRIMARY KEY (id)
);
-- end
CREATE VIEW adherence_day AS SELECT p.participant_code, p.site_code, d.dose_id, d.ordinal, d.due_on, d.due_at, d.due_tz, d.study_day, d.is_first, d.state, d.cause, d.units, d.dose_mg, d.doses_taken, d.units_taken, d.mg_taken, d.taken_at, d.reported_at, d.is_late_report, d.source, d.computed_at FROM participant_day AS d JOIN participant AS p ON p.participant_code = d.participant_code;
-- end
CREATE VIEW adherence_summary AS SELECT p.participant_code, p.site_code, p.state, d.as_of, d.protocol_version, d.first_taken_on, d.scheduled, d.taken, d.taken_partly, d.not_taken, d.unreported, d.not_asked, d.held, d.open, d.response, d.taking_lower, d.taking_reported, d.taking_upper, d.correct_days_lower, d.correct_days_reported, d.correct_days_upper, d.interval_observed, d.interval_expected, d.intervals_left_out, d.mg_intensity, d.holidays, d.longest_holiday, d.holidays_sensitivity, d.longest_holiday_sensitivity, d.initiation_days, d.persistence_days, d.persistence_ended, d.timing, d.shares FROM participant_adherence AS d JOIN participant AS p ON p.participant_code = d.participant_code;
-- end
INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;
-- end
