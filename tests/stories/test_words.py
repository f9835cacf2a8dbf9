"""Words, voice and photos that nobody asked for: answered at once, kept for staff, and red words raise an alert."""

import json
import logging
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import update
from sqlmodel import col, select

from actions.photos import picture_of
from models.kept_photo import KeptPhoto, PhotoState
from models.site import Site
from protocol.alert_rank import URGENCY
from protocol.screens import Emergency, KeptForStaff, PhotoNotKept, Slower, Unwell
from protocol.symptoms import Tier
from protocol.taps import MediaKind, Tap, Verb
from protocol.terms import AlertKind, Language, Level, LinkRole
from tests.stories.sight import chain_problems, kept_messages, opened, reads
from tests.stories.stage import FIRST_DAY, LONDON, Member, Stage

RED, CANARY = "我胸痛得厉害", "胸痛"


def heard(member: Member, since: int) -> list[str]:
    """What the bot has written since there were so many messages."""
    return [message.text for message in member.messages()[since:]]


async def says(member: Member, words: str) -> list[str]:
    """Types, and gives what is answered."""
    since = len(member.messages())
    await member.type(words)
    return heard(member, since)


async def causes(stage: Stage, *kinds: AlertKind) -> dict[str, Level]:
    """The open alerts of these kinds by their cause."""
    alerts = await stage.alerts()
    return {alert.cause_key.rpartition("|")[2]: alert.level for alert in alerts if alert.kind in kinds}


async def test_red_words_show_the_emergency_text_once_page_staff_and_hold_the_dose(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "anshi")
    fang = await stage.at_home()
    told = await says(fang, RED)
    assert told[:2] == [reads(fang, Emergency()), reads(fang, KeptForStaff())]
    assert reads(fang, Emergency()) not in told[2:]
    assert await causes(stage, AlertKind.WORDS) == {"words.chest": Level.RED}
    (kept,) = await kept_messages(stage)
    assert (kept.tier, kept.unheard, kept.read_by) == (Tier.RED, False, None)
    assert (kept.cause_key or "").startswith("telegram:")
    assert opened(stage, kept) == RED
    assert (await stage.participant()).blocked_reason == "safety"
    assert CANARY not in json.dumps([record.__dict__ for record in caplog.records], default=str, ensure_ascii=False)
    assert await chain_problems(stage) == []


async def test_no_later_word_lowers_or_closes_an_alert(stage: Stage) -> None:
    fang = await stage.at_home()
    await says(fang, RED)
    before = await stage.alerts()
    for words in ("没事了", "没有胸痛", "我好了，刚才是开玩笑"):
        assert reads(fang, Emergency()) not in await says(fang, words)
    after = {alert.id: alert for alert in await stage.alerts()}
    for alert in before:
        assert after[alert.id].closed_at is None
        assert URGENCY.index(after[alert.id].level) <= URGENCY.index(alert.level)
        assert after[alert.id].times >= alert.times


ANSWERS = {
    "吃了两次": (Tier.RED, {AlertKind.WORDS: {"words.overdose": Level.RED}}),
    "刚才把药吐了": (Tier.AMBER, {AlertKind.VOMITED_DOSE: {"words.vomited_dose": Level.AMBER}}),
    "医生开了伏立康唑": (Tier.AMBER, {AlertKind.WORDS: {"medicine.azoles": Level.AMBER}}),
    "没有胸痛": (Tier.AMBER, {AlertKind.WORDS: {"words.chest": Level.AMBER}}),
    "今天天气很好": (None, {}),
}


@pytest.mark.parametrize("said", ANSWERS)
async def test_what_is_no_emergency_is_kept_and_told_to_staff_alone(stage: Stage, said: str) -> None:
    fang = await stage.at_home()
    tier, alerts = ANSWERS[said]
    (answer, *_) = await says(fang, said)
    assert answer == reads(fang, KeptForStaff(call=tier is Tier.RED))  # no hint about a medicine, no advice
    assert (await kept_messages(stage))[0].tier is tier
    for kind in (AlertKind.WORDS, AlertKind.VOMITED_DOSE, AlertKind.DOUBLE_DOSE):
        assert await causes(stage, kind) == alerts.get(kind, {})


