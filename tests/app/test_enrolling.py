"""Entry on the command line: nothing before eligibility, consent and approval; one link for one use; no names."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.enrolment import BOT_USERNAME, DEMO, STORE_KIND
from actions.linking import Refusal, link_chat
from models.identity import ChatLink
from models.inbox import Note
from models.participant import Invitation, Participant
from models.session import Change, sha256
from protocol.terms import Channel
from tests.app.conftest import CRITERIA, Desk

AT_SITE = ("017", "--site", "PUMCH")
WITH = ("--language", "zh", "--tz", "Asia/Shanghai", "--reminder-time", "08:00", "--food", "with")
ENROL = ("participant", "enrol", *AT_SITE, *WITH, "--as", "Li")


def eligibility(criteria: dict[str, bool] = CRITERIA, by: str = "Wu", code: str = "017") -> tuple[str, ...]:
    answers = [word for key, yes in criteria.items() for word in ("--criterion", f"{key}={'yes' if yes else 'no'}")]
    words = ("participant", "eligibility", code, "--site", "PUMCH", *answers, "--prior-therapy", "steroids, failed")
    return (*words, "--as", by)


def consent(by: str = "Li", signed_on: str = "2026-01-02") -> tuple[str, ...]:
    words = ("participant", "consent", *AT_SITE, "--form-version", "2", "--signed-on", signed_on)
    return (*words, "--investigator", "Wu", "--as", by)


def note(name: str, value: str) -> Any:
    async def write(change: Change) -> None:
        row = await change.session.get(Note, name)
        if row is None:
            change.session.add(Note(name=name, value=value, at=change.at))
        else:
            row.value = value

    return write


def test_an_enrolment_waits_for_eligibility_then_for_paper_consent(desk: Desk) -> None:
    assert "no investigator has signed the eligibility of 017" in desk.refused(*ENROL)
    desk.told(*eligibility())
    assert "the paper consent of 017 is not recorded" in desk.refused(*ENROL)
    desk.told(*consent())
    assert "017 is enrolled." in desk.told(*ENROL)
    assert "017 is enrolled already" in desk.refused(*ENROL)


def test_a_live_store_enrols_nobody_with_an_unapproved_protocol_and_a_demo_does(desk: Desk) -> None:
    desk.settings["ANSHI_PROTOCOL_FILE"] = None
    desk.told(*eligibility())
    desk.told(*consent())
    assert "carries no approval of this version" in desk.refused(*ENROL)
    desk.within(note(STORE_KIND, DEMO))
    assert "017 is enrolled." in desk.told(*ENROL)


def test_eligibility_is_signed_by_an_investigator_once(desk: Desk) -> None:
    assert "Li is coordinator; this is for: investigator" in desk.refused(*eligibility(by="Li"))
    desk.told(*eligibility())
    assert "signed already" in desk.refused(*eligibility())
    assert [entry["actor"] for entry in desk.audited("record_eligibility")] == ["staff:Wu"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"age": False}, "these criteria are not met: age"),
        ({"pregnant_or_lactating": True}, "these criteria are not met: pregnant_or_lactating"),
        ({"left_handed": True}, "the protocol has no criterion left_handed"),
    ],
)
def test_a_criterion_that_is_not_met_is_named(desk: Desk, changed: dict[str, bool], told: str) -> None:
    assert told in desk.refused(*eligibility(CRITERIA | changed))


def test_each_criterion_has_to_be_answered(desk: Desk) -> None:
    some = {key: yes for key, yes in CRITERIA.items() if key != "age"}
    assert "these criteria are not answered: age" in desk.refused(*eligibility(some))


@pytest.mark.parametrize("answer", ["age", "age=perhaps", "age=YES"])
def test_an_answer_is_yes_or_no(desk: Desk, answer: str) -> None:
    assert "is not KEY=yes or KEY=no" in desk.misused(*eligibility(), "--criterion", answer)


def test_a_signature_in_the_future_is_refused(desk: Desk) -> None:
    assert "lies in the future" in desk.refused(*consent(signed_on="2999-01-01"))


@pytest.mark.parametrize("code", ["fang", "方", "017 ", "-017", "0" * 21])
def test_a_code_cannot_be_a_name(desk: Desk, code: str) -> None:
    assert "is not a code" in desk.misused("participant", "consent", "--site", "PUMCH", "--as", "Li",
        "--form-version", "1", "--signed-on", "2026-01-02", "--investigator", "Wu", "--", code)  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [("--reminder-time", "8 o'clock"), ("--language", "fr"), ("--food", "sometimes")],
)
def test_an_answer_outside_its_set_is_a_usage_error(desk: Desk, changed: tuple[str, str]) -> None:
    desk.misused(*ENROL, *changed)


def test_an_unknown_zone_is_named(desk: Desk) -> None:
    assert "Asia/Peking2 is not a time zone" in desk.refused(*ENROL, "--tz", "Asia/Peking2")


def ready(desk: Desk) -> Desk:
    desk.told(*eligibility())
    desk.told(*consent())
    return desk


def test_the_link_names_the_bot_works_once_and_is_drawn_as_a_qr_code(desk: Desk) -> None:
    ready(desk).within(note(BOT_USERNAME, "anshi_test_bot"))
    told = desk.told(*ENROL)
    (link,) = [line.strip() for line in told.splitlines() if "https://" in line]
    assert link.startswith("https://t.me/anshi_test_bot?start=")
    assert "█" in told
    token = link.partition("=")[2]

    async def use(change: Change) -> list[object]:
        return [await link_chat(change, Channel.TELEGRAM, user, token) for user in ("4001", "4002")]

    first, second = desk.within(use)
    assert isinstance(first, ChatLink)
    assert second is Refusal.WRONG


def test_until_the_bot_has_run_the_start_code_is_printed_instead(desk: Desk) -> None:
    told = ready(desk).told(*ENROL)
    assert "/start " in told
    assert "https://" not in told


def test_only_the_hash_of_an_invitation_is_kept(desk: Desk) -> None:
    made = ready(desk).data(*ENROL)["invitation"]
    token = made["start"].removeprefix("/start ")

    async def stored(change: Change) -> Invitation:
        return (await change.session.scalars(select(Invitation))).one()

    assert desk.within(stored).token_hash == sha256(token)
    assert "PUMCH" in desk.kept()
    assert token not in desk.kept()


def test_a_new_invitation_ends_the_one_before(desk: Desk) -> None:
    first = ready(desk).data(*ENROL)["invitation"]["start"].removeprefix("/start ")
    second = desk.data("participant", "invite", "017", "--as", "Li")["invitation"]["start"].removeprefix("/start ")

    async def use(change: Change) -> list[object]:
        return [await link_chat(change, Channel.TELEGRAM, "4001", token) for token in (first, second)]

    refused, linked = desk.within(use)
    assert refused is Refusal.WRONG
    assert isinstance(linked, ChatLink)


def test_a_participant_followed_by_phone_gets_an_invitation_only_when_asked_for_and_may_give_the_chat_up(
    desk: Desk,
) -> None:
    assert ready(desk).data(*ENROL, "--phone-only") == {
        "code": "017", "site": "PUMCH", "state": "active", "invitation": None
    }  # fmt: skip
    assert "followed by phone" in desk.refused("participant", "invite", "017", "--helper", "--as", "Li")
    give_up = ("participant", "by-phone", "017", "--reason", "the screen is too small", "--as", "Li")
    assert "followed by phone already" in desk.refused(*give_up)
    start = desk.data("participant", "invite", "017", "--as", "Li")["invitation"]["start"]

    async def use(change: Change) -> object:
        return await link_chat(change, Channel.TELEGRAM, "4001", start.removeprefix("/start "))

    desk.within(use)
    assert desk.data("participant", "show", "017")["channel"] == "telegram"
    assert desk.data(*give_up) == {"code": "017", "channel": "phone", "ended": 1}
    shown = desk.data("participant", "show", "017")
    assert (shown["channel"], shown["chats"], shown["state"]) == ("phone", [], "active")


def test_names_are_asked_for_sealed_and_revealed_only_for_a_reason(desk: Desk) -> None:
    ready(desk).told(*ENROL, "--name-prompt", typed="方美玲\n13812345678\n")
    everything = desk.kept()
    assert "PUMCH" in everything
    assert "方美玲" not in everything
    assert "13812345678" not in everything
    for words in (("show", "017"), ("show", "017", "--json"), ("list",)):
        assert "方美玲" not in desk.told("participant", *words)
    reveal = ("participant", "show", "017", "--reveal")
    assert "--reveal needs" in desk.misused(*reveal)
    assert "--reveal needs" in desk.misused(*reveal, "--as", "Li", "--reason", " ")
    assert "Mo is monitor" in desk.refused(*reveal, "--as", "Mo", "--reason", "curious")
    shown = desk.data(*reveal, "--as", "Li", "--reason", "ambulance asks")
    assert (shown["name"], shown["phone"]) == ("方美玲", "13812345678")
    assert desk.audited("reveal_identity") == [
        {"actor": "staff:Li", "old": {}, "new": {}, "reason": "ambulance asks"}
    ]  # fmt: skip


def test_a_revealed_name_is_not_in_the_audit(desk: Desk) -> None:
    ready(desk).told(*ENROL, "--name", "方美玲")
    desk.told("participant", "show", "017", "--reveal", "--as", "Li", "--reason", "call")
    assert "方美玲" not in json.dumps(desk.audited("reveal_identity") + desk.audited("enrol"), ensure_ascii=False)


def test_without_keys_nobody_is_enrolled(desk: Desk) -> None:
    ready(desk).settings |= {"ANSHI_ENCRYPTION_KEYS": None, "ANSHI_INDEX_KEY": None}
    assert "anshi keys new" in desk.refused(*ENROL)


def test_a_refused_enrolment_leaves_nothing_behind(desk: Desk) -> None:
    desk.refused(*ENROL)

    async def count(change: Change) -> int:
        return len((await change.session.scalars(select(Participant))).all())

    assert desk.within(count) == 0
    assert desk.audited("enrol") == []


def test_unlinking_ends_the_chat_with_its_reason(desk: Desk) -> None:
    token = ready(desk).data(*ENROL)["invitation"]["start"].removeprefix("/start ")

    async def use(change: Change) -> object:
        return await link_chat(change, Channel.TELEGRAM, "4001", token)

    desk.within(use)
    assert len(desk.data("participant", "show", "017")["chats"]) == 1
    unlink = ("participant", "unlink", "017", "--reason", "phone lost", "--as", "Li")
    assert desk.data(*unlink) == {"code": "017", "ended": 1}
    assert desk.data("participant", "show", "017")["chats"] == []
    assert [entry["reason"] for entry in desk.audited("unlink_chat")] == ["phone lost"]


def test_the_json_of_the_list_has_stable_keys(enrolled: Desk) -> None:
    rows = enrolled.data("participant", "list")
    assert [row["code"] for row in rows] == ["017", "018", "900"]
    assert list(rows[0]) == [
        "code", "site", "state", "channel", "language", "tz", "reminder_time", "food", "enrolled_at", "set_up_at",
        "messages_stopped_at", "unreachable_at", "blocked_reason",
    ]  # fmt: skip
    assert datetime.fromisoformat(rows[0]["enrolled_at"]).tzinfo is not None


def test_the_demo_of_a_folder_is_not_touched_by_an_enrolment_elsewhere(desk: Desk, tmp_path: Path) -> None:
    ready(desk).told(*ENROL)
    assert not (tmp_path / "var").exists()
