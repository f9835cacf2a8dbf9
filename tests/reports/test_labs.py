"""Levels with what stands beside them, and outcomes with their rules, from the study database."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from models.lab import Draw, LabResult, MonthSixDecision
from models.medication import Medication
from models.participant import Participant
from models.session import Change, Store
from models.study.store import StudyStore
from models.symptom import SymptomAnswer, SymptomCheck
from protocol.answers import AnswerState
from protocol.lab_entry import LabSource
from protocol.labs import Bound
from protocol.month_six import MonthSixChoice
from protocol.partial_day import PartialDay
from protocol.response import ResponseKind
from protocol.symptoms import Occasion, Tier
from protocol.terms import DoseAnswer, DoseState, OrderKind, Source
from protocol.trial import Trial
from protocol.trough import Steadiness, Void, VoidKind
from reports.levels import level_report
from reports.outcomes import OutcomeRow, outcome_report
from reports.printed_labs import LEVELS, OUTCOMES, printed_levels, printed_outcomes
from study.sync import drain
from tests.postgres import Kind, empty_url
from tests.study.cast import DAY_1, NOON, enrol, hours, order, report, schedule

END = NOON + timedelta(days=900)
DAYS = 20
MONTH_6, MONTH_24 = date(2026, 9, 2), date(2028, 3, 2)


def keep(change: Change, row: Any) -> None:
    change.session.add(row)
    change.owe(row, participant_id=row.participant_id)


def numbered(change: Change, one: Participant, number: int, version: int, name: str) -> dict[str, Any]:
    return {
        "id": f"{one.id}-{name}{number}-{version}",
        "participant_id": one.id,
        "number": number,
        "version": version,
        "recorded_by": "li",
        "recorded_at": change.at,
    }


def value(
    change: Change,
    one: Participant,
    number: int,
    analyte: str,
    found: float,
    at: datetime,
    version: int = 1,
    **more: Any,
) -> None:
    unit = "g/L" if analyte == "haemoglobin" else "ng/mL"
    said: dict[str, Any] = {"bound": Bound.EXACT, "source": LabSource.STAFF, "given_value": str(found)} | more
    keep(
        change,
        LabResult(
            analyte=analyte, value=found, unit=unit, given_unit=unit, drawn_at=at,
            **numbered(change, one, number, version, "r"), **said,
        ),
    )  # fmt: skip


def draw(change: Change, one: Participant, number: int, at: datetime, last: datetime | None) -> None:
    held: dict[str, Any] = {"drawn_at": at, "last_dose_at": last, "dose_held": True, "source": LabSource.STAFF}
    keep(change, Draw(**numbered(change, one, number, 1, "b"), **held))


def medicine(change: Change, one: Participant, form: str, interacts: str, began: PartialDay) -> None:
    row = Medication(
        id=form, form_id=form, participant_id=one.id, version=1, medicine=form, interacts=interacts, started_on=began,
        recorded_by="li", recorded_at=change.at,
    )  # fmt: skip
    keep(change, row)


async def twenty_days(change: Change, code: str = "PUMCH-001", site: str = "PUMCH", *, silent: int = 0) -> Participant:
    """Taken at 08:00 each of twenty days; day `silent` was never answered."""
    one = await enrol(change, code, site)
    order(change, one, 1)
    for ordinal in range(1, DAYS + 1):
        state = DoseState.UNREPORTED if ordinal == silent else DoseState.TAKEN
        dose = schedule(change, one, ordinal, state)
        await change.session.flush()
        if state is DoseState.TAKEN:
            report(change, dose, DoseAnswer.TAKEN, taken_at=hours(ordinal, 8))
    return one


async def transfused(change: Change, one: Participant, number: int, told: str, on: str | None, at: datetime) -> None:
    """What was told in a weekly check; `on` None: the day was skipped."""
    answers = [("transfusion", told, AnswerState.ANSWERED)]
    answers += (
        [("transfusion_on", on or "", AnswerState.ANSWERED if on else AnswerState.SKIPPED)] if told != "none" else []
    )
    await checked(change, one, number, answers, at)


async def checked(
    change: Change, one: Participant, number: int, answers: list[tuple[str, str, AnswerState]], at: datetime
) -> None:
    """A weekly check with these answers."""
    check = SymptomCheck(
        id=f"{one.id}-k{number}", participant_id=one.id, reported_by="li", source=Source.STAFF_CALL,
        occasion=Occasion.WEEKLY, protocol_version="1", begun_at=at, finished_at=at, tier=Tier.GREEN,
    )  # fmt: skip
    keep(change, check)
    await change.session.flush()
    for ordinal, (item, said, state) in enumerate(answers, start=1):
        row = SymptomAnswer(
            id=f"{check.id}-{ordinal}", check_id=check.id, participant_id=one.id, ordinal=ordinal, item=item,
            value=said, state=state, source=Source.STAFF_CALL, reported_by="li", cause_key=f"{check.id}-{ordinal}",
            said_at=at, recorded_at=change.at,
        )  # fmt: skip
        keep(change, row)


async def test_every_level_is_listed_with_its_flags_and_no_flag_hides_one(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await twenty_days(change, silent=18)
        value(change, one, 1, "sirolimus", 6.0, hours(16, 7.5), assay="LC-MS/MS")
        value(change, one, 2, "sirolimus", 9.0, hours(17, 10))
        value(change, one, 3, "sirolimus", 5.0, hours(19, 7.5))
        draw(change, one, 1, hours(19, 7.75), hours(18, 8))
        value(change, one, 4, "sirolimus", 2.0, hours(19, 7.75), bound=Bound.BELOW, draw_number=1)
        value(change, one, 5, "sirolimus", 70.0, hours(12, 7.5))
        value(change, one, 5, "sirolimus", 70.0, hours(12, 7.5), version=2, in_error=True)
    await drain(store, study, trial, at=END)
    rows = (await level_report(study, trial, as_of=END)).rows
    told = [(row.result.value, row.flags.valid_trough, row.flags.dosed_before_draw) for row in rows]
    assert told == [(6.0, True, False), (9.0, False, True), (5.0, None, None), (2.0, True, False)]
    first, _, unknown, asked = rows
    assert (first.flags.hours_since_dose, first.flags.doses_taken, first.flags.doses_due) == (23.5, 7, 7)
    assert (first.flags.days_since_change, first.flags.steadiness) == (15, Steadiness.FROM_14)
    assert (unknown.flags.doses_taken, unknown.flags.doses_silent) == (6, 1)
    assert unknown.expected.estimate_low < unknown.expected.estimate_high
    assert (asked.flags.hours_since_dose, asked.draw is not None and asked.draw.dose_held) == (23.75, True)


async def test_changes_and_interacting_medicines_stand_beside_a_level(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await twenty_days(change)
        order(change, one, 2, from_on=DAY_1 + timedelta(days=3))  # the same amount is no change
        order(change, one, 3, OrderKind.DOSE, DAY_1 + timedelta(days=9)).dose_mg = 2.0
        for form, interacts, began in (("m1", "azoles", 12), ("m2", "ace_inhibitors", 13)):
            medicine(change, one, form, interacts, PartialDay.on(DAY_1 + timedelta(days=began)))
        value(change, one, 1, "sirolimus", 6.0, hours(18, 7.5))
    await drain(store, study, trial, at=END)
    (row,) = (await level_report(study, trial, as_of=END)).rows
    assert (row.flags.days_since_change, row.flags.steadiness) == (8, Steadiness.FROM_7_TO_13)
    assert row.flags.voids == (Void(VoidKind.INTERACTING_DRUG, DAY_1 + timedelta(days=12)),)


async def test_a_medicine_of_which_the_month_alone_is_known_may_have_moved_the_level(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await twenty_days(change)
        medicine(change, one, "m1", "azoles", PartialDay(2026, 3))
        value(change, one, 1, "sirolimus", 6.0, hours(18, 7.5))
    await drain(store, study, trial, at=END)
    (row,) = (await level_report(study, trial, as_of=END)).rows
    assert row.flags.voids == (Void(VoidKind.INTERACTING_DRUG, DAY_1 + timedelta(days=16)),)


async def test_a_medicine_that_was_told_voids_the_level_until_a_form_names_it(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    answers = [("medicine", "yes", AnswerState.ANSWERED)]
    corrected = [*answers, ("medicine", "no", AnswerState.ANSWERED)]
    async with store.change(at=NOON) as change:
        fang, gu = await twenty_days(change), await twenty_days(change, "PUMCH-002")
        for one, said in ((fang, answers), (gu, corrected)):
            await checked(change, one, 1, said, hours(14, 10))
            value(change, one, 1, "sirolimus", 6.0, hours(18, 7.5))
    await drain(store, study, trial, at=END)
    told, taken_back = (await level_report(study, trial, as_of=END)).rows
    assert told.flags.voids == (Void(VoidKind.MEDICINE_TOLD, DAY_1 + timedelta(days=13)),)
    assert taken_back.flags.voids == ()
    async with store.change(at=hours(18, 12)) as change:
        medicine(change, fang, "m1", "", PartialDay.on(DAY_1 + timedelta(days=12)))
    await drain(store, study, trial, at=END)
    assert [row.flags.voids for row in (await level_report(study, trial, as_of=END)).rows] == [(), ()]


def on(day: date, clock: int = 9) -> datetime:
    return NOON + timedelta(days=(day - DAY_1).days, hours=clock - 12)


async def told_outcomes(store: Store, study: StudyStore, trial: Trial, as_of: datetime = END) -> list[OutcomeRow]:
    """One on the drug, one whose drug was stopped, one who was transfused, one who never took a dose."""
    async with store.change(at=NOON) as change:
        one, two = await twenty_days(change), await twenty_days(change, "PUMCH-002")
        three, _ = await twenty_days(change, "SHANG-001", "SHANG"), await enrol(change, "SHANG-002", "SHANG")
        for person in (one, two, three):
            value(change, person, 1, "haemoglobin", 60.0, on(DAY_1, 7))
        value(change, one, 2, "haemoglobin", 118.0, on(MONTH_6 - timedelta(days=5)))
        value(change, one, 3, "haemoglobin", 125.0, on(MONTH_6 + timedelta(days=2)))
        value(change, one, 4, "haemoglobin", 90.0, on(MONTH_6), source=LabSource.PARTICIPANT)
        value(change, one, 5, "haemoglobin", 70.0, on(MONTH_24 + timedelta(days=14)))
        decided = numbered(change, one, 1, 1, "x")
        keep(change, MonthSixDecision(choice=MonthSixChoice.CONTINUE, decided_on=MONTH_6, months_on_drug=6, **decided))
        value(change, two, 2, "haemoglobin", 95.0, on(MONTH_6))
        order(change, two, 2, OrderKind.DISCONTINUE, DAY_1 + timedelta(days=DAYS))
        value(change, three, 2, "haemoglobin", 130.0, on(MONTH_6))
        await transfused(change, three, 1, "none", None, on(MONTH_6 - timedelta(days=2)))
        await transfused(change, three, 2, "expected", str(MONTH_6 - timedelta(days=20)), on(MONTH_6))
        await transfused(change, two, 1, "unexpected", None, on(MONTH_6 - timedelta(days=60)))
    await drain(store, study, trial, at=END)
    return list((await outcome_report(study, trial, as_of=as_of)).rows)


async def test_the_registered_haemoglobin_is_the_rules_choice_with_days_since_transfusion(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    one, two, three = await told_outcomes(store, study, trial)
    month_6 = [row.points[0].registered for row in (one, two, three)]
    assert [found.haemoglobin.g_l if found.haemoglobin else None for found in month_6] == [125.0, 95.0, 130.0]
    assert (month_6[0].in_window, month_6[0].unverified) == (2, 1)
    assert [found.days_since_transfusion for found in month_6] == [None, 60, 20]
    assert (one.on_drug, two.on_drug, one.baseline is not None and one.baseline.g_l) == (True, False, 60.0)
    assert one.decision is not None
    assert one.decision.choice is MonthSixChoice.CONTINUE


async def test_response_follows_the_configured_rule_and_transfusions(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    one, two, three = await told_outcomes(store, study, trial)
    kinds = [[point.response.kind for point in row.points] for row in (one, two, three)]
    assert kinds == [
        [ResponseKind.COMPLETE, ResponseKind.RELAPSE],
        [ResponseKind.PARTIAL, ResponseKind.UNKNOWN],
        [ResponseKind.NONE, ResponseKind.UNKNOWN],
    ]


async def test_only_windows_that_have_passed_are_counted(store: Store, study: StudyStore, trial: Trial) -> None:
    await told_outcomes(store, study, trial)
    within = await outcome_report(study, trial, as_of=on(MONTH_6 + timedelta(days=7)))
    assert within.cohort[6].people == 0
    after = await outcome_report(study, trial, as_of=on(MONTH_6 + timedelta(days=8)))
    assert (after.cohort[6].people, after.cohort[6].overall, after.cohort[6].complete) == (3, 2, 1)
    assert (after.cohort[24].people, after.without_first_dose) == (0, 1)
    at_site = await outcome_report(study, trial, as_of=END, site="SHANG")
    assert [row.code for row in at_site.rows] == ["SHANG-001"]
    assert [row.code for row in (await outcome_report(study, trial, as_of=END, code="PUMCH-002")).rows] == ["PUMCH-002"]


async def test_every_form_says_the_same_and_prints_the_rules(store: Store, study: StudyStore, trial: Trial) -> None:
    await told_outcomes(store, study, trial)
    printed = printed_outcomes(await outcome_report(study, trial, as_of=END), trial, None)
    rows = list(csv.DictReader(io.StringIO(printed.as_csv())))
    assert list(rows[0]) == list(OUTCOMES)
    assert [(row["code"], row["months"], row["haemoglobin_g_l"], row["response"]) for row in rows[:2]] == [
        ("PUMCH-001", "6", "125.0", "complete"), ("PUMCH-001", "24", "70.0", "relapse"),
    ]  # fmt: skip
    data = json.loads(printed.as_json())
    assert "nearest to the target day" in data["haemoglobin_rule"]
    assert "derived, unconfirmed" in data["response_rule"]
    assert data["cohort"][0]["overall_percent"] == 66.7
    for said in (data["haemoglobin_rule"], data["response_rule"], "people off the drug are included"):
        assert said in printed.as_text()


async def test_levels_in_every_form(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        one = await twenty_days(change)
        value(change, one, 1, "sirolimus", 6.0, hours(16, 7.5), laboratory="=cmd()")
    await drain(store, study, trial, at=END)
    printed = printed_levels(await level_report(study, trial, as_of=END), trial, None)
    (row,) = csv.DictReader(io.StringIO(printed.as_csv()))
    assert list(row) == list(LEVELS)
    assert (row["value"], row["valid_trough"], row["laboratory"]) == ("6.0", "yes", "'=cmd()")
    (level,) = json.loads(printed.as_json())["levels"]
    assert (level["hours_since_dose"], level["voids"], level["steadiness"]) == (23.5, [], "from_14")
    assert "20 to 28 h" in printed.as_text()


async def test_an_unprepared_database_gives_nothing(kind: Kind, tmp_path: Any, trial: Trial) -> None:
    study = StudyStore(await empty_url(kind, tmp_path))
    assert (await level_report(study, trial, as_of=END)).rows == ()
    assert (await outcome_report(study, trial, as_of=END)).rows == ()
    await study.close()


async def test_the_keys_of_both_reports_are_documented(store: Store, study: StudyStore, trial: Trial) -> None:
    await told_outcomes(store, study, trial)
    outcomes = json.loads(printed_outcomes(await outcome_report(study, trial, as_of=END), trial, None).as_json())
    person = outcomes["participants"][0]
    keys = {*outcomes, *person, *person["points"][0], *person["decision"], *outcomes["cohort"][0], *LEVELS}
    pages = Path("docs/reports.md").read_text(encoding="utf-8")
    assert [key for key in keys if f"`{key}`" not in pages and f"`{key}[]`" not in pages] == []
