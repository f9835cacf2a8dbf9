"""The courier over real HTTP: what a person sees, and what each failure is called, row by row."""

import logging

import pytest
from telegram.error import TelegramError

from bot.application import build_bot
from bot.callback_data import decode, encode
from bot.courier import FILE_BYTES_MAX, TelegramCourier
from bot.limiter import Limiter
from bot.transport import AiohttpRequest
from emulator.server import Emulator
from messages.courier import Button, DeliveryError, Wording
from protocol.taps import Tap, Verb
from protocol.terms import Lane
from tests.bot.conftest import TOKEN

TAKEN = Tap(Verb.TAKEN, "01KB000000000000000000000A", "2")
PROMPT = Wording(
    "该服药了：<b>2片</b> *_[ https://example.org",
    ((Button("已服2片", TAKEN, "success"),), (Button("稍后提醒", Tap(Verb.LATER, TAKEN.record_id)),)),
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def last_call(emulator: Emulator) -> dict[str, object]:
    return dict(emulator.phone.calls[-1].params)


async def test_a_prompt_arrives_as_plain_text_with_its_buttons(
    courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    message_id = await courier.send(str(fang), PROMPT, lane=Lane.PROMPT)
    seen = emulator.phone.messages(fang)[-1]
    assert (str(seen.id), seen.text, seen.silent) == (message_id, PROMPT.text, False)
    assert [[(button.label, button.style) for button in row] for row in seen.buttons] == [
        [("已服2片", "success")],
        [("稍后提醒", "")],
    ]
    assert decode(seen.buttons[0][0].data) == TAKEN
    assert last_call(emulator)["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in last_call(emulator)
    assert not emulator.unknown_parameters


async def test_a_silent_message_makes_no_sound(courier: TelegramCourier, emulator: Emulator, fang: int) -> None:
    await courier.send(str(fang), Wording("x"), lane=Lane.REST, silent=True)
    assert emulator.phone.notifications(fang)[-1].silent


async def test_the_small_keyboard_comes_stays_and_goes(courier: TelegramCourier, emulator: Emulator, fang: int) -> None:
    await courier.send(str(fang), Wording("x", keyboard=("今天", "我不舒服", "打电话")), lane=Lane.REPLY)
    await courier.send(str(fang), Wording("y"), lane=Lane.REPLY)
    assert emulator.phone.keyboard(fang) == (("今天", "我不舒服", "打电话"),)
    assert emulator.phone.keyboard_view(fang).persistent
    await courier.send(str(fang), Wording("z", keyboard=()), lane=Lane.REPLY)
    assert emulator.phone.keyboard(fang) == ()


async def test_two_kinds_of_keyboard_in_one_message_are_refused(courier: TelegramCourier, fang: int) -> None:
    with pytest.raises(ValueError, match="one message"):
        await courier.send(str(fang), Wording("x", PROMPT.buttons, ("今天",)), lane=Lane.REPLY)
    with pytest.raises(ValueError, match="small keyboard"):
        await courier.edit(str(fang), "1", Wording("x", keyboard=("今天",)), lane=Lane.REPLY)


async def test_an_edit_replaces_text_and_buttons_and_may_be_repeated(
    courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    message_id = await courier.send(str(fang), PROMPT, lane=Lane.PROMPT)
    for _ in range(2):
        await courier.edit(str(fang), message_id, Wording("已记录"), lane=Lane.REPLY)
    seen = emulator.phone.messages(fang)[-1]
    assert (seen.text, seen.buttons) == ("已记录", ())


async def test_a_press_is_answered_and_one_too_old_is_let_go(
    courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    await courier.send(str(fang), PROMPT, lane=Lane.PROMPT)
    press = emulator.phone.tap(fang, data=encode(TAKEN))
    await courier.toast(press, "已记录" * 100, modal=True)
    assert [(toast.text[:3], toast.alert) for toast in emulator.phone.toasts(fang)] == [("已记录", True)]
    await courier.toast("12345", "x")


async def test_a_photo_is_fetched_and_one_too_big_is_not(
    courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    emulator.phone.send_photo(fang, PNG)
    assert await courier.file(emulator.phone.messages(fang)[-1].photo) == PNG
    emulator.phone.send_document(fang, "big", b"x" * (FILE_BYTES_MAX + 1))
    with pytest.raises(DeliveryError, match="too big") as caught:
        await courier.file(emulator.phone.messages(fang)[-1].document)
    assert caught.value.permanent


@pytest.mark.parametrize("chat", ["-1001", "0", "", "@channel", "１００１", "1001 ", "+1", "1e3"])
async def test_nothing_goes_anywhere_but_to_a_private_chat(
    courier: TelegramCourier, emulator: Emulator, chat: str
) -> None:
    with pytest.raises(DeliveryError) as caught:
        await courier.send(chat, Wording("x"), lane=Lane.ALERT)
    assert caught.value.permanent
    assert not emulator.phone.calls


ROWS = [
    # the fault, whether Telegram has it, (permanent, ambiguous, blocked, retry_after in seconds)
    ({"kind": "status", "code": 429, "retry_after": 7}, (False, False, False, 7)),
    ({"kind": "status", "code": 429, "description": "Too Many Requests"}, (False, False, False, 1)),
    (
        {"kind": "status", "code": 403, "description": "Forbidden: bot was blocked by the user"},
        (True, False, True, None),
    ),
    ({"kind": "status", "code": 403, "description": "Forbidden: user is deactivated"}, (True, False, True, None)),
    ({"kind": "status", "code": 400, "description": "Bad Request: chat not found"}, (True, False, False, None)),
    (
        {"kind": "status", "code": 400, "description": "Bad Request: message can't be edited"},
        (True, False, False, None),
    ),
    (
        {"kind": "status", "code": 400, "description": "x", "parameters": {"migrate_to_chat_id": -5}},
        (True, False, False, None),
    ),
    ({"kind": "status", "code": 401, "description": "Unauthorized"}, (True, False, False, None)),
    ({"kind": "status", "code": 404, "description": "Not Found"}, (True, False, False, None)),
    ({"kind": "status", "code": 409, "description": "Conflict"}, (False, False, False, None)),
    ({"kind": "status", "code": 500}, (False, True, False, None)),
    ({"kind": "html_502"}, (False, True, False, None)),
    ({"kind": "not_json"}, (False, True, False, None)),
    ({"kind": "deliver_then_drop"}, (False, True, False, None)),
    ({"kind": "drop_before_accept"}, (False, True, False, None)),  # from here it looks the same
    ({"kind": "deliver_then_late", "seconds": 3}, (False, True, False, None)),
]


@pytest.mark.parametrize(("fault", "expected"), ROWS, ids=lambda row: str(row)[:60])
async def test_each_failure_is_called_what_it_is(
    courier: TelegramCourier,
    emulator: Emulator,
    fang: int,
    fault: dict[str, object],
    expected: tuple[bool, bool, bool, int | None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.faults.add(method="sendMessage", **fault)  # type: ignore[arg-type]
    with pytest.raises(DeliveryError) as caught:
        await courier.send(str(fang), Wording("x"), lane=Lane.PROMPT)
    error = caught.value
    pause = error.retry_after.total_seconds() if error.retry_after else None
    assert (error.permanent, error.ambiguous, error.blocked, pause) == expected
    assert_no_token(error, caplog)


def assert_no_token(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("bot").error("failed", exc_info=error)
    assert "failed" in caplog.text
    assert "CANARY" not in caplog.text
    told: BaseException | None = error
    while told is not None:
        assert "CANARY" not in repr(told) + str(told)
        told = told.__cause__ or told.__context__


async def test_what_never_left_is_tried_again_later() -> None:
    async with AiohttpRequest() as request:
        bot = build_bot(TOKEN, api_url="http://127.0.0.1:1", request=request, get_updates_request=request)
        with pytest.raises(DeliveryError, match="not sent") as caught:
            await TelegramCourier(bot, Limiter()).send("1001", Wording("x"), lane=Lane.PROMPT)
    assert (caught.value.permanent, caught.value.ambiguous) == (False, False)


async def test_an_edit_of_a_message_that_is_gone_fails_for_good(courier: TelegramCourier, fang: int) -> None:
    with pytest.raises(DeliveryError, match="not found") as caught:
        await courier.edit(str(fang), "999", Wording("x"), lane=Lane.REPLY)
    assert caught.value.permanent


async def test_a_refused_token_shows_until_a_call_succeeds(
    courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    emulator.faults.add(kind="status", code=401, description="Unauthorized")
    with pytest.raises(DeliveryError):
        await courier.send(str(fang), Wording("x"), lane=Lane.PROMPT)
    assert courier.token_dead
    await courier.send(str(fang), Wording("x"), lane=Lane.PROMPT)
    assert not courier.token_dead


async def test_a_429_pauses_every_chat_but_not_the_answers_to_presses(
    bot: object, courier: TelegramCourier, emulator: Emulator, fang: int
) -> None:
    limiter = courier._limiter
    emulator.faults.add(kind="status", retry_after=30, method="sendMessage")
    with pytest.raises(DeliveryError):
        await courier.send(str(fang), PROMPT, lane=Lane.PROMPT)
    assert 29 < limiter.paused_for().total_seconds() <= 30
    await courier.toast("1", "x")


async def test_the_canary_would_be_seen(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        assert_no_token(TelegramError(f"https://api.telegram.org/bot{TOKEN}/getMe"), caplog)


async def test_every_send_and_edit_takes_its_turn(bot: object, courier: TelegramCourier, fang: int) -> None:
    turns: list[tuple[str, Lane]] = []

    class Counting(Limiter):
        async def turn(self, chat: str, lane: Lane) -> None:
            turns.append((chat, lane))

    counted = TelegramCourier(courier._bot, Counting())
    message_id = await counted.send(str(fang), Wording("x"), lane=Lane.ALERT)
    await counted.edit(str(fang), message_id, Wording("y"), lane=Lane.REPLY)
    assert turns == [(str(fang), Lane.ALERT), (str(fang), Lane.REPLY)]
