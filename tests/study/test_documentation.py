"""The page about the study database says what the database holds, on SQLite and on PostgreSQL."""

import re
from typing import Any

from sqlalchemy import inspect, text

from models.migrations.upgrade import differences
from models.session import Store
from models.study.store import StudyStore
from models.study.sums import StudyParticipantAdherence
from models.study.views import VIEWS, select_of
from protocol.adherence_fields import FIELDS
from protocol.trial import Trial
from study.documentation import TARGET, columns_of, document, tables
from study.sync import drain
from tests.study.cast import NOON
from tests.study.test_sync import a_day

CONTRACT = {
    "participant", "dose_order", "scheduled_dose", "dose_event", "alert", "disposition", "message_delivery",
    "disposition_event",
    "receiving_gap", "audit_anchor", "participant_day", "participant_adherence", "sync_mark",
    "symptom_check", "symptom_answer", "self_rated_check", "self_rated_answer", "alert_call", "safety_event",
    "staff_message", "participant_message", "adverse_event", "medication", "pregnancy", "form_signature",
    "guard_note", "journey", "tablet_movement", "visit", "order_proposal", "draw", "lab_result", "month_six_decision",
    "transfusion",
}  # fmt: skip


def test_the_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run: python -m study.documentation"


def test_every_table_of_the_contract_is_on_the_page_with_a_meaning_for_each_column() -> None:
    assert {table.__tablename__ for table in tables()} == CONTRACT
    for table in tables():
        for column in columns_of(table):
            assert column.info.get("meaning", "").endswith("."), f"{table.__tablename__}.{column.name}"


def test_every_figure_has_its_column() -> None:
    assert len(FIELDS) > 20
    assert {one.key for one in FIELDS} <= set(StudyParticipantAdherence.model_fields)


async def test_the_migrated_database_has_the_tables_and_columns_of_the_models(study: StudyStore) -> None:
    assert await differences(study.url, "study") == []
    async with study.engine.connect() as connection:
        assert set(await connection.run_sync(lambda there: inspect(there).get_table_names())) >= CONTRACT


async def test_views_only_select_what_the_sync_wrote(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await drain(store, study, trial, at=NOON)
    async with study.engine.connect() as connection:
        for view in VIEWS:
            seen = (await connection.execute(text(f"SELECT * FROM {view.name}"))).mappings().one()  # noqa: S608
            assert list(seen) == [name for name, _ in view.columns]
            assert dict(seen) == await _looked_up(connection, view.columns)


async def _looked_up(connection: Any, columns: Any) -> dict[str, Any]:
    """The same values, each from its own table: there is one row in each."""
    found = {}
    for name, table in columns:
        query = text(f"SELECT {name} FROM {table.__tablename__}")  # noqa: S608
        found[name] = (await connection.execute(query)).scalar_one()
    return found


async def test_the_migrated_views_are_the_documented_ones(study: StudyStore) -> None:
    for view in VIEWS:
        assert not re.search(r"\(|\b(CASE|SUM|AVG|COUNT|WHERE|GROUP)\b", select_of(view)), "a view computes nothing"
    if study.on_sqlite:
        async with study.engine.connect() as connection:
            query = text("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
            stored = {row.name: row.sql for row in await connection.execute(query)}
        assert stored == {view.name: f"CREATE VIEW {view.name} AS {select_of(view)}" for view in VIEWS}
