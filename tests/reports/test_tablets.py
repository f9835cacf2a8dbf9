"""The tablets of a month as a person would count them by hand, from the study database."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.participant import Participant
from models.session import Change, Store
from models.study.store import StudyStore
from models.tablet import TabletMovement
from protocol.tablets import MovementKind, MovementSource, UnitBounds
from protocol.terms import DoseAnswer, DoseState
from protocol.trial import Trial
from reports.printed_tablets import COUNTS, printed_tablets
from reports.tablets import TabletReport, tablet_report
from study.sync import drain
from tests.postgres import Kind, empty_url
from tests.study.cast import NOON, enrol, hours, order, report, schedule

END = NOON + timedelta(days=20)


def moved(
    change: Change, one: Participant, number: int, kind: MovementKind, units: int, at: datetime, **more: Any
) -> None:
    values: dict[str, Any] = {"version": 1, "product": "tablets", "strength_mg": 1.0, "source": MovementSource.STAFF}
    values |= {"recorded_by": "li", "recorded_at": change.at, **more}
    row = TabletMovement(
        id=f"{one.id}-m{number}-{values['version']}", participant_id=one.id, number=number, kind=kind, units=units,
        moved_at=at, **values,
    )  # fmt: skip
    change.session.add(row)
    change.owe(row, participant_id=one.id)


async def ten_days(change: Change, code: str, site: str, *, left: int) -> Participant:
    """30 given; 2 tablets on day 1, then one each to day 8, day 9 not taken, day 10 silent; `left` counted then."""
    one = await enrol(change, code, site)
    order(change, one, 1)
    for ordinal in range(1, 11):
        state = {9: DoseState.NOT_TAKEN, 10: DoseState.UNREPORTED}.get(ordinal, DoseState.TAKEN)
        dose = schedule(change, one, ordinal, state)
        await change.session.flush()
        if state is not DoseState.UNREPORTED:
            answer = DoseAnswer.TAKEN if state is DoseState.TAKEN else DoseAnswer.NOT_TAKEN
            report(change, dose, answer, taken_at=hours(ordinal, 8) if state is DoseState.TAKEN else None)
    moved(change, one, 1, MovementKind.DISPENSED, 28, hours(1, 7))
    moved(change, one, 1, MovementKind.DISPENSED, 30, hours(1, 7), version=2, reason="the slip says 30")
    moved(change, one, 2, MovementKind.LOST, 1, hours(5, 12))
    moved(change, one, 3, MovementKind.DISPENSED, 90, hours(6, 12))
    moved(change, one, 3, MovementKind.DISPENSED, 90, hours(6, 12), version=2, in_error=True, reason="never")
    moved(change, one, 4, MovementKind.COUNTED, left, hours(11, 7))
    return one


async def made(store: Store, study: StudyStore, trial: Trial, **asked: Any) -> TabletReport:
    async with store.change(at=NOON) as change:
        await ten_days(change, "PUMCH-001", "PUMCH", left=20)
        await ten_days(change, "SHANG-001", "SHANG", left=26)
    await drain(store, study, trial, at=END)
    return await tablet_report(study, trial, as_of=asked.pop("as_of", END), **asked)


async def test_the_month_counted_by_hand(store: Store, study: StudyStore, trial: Trial) -> None:
    """30 − 1 lost − 9 reported = 20, or 19 if day 10 was taken; 20 were counted, so 9 of 11 are gone."""
    honest, other = (await made(store, study, trial)).rows
    assert (honest.dispensed, honest.returned, honest.lost, honest.expected) == (30, 0, 1, UnitBounds(19, 20))
    (count,) = honest.counts
    assert (count.used_units, count.expected_units, count.reported_units) == (9, 11, UnitBounds(9, 10))
    assert count.pill_count.percent == pytest.approx(100 * 9 / 11)
    assert count.points == pytest.approx((0, 100 / 11))
    assert other.counts[0].used_units == 3


async def test_only_what_silence_cannot_explain_is_listed(store: Store, study: StudyStore, trial: Trial) -> None:
    data = json.loads(printed_tablets(await made(store, study, trial), None).as_json())
    assert [one["code"] for one in data["disagreements"]] == ["SHANG-001"]
    (listed,) = data["disagreements"]
    assert (listed["used_units"], listed["reported_low"], listed["reported_high"]) == (3, 9, 10)
    assert (round(listed["points_low"], 1), round(listed["points_high"], 1)) == (54.5, 63.6)
    assert data["discrepancy_points"] == 10


async def test_the_data_cut_the_site_and_the_code_are_kept_to(store: Store, study: StudyStore, trial: Trial) -> None:
    everybody = await made(store, study, trial, as_of=hours(4, 12))
    assert [(row.code, row.lost, row.counts) for row in everybody.rows] == [("PUMCH-001", 0, ()), ("SHANG-001", 0, ())]
    assert everybody.rows[0].expected == UnitBounds(25, 25)
    at_site = await tablet_report(study, trial, as_of=END, site="SHANG")
    assert [row.code for row in at_site.rows] == ["SHANG-001"]
    assert [row.code for row in (await tablet_report(study, trial, as_of=END, code="PUMCH-001")).rows] == ["PUMCH-001"]
    assert (await tablet_report(study, trial, as_of=END, code="nobody")).rows == ()


async def test_every_form_says_the_same(store: Store, study: StudyStore, trial: Trial) -> None:
    printed = printed_tablets(await made(store, study, trial), None)
    rows = list(csv.DictReader(io.StringIO(printed.as_csv())))
    assert list(rows[0]) == list(COUNTS)
    assert [(row["code"], row["counted"], row["beyond"]) for row in rows] == [
        ("PUMCH-001", "20", "no"), ("SHANG-001", "26", "yes"),
    ]  # fmt: skip
    assert "No source is right alone." in printed.as_text()


async def test_a_count_of_the_participants_own_says_so(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        one = await ten_days(change, "PUMCH-001", "PUMCH", left=20)
        moved(change, one, 5, MovementKind.COUNTED, 7, hours(12, 7), source=MovementSource.PARTICIPANT)
    await drain(store, study, trial, at=END)
    (row,) = (await tablet_report(study, trial, as_of=END)).rows
    assert [(count.is_verified, count.since_at) for count in row.counts] == [(True, None), (False, hours(11, 7))]


async def test_an_unprepared_database_gives_nothing(kind: Kind, tmp_path: Any, trial: Trial) -> None:
    study = StudyStore(await empty_url(kind, tmp_path))
    assert (await tablet_report(study, trial, as_of=END)).rows == ()
    await study.close()
