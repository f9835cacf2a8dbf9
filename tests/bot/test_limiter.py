"""The limiter on the wire: never more than promised, in the order of the lanes, and silent when told to be."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.limiter import ALERT_BURST, CHATS_KEPT, Limiter
from protocol.terms import Lane
from tests.bot.conftest import run_virtually

Asked = tuple[float, str, Lane]  # when, for whom, how urgent
Left = tuple[float, str, Lane]

asked = st.tuples(st.floats(0, 5), st.sampled_from("ABCDEFGHIJ"), st.sampled_from(Lane))


async def _carried(limiter: Limiter, asking: Sequence[Asked]) -> list[Left]:
    loop, left = asyncio.get_running_loop(), []

    async def one(at: float, chat: str, lane: Lane) -> None:
        await asyncio.sleep(at)
        await limiter.turn(chat, lane)
        left.append((loop.time(), chat, lane))

    async with asyncio.TaskGroup() as group:
        for each in asking:
            group.create_task(one(*each))
    return left


def carried(asking: Sequence[Asked], limiter: Limiter | None = None) -> list[Left]:
    return run_virtually(_carried(limiter or Limiter(), asking))


def in_any_second(times: Sequence[float]) -> int:
    return max((sum(1 for other in times if at <= other < at + 1 - 1e-6) for at in times), default=0)


crowd = st.tuples(st.sampled_from([0.0, 0.5, 1.1, 1.9]) | st.floats(0, 3), st.uuids().map(str), st.sampled_from(Lane))


@settings(max_examples=60)
@given(st.lists(asked | crowd, max_size=120))
def test_no_second_carries_more_than_25_and_everyone_is_served(asking: list[Asked]) -> None:
    left = carried(asking)
    assert len(left) == len(asking)
    assert in_any_second([at for at, _, _ in left]) <= 25


@settings(max_examples=60)
@given(st.lists(asked.filter(lambda each: each[2] not in (Lane.ALERT, Lane.REPLY)), max_size=60))
def test_no_chat_gets_two_within_a_second(asking: list[Asked]) -> None:
    for chat in "ABCDEFGHIJ":
        times = [at for at, other, _ in carried(asking) if other == chat]
        assert all(later - earlier >= 1 - 1e-6 for earlier, later in pairwise(times))


@settings(max_examples=60)
@given(st.lists(asked, max_size=60))
def test_replies_and_alerts_may_come_close_but_not_more_in_the_long_run(asking: list[Asked]) -> None:
    left = carried(asking)
    for chat in "ABCDEFGHIJ":
        times = [at for at, other, _ in left if other == chat]
        for first, start in enumerate(times):
            for last in range(first, len(times)):
                assert last - first + 1 <= times[last] - start + ALERT_BURST + 1e-6


def test_a_thousand_at_eight_o_clock_are_out_within_a_minute() -> None:
    left = carried([(0, str(chat), Lane.PROMPT) for chat in range(1000)])
    assert left[-1][0] <= 40
    assert in_any_second([at for at, _, _ in left]) == 25
    assert [chat for _, chat, _ in left] == [str(chat) for chat in range(1000)]  # first come, first served


def test_lanes_are_served_in_their_order() -> None:
    crowd = [(0.0, f"{lane}{number}", lane) for lane in reversed(Lane) for number in range(20)]
    served = [lane for _, _, lane in carried(crowd)]
    rest = served[5:]  # what left before the others had asked
    assert rest == sorted(rest, key=list(Lane).index)


def test_an_alert_passes_a_thousand_prompts() -> None:
    crowd = [(0.0, str(chat), Lane.PROMPT) for chat in range(1000)] + [(3.0, "staff", Lane.ALERT)]
    assert next(at for at, chat, _ in carried(crowd) if chat == "staff") <= 3.05


def test_one_busy_chat_does_not_hold_up_the_others() -> None:
    crowd = [(0.0, "busy", Lane.PROMPT) for _ in range(10)] + [(0.0, "other", Lane.PROMPT)]
    assert next(at for at, chat, _ in carried(crowd) if chat == "other") < 0.1


def test_an_edit_after_a_tap_does_not_wait_for_the_prompt_before_it() -> None:
    left = carried([(0, "fang", Lane.PROMPT), (0.1, "fang", Lane.REPLY), (0.2, "fang", Lane.REPLY)])
    assert [at for at, _, _ in left] == pytest.approx([0, 0.1, 0.2])


def test_an_emergency_text_does_not_wait_for_the_answers_before_it() -> None:
    answers = [(0.0, "fang", Lane.PROMPT), *[(0.1, "fang", Lane.REPLY)] * 4]
    left = carried([*answers, (0.2, "fang", Lane.ALERT)])
    assert next(at for at, _, lane in left if lane is Lane.ALERT) == pytest.approx(0.2)


def test_a_pause_holds_everyone_and_the_later_end_counts() -> None:
    async def story() -> list[Left]:
        limiter = Limiter()
        limiter.pause(30)
        limiter.pause(3)
        assert limiter.paused_for().total_seconds() == pytest.approx(30)
        return await _carried(limiter, [(0, "fang", Lane.ALERT), (1, "emma", Lane.PROMPT), (40, "li", Lane.REST)])

    assert [at for at, _, _ in run_virtually(story())] == pytest.approx([30, 30, 40])


def test_a_pause_that_begins_while_others_wait_holds_them_too() -> None:
    async def story() -> list[Left]:
        limiter = Limiter()
        asyncio.get_running_loop().call_later(0.5, limiter.pause, 10)
        return await _carried(limiter, [(0, "fang", Lane.PROMPT), (0, "fang", Lane.PROMPT)])

    assert [at for at, _, _ in run_virtually(story())] == pytest.approx([0, 10.5])


def test_a_cancelled_turn_goes_to_the_next() -> None:
    async def story() -> list[Left]:
        limiter = Limiter()
        await limiter.turn("fang", Lane.PROMPT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await limiter.turn("fang", Lane.PROMPT)
        return await _carried(limiter, [(0, "fang", Lane.PROMPT)])

    assert [at for at, _, _ in run_virtually(story())] == pytest.approx([1])


def test_chats_whose_second_is_over_are_forgotten() -> None:
    async def story() -> int:
        limiter = Limiter()
        await _carried(limiter, [(0, str(chat), Lane.REST) for chat in range(3 * CHATS_KEPT)])
        return len(limiter._chats)

    assert run_virtually(story()) <= CHATS_KEPT


def test_switched_off_it_never_waits() -> None:
    left = carried([(0, "fang", Lane.REST)] * 200, Limiter(per_second=None))
    assert {at for at, _, _ in left} == {0}