async def test_red_words_count_before_entry_is_done_and_after_a_refusal(stage: Stage) -> None:
    fang, token = await stage.enrol()
    stage.emulator.phone.start(fang.user, token)
    await stage.settle()
    told = await says(fang, RED)
    assert told[0] == reads(fang, Emergency())
    assert fang.offers(Verb.LANGUAGE)  # entry goes on
    await fang.tap(Verb.LANGUAGE, "zh")
    await fang.tap(Verb.NOTICE_READ)
    await fang.tap(Verb.CONSENT, ":no")
    assert (await says(fang, "吐血了"))[0] == reads(fang, Emergency())
    assert set(await causes(stage, AlertKind.WORDS)) == {"words.chest", "words.bleeding"}


async def test_a_helper_reads_it_in_the_language_of_the_participant_and_a_stranger_reads_nothing(stage: Stage) -> None:
    emma = await stage.at_home("021", language=Language.EN, tz=LONDON)
    son = await stage.helper("021")
    told = await says(son, "she has chest pain")
    assert told[0] == reads(emma, Emergency())
    stranger = stage.emulator.phone.create_user("en", "Nobody", 4711)
    stage.emulator.phone.send_text(stranger, "chest pain")
    await stage.settle()
    assert [message for message in stage.emulator.phone.messages(stranger) if message.from_bot] == []
    async with stage.system.store.change(at=stage.clock.now()) as change:
        from models.identity import ChatLink

        link = await change.session.scalar(select(ChatLink).where(ChatLink.role == LinkRole.HELPER))
        assert link is not None
        link.unlinked_at = change.at
    await says(son, "hello")  # the bot learns here that the chat is nobody's any more
    assert await says(son, "chest pain") == []


async def test_quiet_hours_a_flood_and_another_command_hold_nothing_up(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(FIRST_DAY + timedelta(days=1), 2)
    assert (await says(fang, "喘不上气"))[0] == reads(fang, Emergency())
    for number in range(30):
        stage.emulator.phone.send_text(fang.user, f"word {number}")
    await stage.settle()
    assert reads(fang, Slower()) in [message.text for message in fang.messages()]
    stage.emulator.faults.add(kind="drop_before_accept", method="sendMessage")  # so that its handling has to show it
    assert await says(fang, "吐血了") == [reads(fang, Emergency())]
    assert (await says(fang, "/today 舌头肿了"))[0] == reads(fang, Emergency())
    assert set(await causes(stage, AlertKind.WORDS)) == {"words.breath", "words.bleeding", "words.swelling"}


def asked_now(member: Member) -> str:
    """The item that the newest question is about."""
    return member.button(Verb.SYMPTOM_SKIP)[1].split(".")[3]


async def test_words_that_do_not_answer_the_question_of_a_check_are_heeded_all_the_same(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("我不舒服")
    while (key := asked_now(fang)) != "temperature":
        if key in ("feverish", "can_measure"):
            await fang.tap(Verb.SYMPTOM_ANSWER, ":yes")
        else:
            await fang.tap(Verb.SYMPTOM_SKIP)
    told = await says(fang, "不知道，我胸痛")
    assert told[0] == reads(fang, Emergency())
    assert "words.chest" in await causes(stage, AlertKind.WORDS)
    assert fang.offers(Verb.SYMPTOM_SKIP)  # and the question is still open


async def test_feeling_unwell_is_answered_once_then_the_team_then_the_first_question(stage: Stage) -> None:
    fang = await stage.at_home()
    told = await says(fang, "我不舒服")
    assert told[:2] == [reads(fang, Emergency()), reads(fang, Unwell())]
    assert fang.offers(Verb.SYMPTOM_NONE)
    assert len(told) == 3


async def test_a_process_that_dies_before_it_was_shown_shows_it_after_the_restart(stage: Stage) -> None:
    fang = await stage.at_home()
    since = len(fang.messages())
    await stage.dies(fang.type(RED), before="sendMessage")
    assert heard(fang, since) == []
    await stage.start(stage.clock.now() + timedelta(minutes=1))
    assert stage.system.known.recall(fang.user) is not None  # the next one waits for no database
    await stage.settle()
    assert heard(fang, since)[0] == reads(fang, Emergency())
    assert await causes(stage, AlertKind.WORDS) == {"words.chest": Level.RED}


async def test_one_that_dies_right_after_it_was_shown_may_show_it_twice_and_tells_staff_once(stage: Stage) -> None:
    fang = await stage.at_home()
    since = len(fang.messages())
    await stage.dies(fang.type(RED), after="sendMessage")
    assert heard(fang, since) == [reads(fang, Emergency())]
    await stage.start(stage.clock.now() + timedelta(minutes=1))
    await stage.settle()
    assert heard(fang, since).count(reads(fang, Emergency())) <= 2
    assert [alert.times for alert in await stage.alerts() if alert.kind is AlertKind.WORDS] == [1]


def picture() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "canary"
    out = BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


async def takes_photos(stage: Stage) -> None:
    async with stage.system.store.change(at=stage.clock.now()) as change:
        await change.session.execute(update(Site).values(takes_photos=True))


async def photos(stage: Stage) -> list[KeptPhoto]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(KeptPhoto).order_by(col(KeptPhoto.message_id))))


