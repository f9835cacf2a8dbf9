"""What is only ever added cannot be changed, deleted or replaced, whichever way into the database is taken."""
# ruff: noqa: S608  the names of our own tables

import secrets
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from models.adverse_event import AdverseEvent
from models.audit import audit_problems
from models.disposition import Disposition
from models.form import FormSignature
from models.guard import GuardNote
from models.identity import ChatLink
from models.journey import JourneyRow
from models.lab import Draw, LabResult, MonthSixDecision, NumberedRow
from models.medication import Medication
from models.order_proposal import OrderProposal
from models.participant import Consent, Participant
from models.pregnancy import Pregnancy
from models.self_rated import SelfRatedAnswer, SelfRatedCheck
from models.session import Change, Store
from models.site import Site
from models.symptom import SymptomAnswer, SymptomCheck
from models.tablet import TabletMovement
from models.transfusion import Transfusion
from models.vault import Keys, Vault
from protocol.answers import AnswerState
from protocol.disposition import DispositionKind, DispositionReason
from protocol.forms import FormKind
from protocol.guards import GuardNoteKind
from protocol.lab_entry import LabSource
from protocol.labs import Bound
from protocol.month_six import MonthSixChoice
from protocol.order_proposal import ProposalState
from protocol.partial_day import PartialDay
from protocol.pregnancy import PregnancyOutcome
from protocol.pro_ctcae import Attribute
from protocol.symptoms import Applies, Occasion, Tier
from protocol.tablets import MovementKind, MovementSource
from protocol.terms import Channel, FoodMode, Language, LinkRole, ParticipantState, Purpose, Source, TravelClock
from protocol.transfusions import BloodKind, TransfusionSource
from tests.postgres import Kind, fresh_store_url

AT = datetime(2026, 3, 2, tzinfo=UTC)
FORMS = ("adverse_event", "medication", "pregnancy")
APPEND_ONLY = (
    "audit_entry", "consent", "symptom_answer", "self_rated_answer", *FORMS, "form_signature", "disposition",
    "guard_note", "journey", "tablet_movement", "draw", "lab_result", "month_six_decision", "order_proposal",
    "transfusion",
)  # fmt: skip
KEYS = dict.fromkeys(APPEND_ONLY, "id") | {"audit_entry": "seq"}
SEALED_AGAIN = {"symptom_answer": "body"} | dict.fromkeys(FORMS, "narrative")
"""The one column that a new key may seal again; erasing it is refused."""


