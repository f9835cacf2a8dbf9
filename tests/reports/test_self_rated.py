"""The self-rated items over time, against three rounds worked out by hand from the published table."""

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.study.contact import StudyMessageDelivery
from models.study.participant import StudyParticipant
from models.study.self_rated import StudySelfRatedAnswer, StudySelfRatedCheck
from models.study.store import StudyStore
from models.study.tables import StudyTable
from protocol.answers import AnswerState
from protocol.pro_ctcae import Attribute
from protocol.terms import Channel, FoodMode, Language, ParticipantState, PromptKind, PromptState
from reports.printed_self_rated import printed_self_rated
from reports.self_rated import SelfRatedReport, self_rated_report
from tests.postgres import Kind, empty_url

MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)  # 18:00 in Shanghai
WEEK = timedelta(weeks=1)
ITEMS = (3, 17, 24)  # severity and interference; all three; presence
F, S, I, P = Attribute  # noqa: E741
END = MONDAY + 4 * WEEK
KEPT: dict[str, Any] = {"source_seq": 1, "synced_at": MONDAY}
Scores = tuple[tuple[int, Attribute, int | None], ...]


@pytest.fixture
def kind() -> Kind:
    """The statements are the same on both databases."""
    return "sqlite"


def person(code: str, site: str = "PUMCH") -> StudyParticipant:
    return StudyParticipant(
        participant_code=code, record_id=f"id-{code}", site_code=site, state=ParticipantState.ACTIVE,
        channel=Channel.TELEGRAM, language=Language.ZH, tz="Asia/Shanghai", reminder_time=time(8), food=FoodMode.WITH,
        enrolled_at=MONDAY, starts_at=MONDAY, protocol_version="1", **KEPT,
    )  # fmt: skip


def offer(code: str, at: datetime, state: PromptState = PromptState.DELIVERED) -> StudyMessageDelivery:
    return StudyMessageDelivery(
        id=f"p-{code}-{at:%m%d}", participant_code=code, kind=PromptKind.SELF_RATED, rung=0, due_at=at,
        expires_at=at + WEEK, state=state, reason="", **KEPT,
    )  # fmt: skip


def rounds(code: str, at: datetime, said: Scores, *, finished: bool = True) -> list[StudyTable]:
    name = f"{code}-{at:%m%d}"
    check = StudySelfRatedCheck(
        id=name, participant_code=code, protocol_version="1", begun_at=at, finished_at=at if finished else None, **KEPT
    )
    answers = [
        StudySelfRatedAnswer(
            id=f"{name}-{ordinal}", participant_code=code, check_id=name, ordinal=ordinal, number=number,
            attribute=attribute, value=value, state=AnswerState.SKIPPED if value is None else AnswerState.ANSWERED,
            wording_version="w", said_at=at, recorded_at=at, **KEPT,
        )
        for ordinal, (number, attribute, value) in enumerate(said, start=1)
    ]  # fmt: skip
    return [check, *answers]


async def three_rounds(study: StudyStore) -> None:
    """Fang: a whole round; an offer not taken up; one with a correction, a skip and the rest never reached."""
    later = timedelta(minutes=5)
    async with study.write(at=MONDAY) as session:
        session.add_all([person("017"), person("900", "SHANG"), person("018")])
        session.add_all([offer("017", MONDAY), offer("017", MONDAY + WEEK), offer("017", MONDAY + 2 * WEEK)])
        session.add(offer("018", MONDAY, PromptState.CANCELLED))
        session.add_all(rounds("017", MONDAY + later, ((3, S, 2), (3, I, 3), (17, F, 1), (17, S, 0), (24, P, 1))))
        broken_off = ((3, S, 4), (3, S, 0), (17, F, 2), (17, S, None))
        session.add_all(rounds("017", MONDAY + 2 * WEEK + later, broken_off, finished=False))
        session.add_all(rounds("900", MONDAY, ((3, S, 4), (3, I, 4))))


