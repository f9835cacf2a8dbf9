"""What was told in checks, counted by hand: no check is not "no symptom", and the newest answer counts."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from models.study.contact import StudyMessageDelivery
from models.study.store import StudyStore
from models.study.symptom import StudySymptomAnswer, StudySymptomCheck
from models.study.tables import StudyTable
from protocol.answers import AnswerState
from protocol.symptoms import Occasion, Tier
from protocol.terms import PromptKind, PromptState, Source
from protocol.trial import Trial
from reports.printed_symptoms import printed_symptoms
from reports.symptoms import CheckEnd, ItemCount, SymptomReport, Told, symptom_report
from tests.postgres import Kind
from tests.reports.test_self_rated import KEPT, person

SUNDAY = datetime(2026, 3, 8, 10, tzinfo=UTC)  # 18:00 in Shanghai
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
END = SUNDAY + 4 * WEEK
ANSWERED, SKIPPED = AnswerState.ANSWERED, AnswerState.SKIPPED
Said = tuple[tuple[str, str, AnswerState], ...]


@pytest.fixture
def kind() -> Kind:
    """The statements are the same on both databases."""
    return "sqlite"


def offer(code: str, at: datetime, rung: int = 0, state: PromptState = PromptState.DELIVERED) -> StudyMessageDelivery:
    return StudyMessageDelivery(
        id=f"p-{code}-{at:%m%d}", participant_code=code, kind=PromptKind.SYMPTOM_CHECK, rung=rung, due_at=at,
        expires_at=at + WEEK, state=state, reason="", **KEPT,
    )  # fmt: skip


def check(
    code: str, at: datetime, said: Said, *, end: CheckEnd, tier: Tier = Tier.GREEN, occasion: Occasion = Occasion.WEEKLY
) -> list[StudyTable]:
    name = f"{code}-{at:%m%d}"
    begun = StudySymptomCheck(
        id=name, participant_code=code, occasion=occasion, source=Source.PARTICIPANT, protocol_version="1", begun_at=at,
        finished_at=at if end is CheckEnd.FINISHED else None, closed_at=at + DAY if end is CheckEnd.CLOSED else None,
        tier=tier, **KEPT,
    )  # fmt: skip
    answers = [
        StudySymptomAnswer(
            id=f"{name}-{ordinal}", participant_code=code, check_id=name, ordinal=ordinal, item=item, value=value,
            has_text=False, state=state, source=Source.PARTICIPANT, said_at=at, recorded_at=at, **KEPT,
        )
        for ordinal, (item, value, state) in enumerate(said, start=1)
    ]  # fmt: skip
    return [begun, *answers]


@pytest.fixture
async def report(study: StudyStore, trial: Trial) -> SymptomReport:
    """Four weeks of 017: told and corrected; offered twice and not begun; broken off; unwell between two offers."""
    later, third = SUNDAY + timedelta(minutes=5), SUNDAY + 2 * WEEK
    corrected = (("cough", "bad", ANSWERED), ("cough", "light", ANSWERED), ("feverish", "no", ANSWERED))
    measured = (
        ("feverish", "yes", ANSWERED),
        ("temperature", "37.6", ANSWERED),
        ("temperature_site", "mouth", ANSWERED),
        ("cough", "", SKIPPED),
    )
    async with study.write(at=SUNDAY) as session:
        session.add_all([person("017"), person("900", "SHANG")])
        session.add_all([offer("017", SUNDAY), offer("017", SUNDAY + WEEK), offer("017", SUNDAY + WEEK + DAY, rung=1)])
        session.add_all([offer("017", third), offer("017", SUNDAY + 3 * WEEK, state=PromptState.CANCELLED)])
        session.add_all(check("017", later, corrected, end=CheckEnd.FINISHED))
        session.add_all(check("017", third + DAY, measured, end=CheckEnd.CLOSED, tier=Tier.AMBER))
        unwell = (("danger_breath", "chest_pain,at_rest", ANSWERED), ("cough", "none", ANSWERED))
        session.add_all(
            check(
                "017", SUNDAY + WEEK + 3 * DAY, unwell, end=CheckEnd.FINISHED, tier=Tier.RED, occasion=Occasion.UNWELL
            )
        )
        session.add_all(check("900", later, (("cough", "very_bad", ANSWERED),), end=CheckEnd.FINISHED))
    return await symptom_report(study, trial, as_of=END, site="PUMCH")


async def test_an_offer_without_a_check_stands_as_not_begun_and_its_repeat_is_no_second_one(
    report: SymptomReport,
) -> None:
    assert [(row.on, row.end, row.tier) for row in report.checks] == [
        (date(2026, 3, 8), CheckEnd.FINISHED, Tier.GREEN),
        (date(2026, 3, 15), CheckEnd.NOT_BEGUN, None),
        (date(2026, 3, 18), CheckEnd.FINISHED, Tier.RED),
        (date(2026, 3, 23), CheckEnd.CLOSED, Tier.AMBER),
    ], "feeling unwell on Wednesday does not take up the offer of Sunday"
    assert dict(report.ends) == {"finished": 2, "closed": 1, "open": 0, "not_begun": 1}
    assert dict(report.tiers) == {"green": 1, "amber": 1, "red": 1}


async def test_the_newest_answer_counts_and_a_skipped_one_is_not_no(report: SymptomReport) -> None:
    found = {one.item: one for one in report.items if one.option is None}
    assert found["cough"] == ItemCount("cough", None, answered=2, skipped=1, told=1, people=1, worst="light")
    assert found["cough"].told_percent == 50
    assert found["danger_breath"].worst is None
    marked = [(one.option, one.answered, one.told) for one in report.items if one.option is not None]
    assert marked == [("at_rest", 1, 1), ("chest_pain", 1, 1)]
    assert (found["feverish"].answered, found["feverish"].told) == (2, 1)
    assert found["temperature"].worst == "37.6"
    assert found["temperature_site"].told == 0, "where it was measured is no symptom"
    assert next(one.item for one in report.items) == "danger_breath", "in the order of the protocol file"


async def test_what_was_told_stands_by_check_and_other_sites_are_not_seen(report: SymptomReport) -> None:
    told = [row.told for row in report.checks]
    assert told == [
        (Told("cough", "light"),),
        (),
        (Told("danger_breath", "chest_pain,at_rest"),),
        (Told("feverish", "yes"), Told("temperature", "37.6")),
    ]
    assert {row.code for row in report.checks} == {"017"}


async def test_the_table_the_csv_and_the_json_say_the_same(report: SymptomReport) -> None:
    printed = printed_symptoms(report, None)
    rows = list(csv.DictReader(io.StringIO(printed.as_csv())))
    assert [(row["end"], row["told"]) for row in rows] == [
        ("finished", "cough=light"),
        ("not_begun", ""),
        ("finished", "danger_breath=chest_pain,at_rest"),
        ("closed", "feverish=yes; temperature=37.6"),
    ]
    told = json.loads(printed.as_json())
    assert told["checks"][3]["told"] == [{"item": "feverish", "value": "yes"}, {"item": "temperature", "value": "37.6"}]
    assert told["items"][0]["told_percent"] == 100
    assert "no proof of no symptom" in printed.as_text()


async def test_days_outside_the_period_and_what_came_after_the_cut_are_left_out(
    study: StudyStore, trial: Trial, report: SymptomReport
) -> None:
    assert len(report.checks) == 4
    some = await symptom_report(study, trial, as_of=END, from_on=date(2026, 3, 15), to_on=date(2026, 3, 18))
    assert [row.end for row in some.checks] == [CheckEnd.NOT_BEGUN, CheckEnd.FINISHED]
    cut = await symptom_report(study, trial, as_of=SUNDAY + 2 * WEEK + DAY + timedelta(hours=1), code="017")
    assert cut.checks[-1].end is CheckEnd.OPEN, "nobody had closed it yet"
    assert [one.code for one in (await symptom_report(study, trial, as_of=END)).checks] == ["017"] * 4 + ["900"]
