"""Self-rated items: the site's own words, in the own chat alone, once in seven days, and never a cause for alert."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from actions.channel import reach_by_phone
from actions.facts import participant_by_code
from models.self_rated import SelfRatedAnswer, SelfRatedCheck
from models.session import Actor
from models.study.self_rated import StudySelfRatedAnswer, StudySelfRatedCheck
from protocol.pro_ctcae import ATTRIBUTES, Attribute, scores_of
from protocol.screens import NothingChanged, SelfRatedOffer, SelfRatedThanks
from protocol.taps import Tap, Verb
from protocol.terms import PromptKind, PromptState
from tests.stories.sight import delivered, reads, study_rows
from tests.stories.stage import Member, Stage

ON_ONE = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are the same on both databases, and the first story runs on both."""
MONDAY, WEEK_LATER = date(2026, 3, 9), date(2026, 3, 16)


def made_up(path: Path, items: tuple[int, ...]) -> Path:
    """A site's file in sentences of our own."""
    lines = []
    for number in items:
        for attribute in ATTRIBUTES[number]:
            lines += [f"[items.{number}.{attribute}]", f'zh = "第{number}题？"', f'en = "Made-up question {number}?"']
    for attribute in Attribute:
        words = ", ".join(f'"w{score}"' for score in scores_of(attribute))
        lines += [f"[answers.{attribute}]", f"zh = [{words}]", f"en = [{words}]"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
async def rated(stage: Stage, tmp_path: Path) -> Stage:
    """A site that has the wording."""
    path = made_up(tmp_path / "made_up.toml", stage.system.trial.pro_ctcae.items)
    await stage.stop()
    stage.settings = stage.settings.model_copy(update={"pro_ctcae_file": path})
    await stage.start()
    return stage


async def rounds(stage: Stage) -> list[SelfRatedCheck]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(SelfRatedCheck).order_by(col(SelfRatedCheck.begun_at))))


async def ratings(stage: Stage) -> list[SelfRatedAnswer]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(SelfRatedAnswer).order_by(col(SelfRatedAnswer.ordinal))))


async def offered(stage: Stage) -> Member:
    fang = await stage.at_home()
    await fang.until(MONDAY, 18, 1)
    return fang


async def answer_all(member: Member, *, worst: bool) -> None:
    while member.offers(Verb.SELF_RATED_ANSWER):
        top = max(score for score in range(5) if f"w{score}" in member.labels())
        await member.tap(Verb.SELF_RATED_ANSWER, f":{top if worst else 0}")


async def test_the_worst_everywhere_is_kept_and_opens_no_alert_and_blocks_no_dose(rated: Stage) -> None:
    fang = await offered(rated)
    before = {alert.id for alert in await rated.alerts()}
    assert fang.text() == reads(fang, SelfRatedOffer(MONDAY))
    await fang.tap(Verb.SELF_RATED_BEGIN)
    assert "第3题" in fang.text()
    await answer_all(fang, worst=True)
    assert fang.text() == reads(fang, SelfRatedThanks())
    items = rated.system.trial.pro_ctcae.items
    kept = {(row.number, row.attribute): row.value for row in await ratings(rated)}
    assert kept == {(number, one): max(scores_of(one)) for number in items for one in ATTRIBUTES[number]}
    assert {alert.id for alert in await rated.alerts()} == before
    assert (await rated.participant()).blocked_at is None
    (found,) = await study_rows(rated, StudySelfRatedCheck)
    assert found.finished_at is not None
    assert len(await study_rows(rated, StudySelfRatedAnswer)) == len(kept)
    assert {row.wording_version for row in await ratings(rated)} == {rated.system.trial.self_rated.version}  # type: ignore[union-attr]


