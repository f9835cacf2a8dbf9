"""Updates: what is read from each, and what is never an answer."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.callback_data import encode
from bot.updates import TEXT_CHARACTERS_MAX, Ignored, Incoming, Membership, read_update
from protocol.taps import Command, Media, MediaKind, Tap, Typed, Verb

FANG = {"id": 1001, "is_bot": False, "first_name": "Fang", "language_code": "zh-hans"}
CHAT = {"id": 1001, "type": "private", "first_name": "Fang"}
GROUP = {"id": -1001, "type": "group", "title": "x"}
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TAKEN = Tap(Verb.TAKEN, "01KB000000000000000000000A", "2")
PHOTO = [
    {"file_id": "small", "file_unique_id": "1", "width": 90, "height": 90},
    {"file_id": "big", "file_unique_id": "3", "width": 1280, "height": 960},
    {"file_id": "middle", "file_unique_id": "2", "width": 320, "height": 320},
]


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name} | more


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": int(AT.timestamp()), "chat": CHAT, "from": FANG} | content


def query(**content: Any) -> dict[str, Any]:
    written = message(text="x", **{"from": FANG | {"id": 1, "is_bot": True}})
    return {"id": "77", "from": FANG, "chat_instance": "1", "message": written, "data": encode(TAKEN)} | content


def membership(status: str, chat: Mapping[str, Any] = CHAT, **more: Any) -> dict[str, Any]:
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    old = {"user": bot, "status": "member"}
    new = {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    return {"chat": chat, "from": FANG, "date": 1, "old_chat_member": old, "new_chat_member": new} | more


def read(kind: str, content: Any) -> Incoming | Membership | Ignored:
    return read_update(Update.de_json({"update_id": 9, kind: content}, None))


def said(**content: Any) -> Any:
    incoming = read("message", message(**content))
    assert isinstance(incoming, Incoming)
    return incoming.intent


def test_a_text_is_read_with_who_said_it_and_when() -> None:
    assert read("message", message(text=" 吃了 ")) == Incoming(
        9, 1001, 1001, "zh-hans", Typed(" 吃了 "), message="5", sent_at=AT
    )


def test_a_tap_is_read_with_its_press_and_its_message() -> None:
    assert read("callback_query", query()) == Incoming(9, 1001, 1001, "zh-hans", TAKEN, press="77", message="5")


def test_a_tap_on_a_message_too_old_to_be_seen_counts_too() -> None:
    old = query(message={"message_id": 5, "date": 0, "chat": CHAT})
    assert read("callback_query", old) == read("callback_query", query())


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/start AbC_-1", Command("start", "AbC_-1")),
        ("/Start@anshi_bot  AbC ", Command("start", "AbC")),
        ("/nothing_we_know", Command("nothing_we_know")),
        ("/today\nplease", Command("today", "please")),
        ("/", Typed("/")),
        ("/ today", Typed("/ today")),
        ("/@bot", Typed("/@bot")),
        (" /today", Typed(" /today")),
        ("", Typed("")),
    ],
)
def test_what_begins_with_a_slash_is_a_command(text: str, intent: Command | Typed) -> None:
    assert said(text=text) == intent


def test_a_text_has_an_end() -> None:
    assert said(text="x" * 10_000) == Typed("x" * TEXT_CHARACTERS_MAX)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        ({"photo": PHOTO, "caption": "药盒"}, Media(MediaKind.PHOTO, "big", "药盒")),
        ({"voice": file("v", duration=1)}, Media(MediaKind.VOICE, "v")),
        ({"audio": file("a", duration=1)}, Media(MediaKind.VOICE, "a")),
        ({"video_note": file("n", duration=1, length=9)}, Media(MediaKind.VOICE, "n")),
        ({"document": file("d"), "caption": "x"}, Media(MediaKind.OTHER, "d", "x")),
        ({"video": file("m", width=1, height=1, duration=1)}, Media(MediaKind.OTHER, "m")),
        ({"location": {"latitude": 1.0, "longitude": 1.0}}, Media(MediaKind.OTHER, "")),
        ({"something_new": {}}, Media(MediaKind.OTHER, "")),
    ],
)
def test_what_is_no_text_is_kept_by_kind(content: dict[str, Any], media: Media) -> None:
    assert said(**content) == media


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("left", True), ("member", False)])
def test_blocking_and_letting_in_again_is_heard(status: str, blocked: bool) -> None:
    assert read("my_chat_member", membership(status)) == Membership(9, 1001, blocked)


FORWARD = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
OTHER = FANG | {"id": 1002}


@pytest.mark.parametrize(
    ("kind", "content", "ignored"),
    [
        ("edited_message", message(text="吃了"), Ignored(9, "edited_message")),
        ("channel_post", message(chat=GROUP | {"type": "channel"}), Ignored(9, "channel_post")),
        ("inline_query", {"id": "1", "from": FANG, "query": "", "offset": ""}, Ignored(9, "inline_query")),
        ("something_new", {}, Ignored(9, "unknown_kind")),
        ("message", message(text="x", chat=GROUP), Ignored(9, "group", leave_chat=-1001)),
        ("message", message(text="x", chat=GROUP | {"type": "supergroup"}), Ignored(9, "group", leave_chat=-1001)),
        ("message", message(text="x", chat=GROUP | {"type": "channel"}), Ignored(9, "channel", leave_chat=-1001)),
        ("message", message(text="x", **{"from": OTHER}), Ignored(9, "not_their_chat")),
        ("message", message(text="x", **{"from": FANG | {"is_bot": True}}), Ignored(9, "bot")),
        ("message", message(text="吃了", forward_origin=FORWARD), Ignored(9, "forwarded")),
        ("message", message(text="吃了", via_bot=OTHER | {"is_bot": True}), Ignored(9, "via_bot")),
        ("message", message(group_chat_created=True), Ignored(9, "service")),
        ("callback_query", query(inline_message_id="1", message=None), Ignored(9, "inline")),
        ("callback_query", query(message=None), Ignored(9, "no_message", press="77")),
        ("callback_query", query(data="taken"), Ignored(9, "unknown_button", press="77")),
        ("callback_query", query(data=None, game_short_name="g"), Ignored(9, "unknown_button", press="77")),
        ("callback_query", query(**{"from": OTHER}), Ignored(9, "not_their_chat")),
        ("callback_query", query(message=message(text="x", chat=GROUP)), Ignored(9, "group", leave_chat=-1001)),
        ("my_chat_member", membership("member", GROUP), Ignored(9, "group", leave_chat=-1001)),
        ("my_chat_member", membership("left", GROUP), Ignored(9, "group")),
        ("my_chat_member", membership("member", **{"from": OTHER}), Ignored(9, "not_their_chat")),
    ],
)
def test_what_is_never_an_answer_is_ignored_by_its_reason(kind: str, content: Any, ignored: Ignored) -> None:
    assert read(kind, json.loads(json.dumps(content))) == ignored


def replied(*taps: Tap, is_bot: bool = True) -> Incoming:
    """A text that answers a message with these buttons."""
    row = [{"text": "x", "callback_data": encode(tap)} for tap in taps]
    sender = FANG | {"id": 1, "is_bot": is_bot}
    ours = message(text="x", reply_markup={"inline_keyboard": [row]}, **{"from": sender})
    found = read("message", message(text="Please call", reply_to_message=ours))
    assert isinstance(found, Incoming)
    return found


def test_a_reply_is_about_the_one_code_on_the_buttons_of_our_message() -> None:
    assert replied(Tap(Verb.STAFF_SEEN, "k2v8"), Tap(Verb.STAFF_WHO, "", "017")).about == "017"
    assert replied(Tap(Verb.STAFF_WHO, "", "017"), Tap(Verb.STAFF_ANSWER, "", "017")).about == "017"


def test_a_reply_to_several_codes_to_none_or_to_a_persons_message_is_about_nobody() -> None:
    assert replied(Tap(Verb.STAFF_WHO, "", "017"), Tap(Verb.STAFF_WHO, "", "018")).about == ""
    assert replied(TAKEN).about == ""
    assert replied(Tap(Verb.STAFF_WHO, "", "017"), is_bot=False).about == ""
