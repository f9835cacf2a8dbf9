"""Chats of staff and messages to participants on the command line: who may, what is refused, and what is kept of it."""

from typing import Any

import pytest
from sqlmodel import select

from actions.enrolment import invite
from actions.facts import participant_by_code
from actions.linking import Refusal, link_chat
from actions.staff_chat import StaffChat, link_staff, staff_chats
from models.inbox import Note
from models.participant import Consent
from models.prompt import Prompt
from models.session import Change
from models.staff_chat import StaffMessage
from protocol.terms import Channel, Language, PromptKind, PromptState, Purpose
from tests.app.conftest import Desk

PLEASE = "请您明天来之前先打个电话。"


def token_of(desk: Desk, name: str, by: str) -> str:
    invitation = desk.data("staff", "invite", name, "--as", by)["invitation"]
    return str(invitation["start"]).removeprefix("/start ")


def linked(desk: Desk, token: str, user: str) -> StaffChat | Refusal:
    async def opens(change: Change) -> StaffChat | Refusal:
        return await link_staff(change, Channel.TELEGRAM, user, token, Language.ZH)

    found: StaffChat | Refusal = desk.within(opens)
    return found


@pytest.fixture
def chatting(enrolled: Desk) -> Desk:
    """017 has a linked chat and every consent."""

    async def link(change: Change) -> None:
        one = await participant_by_code(change, "017")
        invited = await invite(change, one)
        await change.session.flush()
        await link_chat(change, Channel.TELEGRAM, "4001", invited.token)
        one.set_up_at = change.at
        for purpose in Purpose:
            row: dict[str, Any] = {"id": change.new_id(), "participant_id": one.id, "recorded_at": change.at}
            change.session.add(Consent(**row, purpose=purpose, text_version="1", given=True))

    enrolled.within(link)
    return enrolled


def test_an_invitation_of_staff_is_a_link_for_one_use_and_a_code_to_scan(desk: Desk) -> None:
    told = desk.told("staff", "invite", "Li", "--as", "Li")
    assert "/start s-" in told

    async def met(change: Change) -> None:
        change.session.add(Note(name="bot_username", value="anshi_bot", at=change.at))

    desk.within(met)
    told = desk.told("staff", "invite", "Li", "--as", "Ada")
    assert "https://t.me/anshi_bot?start=s-" in told
    assert "█" in told or "▀" in told
    link = desk.data("staff", "invite", "Li", "--as", "Li")["invitation"]["link"]
    assert len(link.partition("start=")[2]) <= 64  # Bot API: the start parameter of a link


def test_a_token_is_used_once_and_stands_nowhere(desk: Desk) -> None:
    first, second = token_of(desk, "Li", "Li"), token_of(desk, "Li", "Ada")
    assert linked(desk, first, "5001") is Refusal.WRONG  # a newer one has taken its place
    assert isinstance(linked(desk, second, "5001"), StaffChat)
    assert linked(desk, second, "5002") is Refusal.WRONG
    assert second not in desk.kept()
    assert "5001" not in [row["actor"] for row in desk.audited("link_staff_chat")]
    assert [row["name"] for row in desk.data("staff", "chats")] == ["Li"]


def test_only_an_administrator_invites_and_unlinks_somebody_else(desk: Desk) -> None:
    linked(desk, token_of(desk, "Li", "Li"), "5001")
    for command in ("invite", "unlink"):
        assert "no administrator" in desk.refused("staff", command, "Li", "--as", "Otto")
        assert "no enabled account" in desk.refused("staff", command, "Nobody", "--as", "Ada")
        assert "sees no participant" in desk.refused("staff", command, "Ada", "--as", "Ada")
    assert desk.data("staff", "unlink", "Li", "--as", "Ada")["ended"] == 1
    assert desk.data("staff", "chats") == []


def test_disabling_an_account_ends_its_chat_and_its_invitation(desk: Desk) -> None:
    linked(desk, token_of(desk, "Li", "Li"), "5001")
    unused = token_of(desk, "Li", "Li")
    desk.told("staff", "disable", "Li", "--as", "Ada")
    assert linked(desk, unused, "5002") is Refusal.WRONG

    async def chats(change: Change) -> list[StaffChat]:
        return await staff_chats(change, "PUMCH")

    assert desk.within(chats) == []
    assert desk.data("staff", "chats") == []


def test_a_message_to_a_participant_is_kept_sealed_and_planned_by_its_prompt(chatting: Desk) -> None:
    chatting.told("message", "write", "017", PLEASE, "--as", "Li")
    (row,) = chatting.data("message", "sent", "017", "--as", "Li")
    assert (row["by"], row["state"], row["participant_code"]) == ("Li", PromptState.WAITING, "017")
    assert PLEASE not in chatting.kept()
    (entry,) = chatting.audited("write_message")
    assert PLEASE not in str(entry)

    async def prompts(change: Change) -> list[Prompt]:
        return list(await change.session.scalars(select(Prompt).where(Prompt.kind == PromptKind.STAFF_MESSAGE)))

    (prompt,) = chatting.within(prompts)
    assert prompt.dose_id is None


def test_a_forbidden_word_an_empty_text_and_one_too_long_are_refused_and_nothing_is_kept(chatting: Desk) -> None:
    assert "毫克" in chatting.refused("message", "write", "017", "请吃一毫克", "--as", "Li")
    assert "no text" in chatting.refused("message", "write", "017", "  ", "--as", "Li")
    assert "longer" in chatting.refused("message", "write", "017", "好" * 1001, "--as", "Li")

    async def kept(change: Change) -> list[StaffMessage]:
        return list(await change.session.scalars(select(StaffMessage)))

    assert chatting.within(kept) == []


def test_who_is_followed_by_phone_or_has_no_chat_is_not_written_to(enrolled: Desk) -> None:
    for code in ("017", "018"):
        assert "please call" in enrolled.refused("message", "write", code, PLEASE, "--as", "Li")


def test_otto_writes_to_nobody_of_another_site_and_reads_of_no_message_to_them(chatting: Desk) -> None:
    foreign = chatting.refused("message", "write", "017", PLEASE, "--as", "Otto")
    assert foreign == chatting.refused("message", "write", "555", PLEASE, "--as", "Otto")
    chatting.told("message", "write", "017", PLEASE, "--as", "Li")
    assert chatting.data("message", "sent", "--as", "Otto") == []
    assert chatting.refused("message", "sent", "017", "--as", "Otto") == foreign
    assert "this is for" in chatting.refused("message", "write", "017", PLEASE, "--as", "Mo")
    assert "no such message" in chatting.refused("message", "write", "017", PLEASE, "--as", "Li", "--answers", "x")