@pytest.fixture(params=get_args(Kind))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A migrated store with a row in each fenced table."""
    numbers = count(1)
    opened = Store(
        await fresh_store_url(request.param, tmp_path),
        vault=Vault(Keys({"k1": bytes(32)}, bytes(32)), secrets.token_bytes),
        new_id=lambda: f"n{next(numbers):04d}",
        random_bytes=secrets.token_bytes,
    )
    await add_rows(opened)
    yield opened
    await opened.close()


async def add_rows(store: Store) -> None:
    async with store.change(at=AT) as change:
        change.session.add(Site(code="S1", contact_name="Li", contact_phone="1", tz="Asia/Shanghai", created_at=AT))
        await change.session.flush()
        change.session.add(fang())
        await change.session.flush()
        row = Consent(
            id="c1", participant_id="p1", purpose=Purpose.MESSAGING, text_version="1", given=True, recorded_at=AT
        )
        change.session.add(row)
        await add_answer(change)
        await add_rating(change)
        await add_forms(change)
        change.session.add_all([lost(), spoken(), travelled(), dispensed(), proposed(), *measured()])
        change.audit("record_consent", "consent", "c1", participant_id="p1", new={"given": True})
        change.audit("enrol", "participant", "p1", participant_id="p1")


async def add_answer(change: Change) -> None:
    began = SymptomCheck(
        id="k1",
        participant_id="p1",
        reported_by="li",
        source=Source.STAFF_CALL,
        occasion=Occasion.WEEKLY,
        protocol_version="1",
        begun_at=AT,
        tier=Tier.GREEN,
    )
    change.session.add(began)
    await change.session.flush()
    told = SymptomAnswer(
        id="a1",
        check_id="k1",
        participant_id="p1",
        ordinal=1,
        item="other_text",
        value="",
        body="sealed",
        state=AnswerState.ANSWERED,
        source=Source.STAFF_CALL,
        reported_by="li",
        cause_key="call:1",
        said_at=AT,
        recorded_at=AT,
    )
    change.session.add(told)


async def add_rating(change: Change) -> None:
    change.session.add(
        ChatLink(
            id="l1",
            participant_id="p1",
            role=LinkRole.OWN,
            channel=Channel.TELEGRAM,
            chat="sealed",
            chat_index="index",
            linked_at=AT,
        )
    )
    await change.session.flush()
    change.session.add(SelfRatedCheck(id="k2", participant_id="p1", link_id="l1", protocol_version="1", begun_at=AT))
    await change.session.flush()
    rated = SelfRatedAnswer(
        id="a2",
        check_id="k2",
        participant_id="p1",
        ordinal=1,
        number=23,
        attribute=Attribute.SEVERITY,
        value=2,
        state=AnswerState.ANSWERED,
        cause_key="update:1",
        wording_version="1",
        said_at=AT,
        recorded_at=AT,
    )
    change.session.add(rated)


async def add_forms(change: Change) -> None:
    kept: dict[str, Any] = {"participant_id": "p1", "version": 1, "narrative": "sealed"}
    kept |= {"recorded_by": "li", "recorded_at": AT}
    forms = [
        AdverseEvent(**kept, id="f1", form_id="f1", term="mouth ulcer", started_on=PartialDay.on(AT.date())),
        Medication(**kept, id="f2", form_id="f2", medicine="aspirin"),
        Pregnancy(
            **kept,
            id="f3",
            form_id="f3",
            concerns=Applies.PREGNANCY_SELF,
            learned_on=AT.date(),
            outcome=PregnancyOutcome.ONGOING,
        ),
    ]
    change.session.add_all(forms)
    signed = FormSignature(
        id="g1",
        form=FormKind.PREGNANCY,
        form_id="f3",
        version=1,
        participant_id="p1",
        signed_by="wu",
        signed_at=AT,
    )
    change.session.add(signed)


def lost() -> Disposition:
    return Disposition(
        id="d1",
        participant_id="p1",
        version=1,
        kind=DispositionKind.LOST,
        happened_on=AT.date(),
        reason_code=DispositionReason.LOST_TO_FOLLOW_UP,
        reason="moved away",
        previous=ParticipantState.ACTIVE,
        state=ParticipantState.LOST,
        recorded_by="li",
        recorded_at=AT,
    )


def spoken() -> GuardNote:
    kind, on = GuardNoteKind.COUNSELLED, AT.date()
    return GuardNote(id="g1", participant_id="p1", guard="sun", kind=kind, on_day=on, recorded_by="li", recorded_at=AT)


def travelled() -> JourneyRow:
    return JourneyRow(
        id="j1",
        participant_id="p1",
        number=1,
        version=1,
        tz="Europe/London",
        clock=TravelClock.LOCAL,
        from_on=AT.date(),
        until_on=AT.date(),
        starts_at=AT,
        ends_at=AT,
        source=Source.STAFF_CALL,
        recorded_by="li",
        recorded_at=AT,
    )


def dispensed() -> TabletMovement:
    return TabletMovement(
        id="t1",
        participant_id="p1",
        number=1,
        version=1,
        kind=MovementKind.DISPENSED,
        product="tablets",
        strength_mg=1.0,
        units=30,
        moved_at=AT,
        source=MovementSource.STAFF,
        recorded_by="li",
        recorded_at=AT,
    )


def proposed() -> OrderProposal:
    return OrderProposal(
        id="o1",
        participant_id="p1",
        number=1,
        version=1,
        state=ProposalState.PROPOSED,
        from_on=AT.date(),
        dose_mg=2.0,
        over_version=1,
        reason="trough 3 ng/mL",
        recorded_by="li",
        recorded_at=AT,
    )


def measured() -> list[NumberedRow]:
    same: dict[str, Any] = {"participant_id": "p1", "number": 1, "version": 1, "recorded_by": "li", "recorded_at": AT}
    value: dict[str, Any] = {
        "analyte": "haemoglobin",
        "value": 96.0,
        "unit": "g/L",
        "given_value": "96",
        "given_unit": "g/L",
    }
    return [
        Draw(id="b1", drawn_at=AT, source=LabSource.STAFF, **same),
        LabResult(id="r1", bound=Bound.EXACT, drawn_at=AT, source=LabSource.STAFF, **value, **same),
        MonthSixDecision(id="x1", choice=MonthSixChoice.CONTINUE, decided_on=AT.date(), months_on_drug=6, **same),
        Transfusion(id="u1", given_on=AT.date(), kind=BloodKind.RED_CELLS, source=TransfusionSource.CHART, **same),
    ]


def fang() -> Participant:
    return Participant(
        id="p1",
        code="P-001",
        site_code="S1",
        state=ParticipantState.ACTIVE,
        channel=Channel.PHONE,
        language=Language.ZH,
        tz="Asia/Shanghai",
        reminder_time=time(8),
        food=FoodMode.WITH,
        enrolled_at=AT,
        starts_at=AT,
        protocol_version="1",
    )


async def columns_of(store: Store, table: str) -> list[str]:
    async with store.read() as session:
        return list((await session.execute(text(f"SELECT * FROM {table} LIMIT 1"))).keys())


async def rows_of(store: Store, table: str) -> int:
    async with store.read() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def attacks_on(store: Store, table: str) -> list[str]:
    """Every statement that would change what stands there."""
    key, columns = KEYS[table], await columns_of(store, table)
    sealed = SEALED_AGAIN.get(table)
    found = [f"UPDATE {table} SET {name} = {name}" for name in columns if name != sealed]
    found += [f"UPDATE {table} SET {sealed} = NULL"] if sealed else []
    found += [f"DELETE FROM {table}", f"DELETE FROM {table} WHERE {key} IS NOT NULL"]
    if store.on_sqlite:
        everything = ", ".join(columns)
        found.append(f"INSERT OR REPLACE INTO {table} SELECT {everything} FROM {table}")
        found.append(f"UPDATE OR REPLACE {table} SET {key} = {key}")
        found.append(
            f"INSERT INTO {table} SELECT {everything} FROM {table} WHERE true "
            f"ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}"
        )
    else:
        found.append(f"TRUNCATE {table} CASCADE")
    return found


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_the_table_refuses_every_change(store: Store, table: str) -> None:
    assert await rows_of(store, table)
    for statement in await attacks_on(store, table):
        with pytest.raises(DBAPIError, match="append-only"):
            async with store.engine.begin() as connection:
                await connection.execute(text(statement))
    assert await rows_of(store, table)
    async with store.read() as session:
        assert await audit_problems(session) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_a_plain_connection_without_our_settings_is_refused_too(store: Store, table: str) -> None:
    """Any tool can open an SQLite file, with references and recursive triggers off."""
    if not store.on_sqlite:
        pytest.skip("PostgreSQL has no settings that let a statement past a trigger without its owner")
    connection = sqlite3.connect(str(make_url(store.url).database), isolation_level=None)
    try:
        before = connection.execute(f"SELECT * FROM {table}").fetchall()
        assert before
        for statement in await attacks_on(store, table):
            with pytest.raises(sqlite3.DatabaseError, match="append-only"):
                connection.execute(statement)
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == before
    finally:
        connection.close()


async def test_the_tables_still_take_new_rows(store: Store) -> None:
    entries = await rows_of(store, "audit_entry")
    async with store.change(at=AT) as change:
        change.audit("look", "participant", "p1")
    assert await rows_of(store, "audit_entry") == entries + 1


async def test_without_the_fence_the_chain_still_tells(store: Store) -> None:
    """A bypass needs the database's owner; the hashes show it afterwards."""
    async with store.engine.begin() as connection:
        if store.on_sqlite:
            await connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        else:
            await connection.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        await connection.execute(text("UPDATE audit_entry SET header = header || ' ' WHERE seq = 1"))
    async with store.read() as session:
        assert [problem.seq for problem in await audit_problems(session)] == [1]
