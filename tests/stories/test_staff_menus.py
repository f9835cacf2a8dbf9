"""The menu of commands in a staff chat: the staff's own while it is linked, everybody's before and after."""

import asyncio
from datetime import timedelta

import pytest

from actions.staff import disable_staff
from app.introduction import introduce_until
from messages.commands import command_names, staff_command_names
from protocol.taps import Tap, Verb
from protocol.terms import Language, Role
from tests.stories.colleagues import Colleague, colleague, invited, opens, phone
from tests.stories.stage import OPERATOR, Member, Stage

ON_ONE = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are the same on both databases, and the first story runs on both."""

COORDINATOR = ["worklist", "who", "adherence", "answer", "language", "help", "stop"]
EVERYBODY = [name for name, _ in command_names()["zh"]]


def menu(one: Member) -> list[str]:
    """What the client offers when a slash is typed."""
    return [each["command"] for each in one.stage.emulator.phone.commands(one.user)]


def told(stage: Stage) -> list[str]:
    return [call.method for call in stage.emulator.phone.calls if call.method.endswith("MyCommands")]


async def later(stage: Stage, minutes: int = 2) -> None:
    stage.look_now()
    await stage.until(stage.clock.now() + timedelta(minutes=minutes))


async def linked(stage: Stage, *, fails: str = "") -> Colleague:
    """The bot has introduced itself, and Li's chat is linked; from then on three calls of a method fail."""
    await introduce_until(stage.system, asyncio.Event())
    if fails:
        stage.emulator.faults.add(kind="drop_before_accept", method=fails, times=3)
    li = await colleague(stage, "li", 5001)
    await later(stage)
    return li


async def test_a_staff_chat_has_the_menu_of_its_role_while_it_is_linked_and_nobody_elses_changes(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await linked(stage)
    assert (menu(li), menu(fang)) == (COORDINATOR, EVERYBODY)
    count = len(told(stage))
    await later(stage)
    assert len(told(stage)) == count, "what stands is not set again"
    await li.forge(Tap(Verb.STAFF_STOP), li.last())
    await later(stage)
    assert (menu(li), menu(fang)) == (EVERYBODY, EVERYBODY)
    count = len(told(stage))
    await later(stage)
    assert len(told(stage)) == count
    assert not stage.emulator.unknown_parameters


@ON_ONE
async def test_it_speaks_the_language_of_the_chat(stage: Stage) -> None:
    li = await linked(stage)
    await li.forge(Tap(Verb.LANGUAGE, "", "en"), li.last())
    await later(stage)
    shown = stage.emulator.phone.commands(li.user)
    english = staff_command_names(Role.COORDINATOR, Language.EN)
    assert [(each["command"], each["description"]) for each in shown] == english


@ON_ONE
async def test_a_disabled_account_and_a_lost_phone_lose_it_and_the_new_phone_has_it(stage: Stage) -> None:
    old = await linked(stage)
    new = await colleague(stage, "li", 5002)
    await later(stage)
    assert (menu(old), menu(new)) == (EVERYBODY, COORDINATOR)
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        await disable_staff(change, "li")
    stage.look_now()
    await later(stage)
    assert menu(new) == EVERYBODY


@ON_ONE
async def test_a_chat_that_is_linked_anew_at_once_keeps_the_menu(stage: Stage) -> None:
    """The link that ended and the one that lives share a chat: the first is not taken away under the second."""
    li = await linked(stage)
    await opens(li, await invited(stage, "li"))
    await later(stage)
    assert menu(li) == COORDINATOR
    assert "deleteMyCommands" not in told(stage)


@ON_ONE
@pytest.mark.parametrize("after", ["setMyCommands", "deleteMyCommands"])
async def test_a_line_that_fails_and_a_process_that_dies_leave_it_to_the_next_look(stage: Stage, after: str) -> None:
    li = await linked(stage, fails=after)
    if after == "deleteMyCommands":
        await li.forge(Tap(Verb.STAFF_STOP), li.last())
    await later(stage, 45)
    assert menu(li) == (COORDINATOR if after == "setMyCommands" else EVERYBODY)


@ON_ONE
async def test_a_process_that_dies_after_setting_it_sets_it_once_more_and_no_more(stage: Stage) -> None:
    await introduce_until(stage.system, asyncio.Event())
    li = phone(stage, 5001)
    await stage.dies(opens(li, await invited(stage, "li")), after="setMyCommands")
    await stage.start()
    await later(stage)
    count = len(told(stage))
    await later(stage)
    assert menu(li) == COORDINATOR
    assert len(told(stage)) == count


@ON_ONE
async def test_what_telegram_refuses_for_good_is_not_tried_again(stage: Stage) -> None:
    stage.emulator.faults.add(kind="status", method="setMyCommands", code=400, times=None)
    await colleague(stage, "li", 5001)
    await later(stage)
    count = len(told(stage))
    assert count == 1
    await later(stage, 45)
    assert len(told(stage)) == count


def test_each_role_is_offered_what_it_may_ask_for() -> None:
    offered = {role: [name for name, _ in staff_command_names(role, Language.EN)] for role in Role}
    assert offered[Role.COORDINATOR] == offered[Role.INVESTIGATOR] == COORDINATOR
    assert offered[Role.MONITOR] == [name for name in COORDINATOR if name != "answer"]
    assert offered[Role.ADMINISTRATOR] == ["language", "help", "stop"]