@pytest.fixture
async def report(study: StudyStore) -> SelfRatedReport:
    await three_rounds(study)
    return await self_rated_report(study, ITEMS, as_of=END, site="PUMCH")


async def test_three_rounds_stand_as_worked_out_by_hand(report: SelfRatedReport) -> None:
    """Item 3: severity 2, interference 3: grade 2. Item 17: frequency 1, severity 0, so the rest is not asked: 0."""
    (fang,) = report.people
    assert [(each.on, each.begun_at is None, each.finished_at is None) for each in fang.rounds] == [
        (date(2026, 3, 9), False, False),
        (date(2026, 3, 16), True, True),
        (date(2026, 3, 23), False, True),
    ]
    grades = [[item.composite.grade if item.composite else None for item in each.items] for each in fang.rounds]
    assert grades == [[2, 0, None], [None, None, None], [0, None, None]]
    assert [[item.is_missing for item in each.items] for each in fang.rounds] == [
        [False, False, False],
        [True, True, True],
        [False, True, True],
    ], "a presence that was answered is not missing; what was skipped, broken off or never begun is"
    imputed = fang.rounds[0].items[1].composite
    assert imputed is not None
    assert imputed.branch_imputed


async def test_the_table_the_csv_and_the_json_show_what_is_missing_and_never_as_0(report: SelfRatedReport) -> None:
    printed = printed_self_rated(report, None)
    (table,) = printed.tables
    assert table.rows == (("017", 3, 3, 1, "2 - 0"), ("017", 17, 3, 2, "0 - -"), ("017", 24, 3, 2, "1 - -"))
    rows = list(csv.DictReader(io.StringIO(printed.as_csv())))
    assert [(row["on"], row["number"], row["composite_grade"], row["missing"]) for row in rows[1:5]] == [
        ("2026-03-09", "17", "0", "no"),
        ("2026-03-09", "24", "", "no"),
        ("2026-03-16", "3", "", "yes"),
        ("2026-03-16", "17", "", "yes"),
    ]
    told = json.loads(printed.as_json())["participants"][0]["rounds"][2]["items"]
    assert [item["composite_grade"] for item in told] == [0, None, None]
    assert (told[1]["frequency"], told[1]["severity"]) == (2, None)


async def test_no_grade_is_called_one_of_ctcae(report: SelfRatedReport) -> None:
    for form in ("table", "csv", "json"):
        said = printed_self_rated(report, None).text(form)
        assert "CTCAE" not in said.replace("no CTCAE grade", "")


async def test_dates_the_code_and_the_data_cut_narrow_it(study: StudyStore) -> None:
    await three_rounds(study)
    second = date(2026, 3, 16)
    (fang,) = (await self_rated_report(study, ITEMS, as_of=END, code="017", from_on=second, to_on=second)).people
    assert [each.on for each in fang.rounds] == [second]
    early = await self_rated_report(study, ITEMS, as_of=MONDAY + timedelta(minutes=1))
    assert [(one.code, len(one.rounds)) for one in early.people] == [("017", 1), ("900", 1)]
    assert early.people[0].rounds[0].begun_at is None, "offered by then, and not begun yet"


async def test_an_item_that_was_asked_by_an_earlier_file_is_shown_and_one_that_was_not_is_missing(
    study: StudyStore,
) -> None:
    await three_rounds(study)
    (fang,) = (await self_rated_report(study, (24, 61), as_of=END, code="017")).people
    assert [item.number for item in fang.rounds[0].items] == [24, 61, 3, 17]
    assert [item.is_missing for item in fang.rounds[0].items] == [False, True, False, False]


async def test_an_unprepared_database_has_nobody(tmp_path: Path) -> None:
    study = StudyStore(await empty_url("sqlite", tmp_path))
    assert (await self_rated_report(study, ITEMS, as_of=END)).people == ()
    await study.close()
