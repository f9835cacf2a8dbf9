"""The forms of a trial: adverse events, medications, pregnancies."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

FORM = "id, form_id, participant_id, version, in_error, alert_id, reason, recorded_by, recorded_at"
FIXED = {
    "adverse_event": f"{FORM}, term, started_on, ended_on, grade, ctcae_version, serious, criteria, causality, action, "
    "outcome, check_id, item, safety_event_id",
    "medication": f"{FORM}, medicine, amount, indication, started_on, ended_on, interacts, strong",
    "pregnancy": f"{FORM}, concerns, learned_on, last_period_on, expected_on, outcome, outcome_on",
}
"""Every column of a form but the sealed one, which a new key seals again."""


def upgrade() -> None:
    _adverse_events()
    _medications()
    _pregnancies()
    _signatures()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in FIXED.items():
        fence = _fence_form_on_sqlite if on_sqlite else _fence_form_on_postgresql
        fence(table, columns)
    if on_sqlite:
        _fence_signatures_on_sqlite()
    else:
        _fence_signatures_on_postgresql()


def _adverse_events() -> None:
    op.create_table(
        "adverse_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("narrative", sa.String(), nullable=True),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("ctcae_version", sa.Text(), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=True),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("causality", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("check_id", sa.String(), nullable=True),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("safety_event_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_adverse_event_alert_id")),
        sa.ForeignKeyConstraint(["check_id"], ["symptom_check.id"], name=op.f("fk_adverse_event_check_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_adverse_event_participant_id")),
        sa.ForeignKeyConstraint(
            ["safety_event_id"], ["safety_event.id"], name=op.f("fk_adverse_event_safety_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint("form_id", "version", name=op.f("uq_adverse_event_form_id_version")),
    )
    op.create_index(op.f("ix_adverse_event_participant_id"), "adverse_event", ["participant_id"], unique=False)


def _medications() -> None:
    op.create_table(
        "medication",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("narrative", sa.String(), nullable=True),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("medicine", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("indication", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("interacts", sa.String(), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_medication_alert_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_medication_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication")),
        sa.UniqueConstraint("form_id", "version", name=op.f("uq_medication_form_id_version")),
    )
    op.create_index(op.f("ix_medication_participant_id"), "medication", ["participant_id"], unique=False)


def _pregnancies() -> None:
    op.create_table(
        "pregnancy",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("narrative", sa.String(), nullable=True),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=False),
        sa.Column("learned_on", sa.Date(), nullable=False),
        sa.Column("last_period_on", sa.Date(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_pregnancy_alert_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_pregnancy_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancy")),
        sa.UniqueConstraint("form_id", "version", name=op.f("uq_pregnancy_form_id_version")),
    )
    op.create_index(op.f("ix_pregnancy_participant_id"), "pregnancy", ["participant_id"], unique=False)


def _signatures() -> None:
    op.create_table(
        "form_signature",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_form_signature_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_signature")),
        sa.UniqueConstraint("form", "form_id", "version", name=op.f("uq_form_signature_form_form_id_version")),
    )
    op.create_index(op.f("ix_form_signature_participant_id"), "form_signature", ["participant_id"], unique=False)


def _fence_form_on_sqlite(table: str, fixed: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {fixed} ON {table} {refuse}")
    op.execute(
        f"CREATE TRIGGER {table}_no_erasure BEFORE UPDATE OF narrative ON {table} "
        f"WHEN OLD.narrative IS NULL OR NEW.narrative IS NULL {refuse}"
    )
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} "
        f"WHERE id = NEW.id OR (form_id = NEW.form_id AND version = NEW.version)) {refuse}"
    )


def _fence_form_on_postgresql(table: str, fixed: str) -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE OF {fixed} ON {table} FOR EACH ROW {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_erasure BEFORE UPDATE OF narrative ON {table} "
        f"FOR EACH ROW WHEN (OLD.narrative IS NULL OR NEW.narrative IS NULL) {refuse}"
    )
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")


def _fence_signatures_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'form_signature is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER form_signature_no_{event} BEFORE {event.upper()} ON form_signature {refuse}")
    op.execute(
        "CREATE TRIGGER form_signature_no_replace BEFORE INSERT ON form_signature WHEN EXISTS (SELECT 1 FROM "
        "form_signature WHERE id = NEW.id "
        f"OR (form = NEW.form AND form_id = NEW.form_id AND version = NEW.version)) {refuse}"
    )


def _fence_signatures_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(
        f"CREATE TRIGGER form_signature_append_only BEFORE DELETE OR UPDATE ON form_signature FOR EACH ROW {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER form_signature_no_truncate BEFORE TRUNCATE ON form_signature FOR EACH STATEMENT {refuse}"
    )
