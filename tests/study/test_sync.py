"""What we owe arrives in the study once, in order, whatever fails in between."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlmodel import col, func, select

from models.alert import Alert
from models.dose import ScheduledDose
from models.ledger import OutboxEntry
from models.session import SYSTEM, Actor, Change, Store
from models.study.contact import StudyAlert
from models.study.day import StudyParticipantDay
from models.study.dose import StudyDoseEvent, StudyDoseOrder, StudyScheduledDose
from models.study.mark import StudyAuditAnchor, StudySyncMark
from models.study.store import StudyStore
from models.study.sums import StudyParticipantAdherence
from protocol.terms import AlertKind, DoseAnswer, DoseState
from protocol.trial import Trial
from study.outbox import backoff
from study.reconcile import reconcile
from study.state import sync_state
from study.sync import drain, push_due
from tests.postgres import Kind
from tests.study.cast import NOON, enrol, hours, order, report, schedule
from tests.study.dump import dump


async def a_day(store: Store, *, at: datetime = NOON, code: str = "PUMCH-001") -> None:
    """Enrolled, ordered, the first dose scheduled and reported."""
    async with store.change(at=at) as change:
        person = await enrol(change, code)
        order(change, person, 1)
        dose = schedule(change, person, 1, DoseState.TAKEN)
        await change.session.flush()
        report(change, dose, taken_at=hours(1, 8.5))


async def test_a_reported_dose_is_a_day_of_the_study(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    pushed = await push_due(store, study, trial, at=NOON)
    assert (pushed.applied, pushed.waiting, pushed.failed, pushed.is_down) == (4, 0, 0, False)
    async with study.read() as session:
        day = (await session.scalars(select(StudyParticipantDay))).one()
        sums = (await session.scalars(select(StudyParticipantAdherence))).one()
        mark = (await session.scalars(select(StudySyncMark))).one()
    assert (day.participant_code, day.study_day, day.units_taken, day.mg_taken) == ("PUMCH-001", 1, 2, 2.0)
    assert (sums.taking_lower, sums.taking_upper, sums.first_taken_on) == (100.0, 100.0, day.due_on)
    assert (mark.synced_to, mark.last_seq, mark.waiting) == (NOON, 4, 0)
    assert await reconcile(store, study, trial) == []


async def test_a_second_push_changes_nothing(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await push_due(store, study, trial, at=NOON)
    before = await dump(study.engine)
    assert (await push_due(store, study, trial, at=NOON + timedelta(minutes=1))).applied == 0
    assert await dump(study.engine) == before


async def test_small_batches_end_where_one_large_one_ends(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await a_day(store, code="PUMCH-002")
    pushes = 0
    while (await push_due(store, study, trial, at=NOON, limit=3)).applied:
        pushes += 1
    assert pushes == 3
    assert await reconcile(store, study, trial) == []


class ProcessKilledError(Exception):
    """The process ends here."""


class DyingStore(Store):
    """A store whose process is killed before its next write is committed."""

    @asynccontextmanager
    async def change(self, *, at: datetime, actor: Actor = SYSTEM) -> AsyncIterator[Change]:
        async with super().change(at=at, actor=actor) as change:
            yield change
            raise ProcessKilledError


async def test_a_process_killed_before_the_sent_mark_applies_the_same_rows_again(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await a_day(store)
    dying = DyingStore(store.url, vault=store.vault, new_id=store.new_id, random_bytes=lambda size: bytes(size))
    with pytest.raises(ProcessKilledError):
        await push_due(dying, study, trial, at=NOON)
    await dying.close()
    held = await dump(study.engine)
    assert len(held["dose_event"]) == 1, "the study had committed"
    assert (await sync_state(store, study)).waiting == 4, "the store had not"
    later = NOON + timedelta(minutes=1)
    assert (await push_due(store, study, trial, at=later)).applied == 4
    again = await dump(study.engine)
    for name in ("participant", "dose_order", "scheduled_dose", "dose_event"):
        assert again[name] == held[name], name
    assert await reconcile(store, study, trial) == []


def _nowhere(kind: Kind, tmp_path: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"
    return f"postgresql://anshi@/none?host={tmp_path}"


async def test_a_study_that_is_away_for_a_week_is_waited_for_and_caught_up(
    store: Store, study: StudyStore, trial: Trial, kind: Kind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="study.sync")
    away = StudyStore(_nowhere(kind, tmp_path))
    await a_day(store)
    at, tries = NOON, 0
    while at < NOON + timedelta(days=7):
        pushed = await push_due(store, away, trial, at=at)
        assert (pushed.applied, pushed.waiting) == (0, 4)
        tries += pushed.is_down
        at += timedelta(hours=1)
    await away.close()
    assert tries == 7 * 24, "it is tried again after a quarter of an hour at most"
    assert [record.message for record in caplog.records] == ["the study database is away"]
    back = await push_due(store, study, trial, at=at)
    assert (back.applied, back.waiting, back.failed) == (4, 0, 0)
    assert [record.message for record in caplog.records][1:] == ["the study database answers again"]
    assert await reconcile(store, study, trial) == []


async def test_between_two_tries_of_an_absent_study_nothing_is_tried(
    store: Store, study: StudyStore, trial: Trial, kind: Kind, tmp_path: Path
) -> None:
    away = StudyStore(_nowhere(kind, tmp_path))
    await a_day(store)
    assert (await push_due(store, away, trial, at=NOON)).is_down
    await away.close()
    soon = NOON + timedelta(seconds=29)
    assert (await push_due(store, study, trial, at=soon)).applied == 0
    assert (await push_due(store, study, trial, at=soon + timedelta(seconds=1))).applied == 4


async def test_an_operator_who_drains_does_not_wait_for_the_back_off(
    store: Store, study: StudyStore, trial: Trial, kind: Kind, tmp_path: Path
) -> None:
    away = StudyStore(_nowhere(kind, tmp_path))
    await a_day(store)
    await push_due(store, away, trial, at=NOON)
    assert (await drain(store, away, trial, at=NOON)).is_down
    await away.close()
    assert (await drain(store, study, trial, at=NOON)).applied == 4


def test_back_off_grows_from_half_a_minute_to_a_quarter_of_an_hour() -> None:
    assert [backoff(attempts).total_seconds() for attempts in (0, 1, 2, 3, 4, 5, 99)] == [
        30,
        60,
        120,
        240,
        480,
        900,
        900,
    ]


async def _spoil(store: Store, seq: int, payload: str) -> str:
    async with store.change(at=NOON) as change:
        before = await change.session.scalar(select(OutboxEntry.payload).where(OutboxEntry.seq == seq))
        await change.session.execute(update(OutboxEntry).where(col(OutboxEntry.seq) == seq).values(payload=payload))
    assert before
    return before


async def test_a_record_that_waited_through_an_upgrade_means_what_it_meant(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await a_day(store)
    async with store.change(at=NOON) as change:
        entries = select(OutboxEntry).where(OutboxEntry.record_type == "dose_order")
        for entry in await change.session.scalars(entries):
            written = json.loads(entry.payload)
            assert written.pop("then_mg") == "", "a column of a later release"
            entry.payload = json.dumps(written)
    assert (await push_due(store, study, trial, at=NOON)).failed == 0
    async with study.read() as session:
        assert {row.then_mg for row in await session.scalars(select(StudyDoseOrder))} == {""}


async def test_a_bad_row_blocks_its_own_record_and_nothing_else(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    right = await _spoil(store, 3, '{"id": "id-PUMCH-001-d1"}')  # the scheduled dose
    await a_day(store, code="PUMCH-002")
    async with store.change(at=NOON) as change:
        dose = await change.session.get_one(ScheduledDose, "id-PUMCH-001-d1")
        dose.units_taken = 2
        change.owe(dose, participant_id=dose.participant_id)
    pushed = await push_due(store, study, trial, at=NOON)
    assert (pushed.applied, pushed.failed) == (7, 1)
    async with study.read() as session:
        assert await session.scalar(select(func.count()).select_from(StudyScheduledDose)) == 1
        assert await session.scalar(select(func.count()).select_from(StudyDoseEvent)) == 2
    async with store.read() as reading:
        alert = (await reading.scalars(select(Alert))).one()
        assert alert.kind is AlertKind.BAD_OUTBOX_ROW
        reason = await reading.scalar(select(OutboxEntry.reason).where(OutboxEntry.seq == 3))
        assert reason == "bad row: column ordinal is missing"
    found = await reconcile(store, study, trial)
    assert found, "the missing dose is seen"
    assert all(one.waiting for one in found if one.record_type == "scheduled_dose")
    assert (await drain(store, study, trial, at=NOON)).failed == 1
    async with study.read() as session:
        assert (await session.scalars(select(StudyAlert))).one().kind is AlertKind.BAD_OUTBOX_ROW
    await _spoil(store, 3, right)
    assert (await drain(store, study, trial, at=NOON)).waiting == 0
    async with store.read() as reading:
        assert (await reading.scalars(select(Alert))).one().times == 1, "told once, however often it is tried"
    assert await reconcile(store, study, trial) == []


@pytest.mark.parametrize(
    "payload",
    [
        "not json",
        "[]",
        '{"id": "r1"}',
        '{"id": "r1", "from_at": "2026-03-02T00:00:00", "until_at": "2026-03-02T00:00:00.000Z"}',  # no zone
        '{"id": "r\\u0000", "from_at": "2026-03-02T00:00:00Z", "until_at": "2026-03-02T00:00:00Z"}',
        '{"id": null, "from_at": "2026-03-02T00:00:00Z", "until_at": "2026-03-02T00:00:00Z"}',
    ],
)
async def test_no_payload_stops_the_loop(store: Store, study: StudyStore, trial: Trial, payload: str) -> None:
    async with store.change(at=NOON) as change:
        change.owe_values("receiving_gap", "r1", {}, participant_id=None)
        change.owe_values("tea", "t1", {}, participant_id=None)
    await _spoil(store, 1, payload)
    await a_day(store)
    pushed = await push_due(store, study, trial, at=NOON)
    assert (pushed.applied, pushed.failed) == (4, 2)


async def test_a_bad_alert_breeds_no_alert(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        change.owe_values("alert", "a1", {}, participant_id=None)
    for minutes in (0, 20, 40, 60):
        await push_due(store, study, trial, at=NOON + timedelta(minutes=minutes))
    assert (await sync_state(store, study)).waiting == 1


async def test_a_row_that_only_the_database_refuses_is_found_among_its_batch(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    trigger = (
        "CREATE TRIGGER no_tea BEFORE INSERT ON dose_event WHEN NEW.id = 'id-PUMCH-001-d1-e1'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
        if study.on_sqlite
        else "ALTER TABLE dose_event ADD CONSTRAINT no_tea CHECK (id <> 'id-PUMCH-001-d1-e1')"
    )
    async with study.write(at=NOON) as session:
        await session.execute(text(trigger))
    await a_day(store)
    await a_day(store, code="PUMCH-002")
    pushed = await push_due(store, study, trial, at=NOON)
    assert (pushed.applied, pushed.failed) == (7, 1)
    async with study.read() as session:
        assert (await session.scalars(select(StudyDoseEvent.id))).all() == ["id-PUMCH-002-d1-e1"]


async def test_an_unprepared_study_is_away_and_spoils_no_row(store: Store, study: StudyStore, trial: Trial) -> None:
    async with study.write(at=NOON) as session:
        await session.execute(text("ALTER TABLE dose_event RENAME TO elsewhere"))
    await a_day(store)
    pushed = await push_due(store, study, trial, at=NOON)
    assert (pushed.applied, pushed.failed, pushed.is_down) == (0, 0, True)


async def test_a_record_never_goes_back_to_an_earlier_change(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    async with store.change(at=NOON) as change:
        dose = await change.session.get_one(ScheduledDose, "id-PUMCH-001-d1")
        dose.state = DoseState.NOT_TAKEN
        change.owe(dose, participant_id=dose.participant_id)
    await drain(store, study, trial, at=NOON)
    async with store.change(at=NOON) as change:
        await change.session.execute(update(OutboxEntry).where(col(OutboxEntry.seq) == 3).values(sent_at=None))
    assert (await push_due(store, study, trial, at=NOON)).applied == 1
    async with study.read() as session:
        dose_there = (await session.scalars(select(StudyScheduledDose))).one()
    assert (dose_there.state, dose_there.source_seq) == (DoseState.NOT_TAKEN, 5)


async def test_a_correction_counts_and_what_it_corrects_does_not(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        order(change, fang, 1)
        dose = schedule(change, fang, 1, DoseState.TAKEN_PARTLY)
        await change.session.flush()
        wrong = report(change, dose, units=2, taken_at=hours(1, 8))
        await change.session.flush()
        report(change, dose, number=2, units=1, taken_at=hours(1, 9), supersedes=wrong)
        report(change, dose, DoseAnswer.EXTRA, number=3, units=1, taken_at=None)
    await push_due(store, study, trial, at=NOON)
    async with study.read() as session:
        day = (await session.scalars(select(StudyParticipantDay))).one()
    assert (day.doses_taken, day.units_taken) == (2, 2)
    assert day.taken_at == '["2026-03-02T01:00:00.000Z"]', "an unknown time is left out, a corrected one too"


async def test_moving_the_first_dose_moves_every_study_day(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        order(change, fang, 1)
        doses = [schedule(change, fang, ordinal, DoseState.OPEN) for ordinal in (1, 2, 3)]
        doses[1].state = DoseState.TAKEN
        await change.session.flush()
        second = report(change, doses[1], taken_at=hours(2, 8))
    await push_due(store, study, trial, at=NOON)
    assert await _study_days(study) == [-1, 1, 2]
    async with store.change(at=NOON) as change:
        dose = await change.session.get_one(ScheduledDose, doses[0].id)
        dose.state = DoseState.TAKEN
        change.owe(dose, participant_id=dose.participant_id)
        report(change, dose, taken_at=hours(1, 8))
    await push_due(store, study, trial, at=NOON)
    assert await _study_days(study) == [1, 2, 3]
    assert second.superseded is False


async def _study_days(study: StudyStore) -> list[int | None]:
    async with study.read() as session:
        query = select(StudyParticipantDay.study_day).order_by(col(StudyParticipantDay.ordinal))
        return list((await session.scalars(query)).all())


async def test_a_cancelled_dose_is_no_day(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await push_due(store, study, trial, at=NOON)
    async with store.change(at=NOON) as change:
        dose = await change.session.get_one(ScheduledDose, "id-PUMCH-001-d1")
        dose.cancelled_at = NOON
        change.owe(dose, participant_id=dose.participant_id)
    await push_due(store, study, trial, at=NOON)
    held = await dump(study.engine)
    assert (len(held["scheduled_dose"]), held["participant_day"], held["participant_adherence"]) == (1, [], [])


async def test_the_head_of_the_audit_chain_is_anchored_once_an_hour(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    heads = []
    for minutes in (0, 30, 61):
        at = NOON + timedelta(minutes=minutes)
        async with store.change(at=at) as change:
            change.owe_values("receiving_gap", "g", {"id": "g", "from_at": at, "until_at": at}, participant_id=None)
            change.audit("open_gap", "receiving_gap", "g")
        await push_due(store, study, trial, at=at)
        heads.append(at)
    async with study.read() as session:
        anchors = (await session.scalars(select(StudyAuditAnchor).order_by(col(StudyAuditAnchor.seq)))).all()
    assert [(anchor.seq, anchor.anchored_at) for anchor in anchors] == [(1, heads[0]), (3, heads[2])]


async def test_a_quiet_night_is_synced_too(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await push_due(store, study, trial, at=NOON)
    late = NOON + timedelta(hours=9)
    await push_due(store, study, trial, at=late)
    assert (await sync_state(store, study)).synced_to == late


async def test_what_waits_is_told_with_its_age(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    state = await sync_state(store, study)
    assert (state.waiting, state.oldest_at, state.synced_to, state.last_sent_at) == (4, NOON, NOON, None)


async def test_every_altered_field_is_found(store: Store, study: StudyStore, trial: Trial) -> None:
    await a_day(store)
    await push_due(store, study, trial, at=NOON)
    async with study.write(at=NOON) as session:
        await session.execute(text("UPDATE dose_event SET units = 1"))
        await session.execute(text("UPDATE participant_adherence SET taking_lower = 99"))
        await session.execute(text("DELETE FROM dose_order"))
    found = {(one.kind.value, one.record_type, one.column) for one in await reconcile(store, study, trial)}
    assert found == {
        ("missing", "dose_order", ""),
        ("different", "dose_event", "units"),
        ("different", "participant_day", "units_taken"),
        ("different", "participant_adherence", "taking_lower"),
    }
