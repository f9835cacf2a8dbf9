"""Staff are reached through the bot: linked by an invitation, told by code alone, behind their role and site."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from actions.staff import disable_staff
from actions.staff_chat import staff_chats
from bot.callback_data import encode
from models.inbox import InboxUpdate
from models.site import Staff
from protocol.screens import (
    InvitationRefused,
    StaffHowTo,
    StaffNothingHere,
    StaffReadOnly,
    StaffUnlinked,
    StaffWelcome,
)
from protocol.taps import Tap, Verb
from protocol.terms import DoseAnswer, DoseState, Language, Role
from tests.stories.colleagues import (
    PLEASE,
    UNKNOWN_ALERT,
    actions_of,
    alarmed,
    colleague,
    invited,
    living,
    opens,
    phone,
    said,
    staff_messages,
)
from tests.stories.sight import reads
from tests.stories.stage import OPERATOR, Stage

PICTURE = b"\xff\xd8\xff\xe0" + b"x" * 100

# --- linking --------------------------------------------------------------------------------------------------------


async def test_an_invitation_links_the_chat_of_one_member_of_staff_and_says_what_belongs_there(stage: Stage) -> None:
    li = await colleague(stage, "li", 5001)
    assert li.text() == reads(li, StaffWelcome("li", Role.COORDINATOR))
    assert await living(stage) == ["li"]
    assert await actions_of(stage, "li") == ["link_staff_chat"]
    async with stage.system.store.change(at=stage.clock.now()) as change:
        (chat,) = await staff_chats(change, "PUMCH")
        assert (chat.name, chat.chat, chat.language) == ("li", "5001", Language.ZH)
        assert await staff_chats(change, "OTHER") == []
        assert await staff_chats(change, "PUMCH", roles=[Role.INVESTIGATOR]) == []
        assert "5001" not in repr(chat)


async def test_a_used_an_ended_and_a_forged_staff_link_read_like_any_wrong_link(stage: Stage) -> None:
    used = await invited(stage, "li")
    await opens(phone(stage, 5001), used)
    ended = await invited(stage, "han")
    await invited(stage, "han")
    old = await invited(stage, "otto")
    for user, token in ((5002, used), (5003, ended), (5004, "s-" + "A" * 22)):
        someone = phone(stage, user)
        await opens(someone, token)
        assert [message.text for message in someone.messages()] == [reads(someone, InvitationRefused())]
    await stage.until(stage.clock.now() + timedelta(hours=25))
    someone = phone(stage, 5005)
    await opens(someone, old)
    assert someone.text() == reads(someone, InvitationRefused())
    assert await living(stage) == ["li"]


async def test_who_tries_many_staff_links_gets_no_answer_any_more(stage: Stage) -> None:
    someone = phone(stage, 5001)
    for number in range(7):
        await opens(someone, f"s-{number:022d}")
    assert len(someone.messages()) == 5
    await opens(someone, await invited(stage, "li"))
    assert await living(stage) == []


async def test_a_participants_chat_never_becomes_a_staff_chat_nor_the_other_way_round(stage: Stage) -> None:
    fang = await stage.at_home()
    await opens(fang, await invited(stage, "li"))
    assert await living(stage) == []
    li = await colleague(stage, "li", 5001)
    _, token = await stage.enrol("018")
    await opens(li, token)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        assert [chat.chat for chat in await staff_chats(change, "PUMCH")] == ["5001"]
    han = phone(stage, 5002)
    await opens(han, token)  # given back unused: the right person can still open it
    assert han.offers(Verb.LANGUAGE)


async def test_one_chat_belongs_to_one_member_of_staff_and_a_new_phone_takes_the_place_of_the_old(stage: Stage) -> None:
    old = await colleague(stage, "li", 5001)
    await opens(old, await invited(stage, "han"))
    assert await living(stage) == ["li"]
    new = await colleague(stage, "li", 5002)
    count = len(old.messages())
    await old.type("/worklist")
    assert len(old.messages()) == count, "the lost phone is a stranger's"
    await new.type("/worklist")
    assert new.offers(Verb.STAFF_WORK) or "待处理清单" in new.text()


async def test_a_disabled_account_has_no_chat_any_more(stage: Stage) -> None:
    li = await colleague(stage, "li", 5001)
    unused = await invited(stage, "han")
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        await disable_staff(change, "li")
        await disable_staff(change, "han")
    count = len(li.messages())
    await li.type("/who 017")
    await opens(han := phone(stage, 5002), unused)
    assert len(li.messages()) == count
    assert han.text() == reads(han, InvitationRefused())
    assert await living(stage) == []


async def test_stop_is_asked_once_more_and_ends_only_the_own_chat(stage: Stage) -> None:
    li, _han = await colleague(stage, "li", 5001), await colleague(stage, "han", 5002)
    await li.type("/stop")
    assert await living(stage) == ["han", "li"]
    await li.tap(Verb.STAFF_STOP)
    assert li.text() == reads(li, StaffUnlinked())
    assert await living(stage) == ["han"]


async def test_a_chat_that_blocks_the_bot_is_told_nothing_until_it_comes_back(stage: Stage) -> None:
    li = await colleague(stage, "li", 5001)
    stage.emulator.phone.block(li.user)
    await stage.settle()
    async with stage.system.store.change(at=stage.clock.now()) as change:
        assert await staff_chats(change, "PUMCH") == []
    stage.emulator.phone.unblock(li.user)
    await stage.settle()
    async with stage.system.store.change(at=stage.clock.now()) as change:
        assert len(await staff_chats(change, "PUMCH")) == 1


async def test_a_participants_tap_asks_nothing_of_the_tables_of_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(stage.clock.now().date() + timedelta(days=1), 8, 1)
    stage.work = stage._clockwork([loop for loop in stage.system.loops if loop.name != "menus"])
    async with stage.system.store.engine.begin() as connection:
        await connection.execute(text("DROP TABLE staff_link"))
    await fang.tap(Verb.TAKEN)
    assert [event.answer for event in await stage.events()] == [DoseAnswer.TAKEN]


# --- what can be asked ----------------------------------------------------------------------------------------------


async def test_a_coordinator_asks_who_and_how_far_and_reads_codes_only(stage: Stage) -> None:
    await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await alarmed(stage)
    await li.type("/worklist")
    assert "017" in li.text()
    await li.tap(Verb.STAFF_ALERT)
    assert "017" in li.text()
    await li.type("/who 017")
    shown = li.text()
    await stage.sync()
    await li.type("/adherence ０１７")  # the wide digits of a Chinese keyboard
    assert "017" in li.text()
    everything = "\n".join([shown, *[message.text for message in li.messages()]])
    for secret in ("方丽华", "13900000000", "mg", "西罗莫司"):
        assert secret not in everything


async def test_another_sites_person_and_alert_look_like_ones_that_do_not_exist(stage: Stage) -> None:
    fang = await stage.at_home()
    otto = await colleague(stage, "otto", 5001)
    alert = await alarmed(stage)
    nothing = reads(otto, StaffNothingHere())
    for command in ("/who", "/adherence", "/answer"):
        for code in ("017", "099", "0'17; --", "", "P" * 300):
            count = len(otto.messages())
            await otto.type(f"{command} {code} {PLEASE if command == '/answer' else ''}")
            assert said(otto, count) == [nothing], (command, code)
    shown = otto.last()
    for verb in (Verb.STAFF_ALERT, Verb.STAFF_SEEN, Verb.STAFF_TAKE):
        for record in (alert.id, UNKNOWN_ALERT, ""):
            await otto.forge(Tap(verb, record), shown)
            assert otto.text() == nothing, (verb, record)
    for verb in (Verb.STAFF_WHO, Verb.STAFF_ADHERENCE, Verb.STAFF_ANSWER):
        await otto.forge(Tap(verb, "", "017"), shown)
        assert otto.text() == nothing, verb
    await otto.type("/worklist")
    assert "017" not in otto.text()
    (still,) = [one for one in await stage.alerts() if one.id == alert.id]
    assert still.acknowledged_at is None
    assert await staff_messages(stage) == []
    assert PLEASE not in "\n".join(message.text for message in fang.messages())


@pytest.mark.parametrize("role", [Role.MONITOR, Role.DATA_MANAGER, Role.ADMINISTRATOR])
async def test_who_only_reads_cannot_acknowledge_or_write(stage: Stage, role: Role) -> None:
    await stage.at_home()
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        account: dict[str, Any] = {"id": stage.new_id(), "name": "mo", "role": role, "site_code": "PUMCH"}
        change.session.add(Staff(**account, password_hash="", totp_secret="", created_at=change.at))
    mo = await colleague(stage, "mo", 5001)
    alert = await alarmed(stage)
    shown, no = mo.last(), reads(mo, StaffReadOnly())
    for verb in (Verb.STAFF_SEEN, Verb.STAFF_TAKE):
        await mo.forge(Tap(verb, alert.id), shown)
        assert mo.text() == no
    await mo.forge(Tap(Verb.STAFF_ANSWER, "", "017"), shown)
    await mo.type(f"/answer 017 {PLEASE}")
    assert mo.text() == no
    await mo.type("/who 017")
    assert (mo.text() == no) is (role is Role.ADMINISTRATOR)
    assert not mo.offers(Verb.STAFF_ANSWER)
    await mo.type("/worklist")
    assert (mo.text() == no) is (role is Role.ADMINISTRATOR)
    assert [one.acknowledged_at for one in await stage.alerts() if one.id == alert.id] == [None]
    assert await staff_messages(stage) == []


async def test_an_alert_is_acknowledged_by_one_and_the_second_sees_who_was_first(stage: Stage) -> None:
    await stage.at_home()
    li, han = await colleague(stage, "li", 5001), await colleague(stage, "han", 5002)
    alert = await alarmed(stage)
    for one in (li, han):
        await one.type("/worklist")
        await one.tap(Verb.STAFF_ALERT)
        assert one.offers(Verb.STAFF_SEEN)
    await li.tap(Verb.STAFF_SEEN)
    assert "li 已知悉" in li.text()
    assert not li.offers(Verb.STAFF_SEEN)
    await han.tap(Verb.STAFF_SEEN)
    assert "li 已知悉" in han.text()
    (stands,) = [one for one in await stage.alerts() if one.id == alert.id]
    assert stands.acknowledged_by == "li"
    assert (await actions_of(stage, "li")).count("acknowledge_alert") == 1
    assert "acknowledge_alert" not in await actions_of(stage, "han")


async def test_words_that_are_no_command_are_told_how_and_kept_nowhere(stage: Stage) -> None:
    li = await colleague(stage, "li", 5001)
    await li.type("017 方丽华 胸痛")
    assert li.text() == reads(li, StaffHowTo())
    async with stage.system.store.read() as session:
        newest = (await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id.desc()))).first()  # type: ignore[attr-defined]
    assert newest is not None
    assert newest.body is None


async def test_the_language_of_a_staff_chat_is_chosen_there(stage: Stage) -> None:
    li = await colleague(stage, "li", 5001)
    await li.type("/language")
    await li.tap(Verb.LANGUAGE, "en")
    assert "What can be asked here" in li.text()
    async with stage.system.store.change(at=stage.clock.now()) as change:
        assert [chat.language for chat in await staff_chats(change, "PUMCH")] == [Language.EN]


async def test_a_staff_button_in_a_participants_chat_does_nothing(stage: Stage) -> None:
    fang = await stage.at_home()
    alert = await alarmed(stage)
    shown = fang.last()
    for verb in [verb for verb in Verb if verb.name.startswith("STAFF_")]:
        for tap in (Tap(verb, alert.id), Tap(verb, "", "018")):
            assert encode(tap)
            await fang.forge(tap, shown)
    assert [one.acknowledged_at for one in await stage.alerts() if one.id == alert.id] == [None]
    assert "018" not in "\n".join(message.text for message in fang.messages())


async def test_no_button_of_a_participant_and_no_nonsense_does_anything_in_a_staff_chat(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(stage.clock.now().date() + timedelta(days=1), 8, 1)
    li = await colleague(stage, "li", 5001)
    dose, shown, before = await stage.dose(2), li.last(), await stage.alerts()
    for verb in set(Verb) - {Verb.STAFF_STOP}:
        for tap in (Tap(verb, dose.id, "1"), Tap(verb, "", "017:yes"), Tap(verb, dose.id, "-1", "dxc")):
            await li.forge(tap, shown)
    for words in (
        "/today",
        "/settings",
        "/symptom 胸痛",
        "/start",
        "/who 017 018",
        "/answer",
        "/nothing",
        "吃了",
        "/worklist 7",
    ):
        await li.type(words)
    stage.emulator.phone.send_photo(li.user, PICTURE, "017")
    await stage.settle()
    assert (await stage.dose(2)).state is DoseState.OPEN
    assert await stage.events() == []
    assert await stage.alerts() == before
    assert await staff_messages(stage) == []
    assert await living(stage) == ["li"]


async def test_the_figures_come_with_their_bounds_and_the_moment_they_reach_to(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    on = stage.clock.now().date()
    await fang.until(on + timedelta(days=1), 8, 1)
    await fang.tap(Verb.TAKEN)
    await fang.until(on + timedelta(days=3), 7)
    await stage.sync()
    await li.type("/adherence 017")
    assert "应服次数" in li.text()
    assert "100.0%" in li.text()
    assert "至少" in li.text()
    assert "数据截至3月5日（周四）07:00" in li.text()
