"""Calls: several days at once, all of them or none; every rule of a chat answer holds for a call too."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from actions.calls import CallError, DayEntry, DayRecorded, record_call
from actions.facts import participant_by_code
from actions.settling import settle_silence
from models.alert import Alert
from models.dose import DoseEvent, ScheduledDose
from models.participant import Participant
from models.session import Change, Store
from models.site import Staff
from protocol.terms import AlertKind, Cause, DoseAnswer, DoseState, NotTakenReason, Source
from protocol.trial import Trial
from tests.app.conftest import Desk, admit, days_ago, open_store

DAY_1 = date(2026, 3, 2)
ENROLLED_AT = datetime(2026, 3, 1, 4, tzinfo=UTC)  # noon in Shanghai, the day before
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)  # day 5, 16:00 in Shanghai
TAKEN, NOT_TAKEN = DoseAnswer.TAKEN, DoseAnswer.NOT_TAKEN


def day(number: int) -> date:
    return DAY_1 + timedelta(days=number - 1)


@pytest.fixture
async def store(furnished_store: str) -> AsyncIterator[Store]:
    opened = open_store(furnished_store)
    yield opened
    await opened.close()


class Calls:
    """Li at the phone with 018, who has no chat."""

    def __init__(self, store: Store, trial: Trial) -> None:
        self.store, self.trial = store, trial

    async def enrol(self) -> None:
        async with self.store.change(at=ENROLLED_AT) as change:
            await admit(change, self.trial, "018", phone=True)

    async def call(self, *entries: DayEntry, at: datetime = FRIDAY, **more: Any) -> list[DayRecorded]:
        async with self.store.change(at=at) as change:
            staff = (await change.session.scalars(select(Staff).where(Staff.name == "Li"))).one()
            found = await participant_by_code(change, "018")
            return await record_call(change, found, entries, staff, self.trial, **more)

    async def refused(self, *entries: DayEntry, at: datetime = FRIDAY, **more: Any) -> tuple[str, ...]:
        with pytest.raises(CallError) as caught:
            await self.call(*entries, at=at, **more)
        return caught.value.problems

    async def doses(self) -> dict[int, ScheduledDose]:
        async with self.store.read() as session:
            rows = await session.scalars(select(ScheduledDose).order_by(col(ScheduledDose.ordinal)))
            return {row.ordinal: row for row in rows}

    async def events(self) -> list[DoseEvent]:
        async with self.store.read() as session:
            return list(await session.scalars(select(DoseEvent).order_by(col(DoseEvent.recorded_at))))

    async def alerts(self) -> set[AlertKind]:
        async with self.store.read() as session:
            return set(await session.scalars(select(Alert.kind)))

    async def participant(self) -> Participant:
        async with self.store.read() as session:
            return (await session.scalars(select(Participant))).one()


@pytest.fixture
async def calls(store: Store, trial: Trial) -> Calls:
    found = Calls(store, trial)
    await found.enrol()
    return found


async def test_a_call_records_several_days_with_the_first_dose_first(calls: Calls) -> None:
    said = [
        DayEntry(day(3), NOT_TAKEN, reason=NotTakenReason.FORGOT),
        DayEntry(day(1), TAKEN, taken_time=time(8, 10)),
        DayEntry(day(2), TAKEN, units=1, taken_time=time(8, 5)),
    ]
    recorded = await calls.call(*said, reason="weekly call")
    assert [(one.on, one.dose.state, one.dose.units_taken) for one in recorded] == [
        (day(1), DoseState.TAKEN, 2),
        (day(2), DoseState.TAKEN, 1),
        (day(3), DoseState.NOT_TAKEN, 0),
    ]
    first = (await calls.doses())[1]
    assert first.taken_at == datetime(2026, 3, 2, 0, 10, tzinfo=UTC)
    events = await calls.events()
    assert {(event.source, event.reported_by) for event in events} == {(Source.STAFF_CALL, "Li")}
    assert await calls.alerts() == set()


async def test_days_that_silence_had_settled_are_measured_by_the_order_and_not_by_the_first_dose(calls: Calls) -> None:
    """Nobody knew of a first dose, so each of these days had been due as 2 mg."""
    async with calls.store.change(at=FRIDAY) as change:
        found = await participant_by_code(change, "018")
        await record_nothing(change, found, calls.trial)
    before = await calls.doses()
    assert {before[number].state for number in (1, 2, 3)} == {DoseState.NOT_ASKED}
    assert {before[number].cause for number in (1, 2, 3)} == {Cause.NO_CHAT}
    assert before[2].units == 2
    await calls.call(*(DayEntry(day(number), TAKEN) for number in (1, 2, 3)), reason="weekly call")
    after = await calls.doses()
    assert [after[number].units_taken for number in (1, 2, 3)] == [2, 1, 1]
    assert [after[number].units for number in (1, 2, 3)] == [2, 1, 1]
    assert await calls.alerts() == set()


async def record_nothing(change: Change, participant: Participant, trial: Trial) -> None:
    from actions.planning import replan

    await replan(change, participant, trial)
    rows = await change.session.scalars(select(ScheduledDose).where(col(ScheduledDose.due_on) <= day(3)))
    for row in rows.all():
        await settle_silence(change, participant, row, trial)


async def test_one_impossible_day_keeps_all_days_from_being_recorded(calls: Calls) -> None:
    problems = await calls.refused(
        DayEntry(day(4), TAKEN, units=2),
        DayEntry(day(-3), TAKEN),
        DayEntry(day(9), NOT_TAKEN),
        DayEntry(day(5), TAKEN, taken_time=time(23)),
    )
    assert problems == (
        f"{day(-3)}: no dose was due on this day",
        f"{day(5)}: the time lies in the future",
        f"{day(9)}: no dose was due on this day",
    )
    assert await calls.events() == []


async def test_a_day_stands_once_in_a_call_and_a_call_has_days(calls: Calls) -> None:
    assert await calls.refused() == ("name at least one day",)
    twice = await calls.refused(DayEntry(day(4), TAKEN), DayEntry(day(4), NOT_TAKEN), reason="x")
    assert twice == (f"{day(4)}: is named more than once",)


async def test_tomorrow_cannot_be_recorded_today(calls: Calls) -> None:
    assert await calls.refused(DayEntry(day(6), TAKEN)) == (f"{day(6)}: the time of this dose has not come",)


async def test_past_the_limit_an_entry_needs_its_reason(calls: Calls, trial: Trial) -> None:
    closes = trial.windows.report_closes_after
    nominal = datetime(2026, 3, 2, 0, tzinfo=UTC)
    late = nominal + closes + timedelta(minutes=1)
    (told,) = await calls.refused(DayEntry(day(1), TAKEN), at=late)
    assert told.startswith(f"{day(1)}: lies more than 72 hours back")
    await calls.call(DayEntry(day(1), TAKEN), at=nominal + closes)


async def test_a_late_entry_keeps_its_reason_and_is_marked_late(calls: Calls) -> None:
    await calls.call(DayEntry(day(1), TAKEN), reason="was in hospital")
    (event,) = await calls.events()
    assert (event.correction_reason, event.is_late) == ("was in hospital", True)


async def test_a_correction_needs_a_reason_supersedes_and_keeps_both(calls: Calls) -> None:
    await calls.call(DayEntry(day(5), NOT_TAKEN))
    (told,) = await calls.refused(DayEntry(day(5), TAKEN))
    assert told == f"{day(5)}: not_taken is recorded; a correction needs its reason (--reason)"
    await calls.call(DayEntry(day(5), TAKEN), at=FRIDAY + timedelta(hours=1), reason="called back")
    old, new = await calls.events()
    assert (old.superseded, new.superseded, new.supersedes_id) == (True, False, old.id)


async def test_the_same_call_twice_has_one_effect(calls: Calls) -> None:
    said = DayEntry(day(5), TAKEN, taken_time=time(8, 10))
    await calls.call(said)
    (again,) = await calls.call(said, at=FRIDAY + timedelta(hours=1))
    assert again.event_id is None
    assert len(await calls.events()) == 1
    (vaguer,) = await calls.call(DayEntry(day(5), TAKEN), at=FRIDAY + timedelta(hours=2))
    assert vaguer.event_id is None


async def test_what_is_withdrawn_is_open_again_and_nothing_cannot_be_withdrawn(calls: Calls) -> None:
    undone = DayEntry(day(5), DoseAnswer.UNDONE)
    assert await calls.refused(undone) == (f"{day(5)}: nothing is recorded that could be withdrawn",)
    await calls.call(DayEntry(day(5), TAKEN))
    await calls.call(undone, at=FRIDAY + timedelta(hours=1), reason="wrong person")
    assert (await calls.doses())[5].state is DoseState.OPEN


async def test_more_than_was_due_is_asked_about_then_red_and_waits_for_an_investigator(calls: Calls) -> None:
    said = DayEntry(day(5), TAKEN, units=4)
    (told,) = await calls.refused(said)
    assert told == f"{day(5)}: 4 tablets where 2 were due; ask again, and add --sure if it is true"
    await calls.call(said, sure=True)
    assert AlertKind.DOUBLE_DOSE in await calls.alerts()
    assert (await calls.participant()).blocked_reason == "double_dose"


async def test_two_doses_too_close_are_asked_about(calls: Calls) -> None:
    late = DayEntry(day(4), TAKEN, taken_on=day(5), taken_time=time(2))
    morning = DayEntry(day(5), TAKEN, taken_time=time(8))
    (told,) = await calls.refused(late, morning)
    assert told.startswith(f"{day(5)}: too close to the dose of {day(4)}")
    await calls.call(late, morning, sure=True)
    assert AlertKind.DOUBLE_DOSE in await calls.alerts()


async def test_a_time_far_from_the_day_belongs_to_another_dose(calls: Calls) -> None:
    said = DayEntry(day(2), TAKEN, taken_on=day(5), taken_time=time(8))
    assert await calls.refused(said, reason="x") == (f"{day(2)}: the time belongs to another day's dose",)


async def test_an_extra_tablet_is_added_and_red(calls: Calls) -> None:
    await calls.call(DayEntry(day(5), TAKEN))
    await calls.call(DayEntry(day(5), DoseAnswer.EXTRA, units=1), at=FRIDAY + timedelta(hours=1))
    assert (await calls.doses())[5].units_taken == 3
    assert AlertKind.DOUBLE_DOSE in await calls.alerts()


def test_the_command_records_days_in_a_row_and_lists_them(enrolled: Desk) -> None:
    days = [f"{days_ago(4)}=taken@08:10", f"{days_ago(3)}=not-taken:forgot", f"{days_ago(2)}=taken:1"]
    told = enrolled.data("dose", "record", "018", *days, "--as", "Li", "--reason", "weekly call")
    assert [(row["state"], row["units_taken"], row["new"]) for row in told] == [
        ("taken", 2, True), ("not_taken", 0, True), ("taken", 1, True)
    ]  # fmt: skip
    rows = enrolled.data("dose", "list", "018", "--from", days_ago(4), "--to", days_ago(2))
    assert [(row["on"], row["state"], row["source"], row["reported_by"]) for row in rows] == [
        (days_ago(4), "taken", "staff_call", "Li"),
        (days_ago(3), "not_taken", "staff_call", "Li"),
        (days_ago(2), "taken", "staff_call", "Li"),
    ]
    assert rows[0]["taken_at_local"].endswith("08:10")
    assert rows[1]["reason"] == "forgot"
    assert "weekly call" in enrolled.told("dose", "list", "018", "--json")


def test_the_command_names_every_wrong_day_on_a_line_of_its_own_and_records_none(enrolled: Desk) -> None:
    told = enrolled.refused("dose", "record", "018", days_ago(1), days_ago(40), days_ago(41), "--as", "Li")
    assert re.findall(r"anshi: (\S+):", told) == [days_ago(41), days_ago(40)]
    assert {row["source"] for row in enrolled.data("dose", "list", "018")} == {None}


@pytest.mark.parametrize(
    "said",
    ["yesterday", "2026-13-01", "2026-11-20=maybe", "2026-11-20=taken:two", "2026-11-20=not-taken:lazy",
     "2026-11-20=not-taken@08:00", "2026-11-20=undone:1", "2026-11-20=extra", "2026-11-20=taken@25:00"],
)  # fmt: skip
def test_what_does_not_follow_the_grammar_is_a_usage_error(enrolled: Desk, said: str) -> None:
    assert "Invalid value" in enrolled.misused("dose", "record", "018", said, "--as", "Li")


def test_every_example_of_the_help_follows_the_grammar(bare: Desk) -> None:
    from app.commands.dose import ENTRY, Said

    told = bare.told("dose", "record", "--help")
    examples = [line.split()[0] for line in told.splitlines() if re.match(r"\s+2026-", line)]
    assert len(examples) == 8
    for example in examples:
        assert ENTRY.fullmatch(example)
        Said().convert(example, None, None)