@ON_ONE
async def test_one_question_a_screen_with_back_skip_and_a_branch_that_is_asked_only_when_there(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    assert not fang.offers(Verb.SELF_RATED_BACK)
    await fang.tap(Verb.SELF_RATED_ANSWER, "3:severity:2")
    assert fang.offers(Verb.SELF_RATED_BACK)
    await fang.tap(Verb.SELF_RATED_BACK)
    assert "✓ w2" in fang.labels()
    await fang.tap(Verb.SELF_RATED_ANSWER, "3:severity:0")
    assert "第16题" in fang.text()
    await fang.tap(Verb.SELF_RATED_SKIP)
    assert "第19题" in fang.text()
    await answer_all(fang, worst=False)
    kept = [(row.number, row.attribute, row.value) for row in await ratings(rated)]
    first = Attribute.SEVERITY
    assert kept[:3] == [(3, first, 2), (3, first, 0), (16, ATTRIBUTES[16][0], None)]
    assert {number for number, _, _ in kept} == set(rated.system.trial.pro_ctcae.items)
    assert not any(attribute is Attribute.INTERFERENCE for _, attribute, _ in kept)


@ON_ONE
async def test_it_goes_on_after_a_stop_and_a_restart_and_a_double_press_counts_once(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    asked = fang.last()
    await fang.tap(Verb.SELF_RATED_ANSWER, "3:severity:1", message=asked)
    await fang.forge(Tap(Verb.SELF_RATED_ANSWER, (await rounds(rated))[0].id, "3:severity:1"), asked)
    assert len(await ratings(rated)) == 1
    await fang.tap(Verb.SELF_RATED_STOP)
    await rated.stop()
    await rated.start()
    await fang.tap(Verb.SELF_RATED_BEGIN)
    assert fang.offers(Verb.SELF_RATED_ANSWER)
    assert len(await rounds(rated)) == 1
    await fang.until(date(2026, 3, 13), 12)
    (found,) = await rounds(rated)
    assert found.closed_at is not None
    assert found.closed_at - found.begun_at >= timedelta(hours=72)
    await fang.tap(Verb.SELF_RATED_ANSWER)
    assert len(await ratings(rated)) == 1


@ON_ONE
async def test_a_missed_week_is_no_alert_and_the_next_offer_comes_a_week_later(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.until(WEEK_LATER, 17, 59)
    assert len(await delivered(rated, PromptKind.SELF_RATED)) == 1
    await fang.until(WEEK_LATER, 18, 1)
    assert len(await delivered(rated, PromptKind.SELF_RATED)) == 2
    assert not any("rated" in alert.kind for alert in await rated.alerts())


@ON_ONE
async def test_two_rounds_never_lie_closer_than_the_days_they_ask_about(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.until(date(2026, 3, 10), 9)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    old = fang.last()
    await answer_all(fang, worst=False)
    await fang.until(WEEK_LATER, 20)
    await fang.forge(Tap(Verb.SELF_RATED_BEGIN, "", "20260316"), old)
    assert len(await delivered(rated, PromptKind.SELF_RATED)) == len(await rounds(rated)) == 1
    await fang.until(date(2026, 3, 17), 18, 1)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    assert len(await rounds(rated)) == 2


@ON_ONE
async def test_a_helper_never_sees_it_and_a_forged_press_is_refused(rated: Stage) -> None:
    fang = await rated.at_home()
    aunt = await rated.helper()
    await fang.until(MONDAY, 18, 1)
    assert not any("过去 7 天" in message.text for message in aunt.messages())
    await aunt.forge(Tap(Verb.SELF_RATED_BEGIN, "", "20260309"), aunt.last())
    assert aunt.text() == reads(aunt, NothingChanged())
    assert await rounds(rated) == []
    await fang.tap(Verb.SELF_RATED_BEGIN)
    (found,) = await rounds(rated)
    await aunt.forge(Tap(Verb.SELF_RATED_ANSWER, found.id, "3:severity:4"), aunt.last())
    assert await ratings(rated) == []


@ON_ONE
async def test_what_was_not_asked_is_not_answered(rated: Stage) -> None:
    fang, other = await offered(rated), await rated.at_home("018")
    await fang.tap(Verb.SELF_RATED_BEGIN)
    (found,) = await rounds(rated)
    for argument in ("3:severity:5", "3:severity:", "3:interference:2", "999:severity:1", "x", ""):
        await fang.forge(Tap(Verb.SELF_RATED_ANSWER, found.id, argument), fang.last())
    await other.forge(Tap(Verb.SELF_RATED_ANSWER, found.id, "3:severity:4"), other.last())
    assert await ratings(rated) == []


@ON_ONE
async def test_without_the_file_nothing_is_offered_and_no_button_does_anything(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(MONDAY, 20)
    assert [row for row in await stage.prompts() if row.kind is PromptKind.SELF_RATED] == []
    await fang.forge(Tap(Verb.SELF_RATED_BEGIN, "", "20260309"), fang.last())
    assert await rounds(stage) == []


@ON_ONE
async def test_who_is_followed_by_phone_is_not_asked(rated: Stage) -> None:
    fang = await rated.at_home()
    at = rated.clock.now()
    async with rated.system.store.change(at=at, actor=Actor("staff", "li")) as change:
        await reach_by_phone(change, await participant_by_code(change, "017"), "asked for it", rated.system.trial)
    rated.look_now()
    await fang.until(MONDAY, 20)
    states = {row.state for row in await rated.prompts() if row.kind is PromptKind.SELF_RATED}
    assert states == {PromptState.CANCELLED}


@ON_ONE
async def test_start_and_today_bring_an_open_question_back_until_it_is_put_off_or_done(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    await fang.tap(Verb.SELF_RATED_ANSWER, "3:severity:0")
    for words in ("/start", "/today", "今天"):
        asked = fang.last()
        await fang.type(words)
        assert "第16题" in fang.text(), "the question that stands open, not the first one"
        assert fang.last() != asked, "as a message of its own, at the end of the chat"
    assert any("今天" in message.text for message in fang.messages()[-2:]), "today is told too"
    await fang.tap(Verb.SELF_RATED_STOP)
    for words in ("/start", "/today"):
        await fang.type(words)
        assert not fang.offers(Verb.SELF_RATED_ANSWER), "who has put it off is not asked again"
    await fang.forge(Tap(Verb.SELF_RATED_BEGIN, (await rounds(rated))[0].id), fang.last())
    await answer_all(fang, worst=False)
    await fang.type("/start")
    assert not fang.offers(Verb.SELF_RATED_ANSWER)


@ON_ONE
async def test_an_open_question_about_how_one_feels_goes_before_an_open_self_rated_one(rated: Stage) -> None:
    fang = await offered(rated)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    await fang.type("/symptom")
    await fang.type("/start")
    assert not fang.offers(Verb.SELF_RATED_ANSWER)
    assert fang.offers(Verb.SYMPTOM_STOP)


@ON_ONE
async def test_a_helper_is_not_shown_the_open_question(rated: Stage) -> None:
    fang, aunt = await rated.at_home(), await rated.helper()
    await fang.until(MONDAY, 18, 1)
    await fang.tap(Verb.SELF_RATED_BEGIN)
    await aunt.type("/start")
    await aunt.type("/today")
    assert not any("第3题" in message.text for message in aunt.messages())