def downloads(stage: Stage) -> int:
    return len([call for call in stage.emulator.phone.calls if call.method == "getFile"])


async def test_a_photo_is_not_kept_unless_the_site_takes_photos(stage: Stage) -> None:
    fang = await stage.at_home()
    since = len(fang.messages())
    stage.emulator.phone.send_photo(fang.user, picture())
    stage.emulator.phone.send_photo(fang.user, picture(), RED)
    await stage.settle()
    told = heard(fang, since)
    assert reads(fang, PhotoNotKept()) in told
    assert reads(fang, PhotoNotKept(words_kept=True)) in told
    assert told.count(reads(fang, Emergency())) == 1
    assert [kept.kind for kept in await kept_messages(stage)] == ["text"]
    assert (await photos(stage), downloads(stage)) == ([], 0)


async def test_a_photo_is_fetched_after_the_commit_stripped_and_sealed(stage: Stage) -> None:
    fang = await stage.at_home()
    await takes_photos(stage)
    stage.emulator.phone.send_photo(fang.user, picture(), "手臂")
    await stage.settle()
    assert fang.text() == reads(fang, KeptForStaff(MediaKind.PHOTO))
    stage.look_now()
    await stage.settle()
    (photo,) = await photos(stage)
    assert (photo.state, photo.due_at, photo.reason) == (PhotoState.KEPT, None, "")
    async with stage.system.store.change(at=stage.clock.now()) as change:
        kept = await picture_of(change, photo.message_id)
    assert b"canary" not in kept
    with Image.open(BytesIO(kept)) as found:
        assert found.size == (60, 40)


async def test_a_photo_that_could_not_be_fetched_is_fetched_after_a_restart(stage: Stage) -> None:
    fang = await stage.at_home()
    await takes_photos(stage)
    stage.emulator.phone.send_photo(fang.user, picture())
    stage.emulator.faults.add(kind="status", method="getFile", code=500, times=2)
    await stage.settle()
    stage.look_now()
    await stage.settle()
    assert [photo.state for photo in await photos(stage)] == [PhotoState.WAITING]
    await stage.stop()
    await stage.start(stage.clock.now() + timedelta(minutes=2))
    await stage.until(stage.clock.now() + timedelta(minutes=5))
    assert [photo.state for photo in await photos(stage)] == [PhotoState.KEPT]
    assert [kept.kind for kept in await kept_messages(stage)] == ["photo"]


async def test_a_file_that_is_no_picture_is_refused_and_staff_read_why(stage: Stage) -> None:
    fang = await stage.at_home()
    await takes_photos(stage)
    stage.emulator.phone.send_photo(fang.user, b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    await stage.settle()
    stage.look_now()
    await stage.settle()
    (photo,) = await photos(stage)
    assert (photo.state, photo.picture) == (PhotoState.REFUSED, None)
    assert "does not read" in photo.reason
    assert await causes(stage, AlertKind.MESSAGE)


async def test_a_forged_red_button_shows_the_text_and_records_nothing(stage: Stage) -> None:
    fang = await stage.at_home()
    since = len(fang.messages())
    await fang.forge(Tap(Verb.SYMPTOM_ANSWER, "nothing", "danger_breath:chest_pain"), fang.last())
    assert heard(fang, since)[0] == reads(fang, Emergency())
    assert await causes(stage, AlertKind.SYMPTOM, AlertKind.WORDS) == {}
