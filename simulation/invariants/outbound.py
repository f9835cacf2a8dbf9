"""What was sent: no message gives up in silence, an unknown one is bounded, and Telegram's limits are kept."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile

from simulation.evidence import Call
from simulation.invariants.night import Marks, Night, Order
from simulation.invariants.rules import EMERGENCY, LEASE
from simulation.invariants.sight import Prompt

PER_SECOND = 25
BURST = 4.0  # to one phone: three replies, and an emergency text that waits for none of them
JITTER = 0.3  # seconds by which two calls may differ on their way
HEARD_AFTER = 1.0  # seconds that a refusal needs to be heard
ENDED_BY_CRASH = "the process ended while sending"
IN_ONE_CRASH = 8
SHOWS = frozenset({"sendMessage", "editMessageText"})


def no_silent_give_up(night: Night) -> Iterator[str]:
    """Who could not be reached is a matter for staff."""
    for prompt in night.prompts:
        if prompt.state != "failed" or prompt.id in night.marks.failed:
            continue
        night.marks.failed.add(prompt.id)
        query = "SELECT 1 FROM alert WHERE participant_id = ? AND kind = 'unreachable' AND last_at >= ?"
        if not night.rows(query, prompt.participant_id, prompt.settled_at):
            yield f"nobody was told of {prompt}"


def unknown_is_bounded(night: Night) -> Iterator[str]:
    """Nobody sends again what may have arrived, and there are not more of them than had a reason."""
    for prompt in night.prompts:
        if prompt.state == "unknown":
            night.marks.unknown.add(prompt.id)
        elif prompt.id in night.marks.unknown and prompt.state != "delivered":
            yield f"{prompt} was unknown"
    if night.whole:
        yield from _more_than_had_a_reason(night)
        yield from (f"nobody heard of {prompt}" for prompt in night.prompts if _is_unheard(night, prompt))


def _more_than_had_a_reason(night: Night) -> Iterator[str]:
    crashed = sum(prompt.state == "unknown" and prompt.reason == ENDED_BY_CRASH for prompt in night.prompts)
    others = sum(prompt.state == "unknown" for prompt in night.prompts) - crashed
    calls = night.evidence.calls
    unanswered = sum(call.method in SHOWS and (call.status == 0 or call.status >= 500) for call in calls)  # noqa: PLR2004
    if others > unanswered:
        yield f"{others} messages are unknown, {unanswered} calls were not answered"
    if crashed > IN_ONE_CRASH * sum(night.evidence.faults.values()):
        yield f"{crashed} messages are unknown by crashes; {dict(night.evidence.faults)}"


def _is_unheard(night: Night, prompt: Prompt) -> bool:
    """A change of the order whose notice may be lost is read back, or staff are told."""
    if prompt.kind != "order_notice" or prompt.state not in ("unknown", "expired"):
        return False
    order_id = prompt.key.partition(":")[0]
    heard = any(order.id == order_id and order.read_back_at for order in night.orders.values())
    heard = heard or any(_is_replaced(night, order) for order in night.orders.values() if order.id == order_id)
    return not heard and not night.rows(
        "SELECT 1 FROM alert WHERE participant_id = ? AND last_at >= ? AND kind IN ('read_back', 'unreachable')",
        prompt.participant_id,
        prompt.settled_at,
    )


def _is_replaced(night: Night, order: Order) -> bool:
    """Another amount, or the end, took its place before its first day: nobody is asked about it any more."""
    return order.kind == "dose" and any(
        newer.participant_id == order.participant_id
        and newer.version > order.version
        and newer.kind in ("dose", "discontinue")
        and newer.from_on <= order.from_on
        for newer in night.orders.values()
    )


def nothing_left_lying(night: Night) -> Iterator[str]:
    """When all is quiet no message is due, claimed or under way."""
    if night.whole:
        query = "SELECT id, state, visible_at FROM prompt WHERE state IN ('waiting', 'claimed', 'sending')"
        for row in night.rows(f"{query} AND visible_at < ?", night.before(LEASE + timedelta(minutes=2))):
            yield f"prompt {row[0]} is {row[1]} since {row[2]}"


def politeness(night: Night) -> Iterator[str]:
    """Never more than 25 messages a second, nor one a second and phone, nor one in a pause that Telegram asked for.

    A process that has died since knows neither what it sent nor of a pause, and two on one SQLite file share no rate.
    The emergency text waits for no phone's second.
    """
    marks, calls = night.marks, night.evidence.calls
    flashes = _flashes_since(night, calls[marks.calls].number) if marks.calls < len(calls) else set()
    restarts = [begun.timestamp() for begun in night.evidence.begun]
    for call in calls[marks.calls :]:
        if call.method not in SHOWS or call.chat is None:
            continue
        if any(start <= call.at <= end for start, end in night.evidence.several):
            marks.last_calls, marks.whole, marks.paused = [], {}, (0.0, 0.0)
            continue
        at = call.at.timestamp()
        while marks.restarts < len(restarts) and restarts[marks.restarts] <= at:
            marks.restarts += 1
            marks.last_calls, marks.whole, marks.paused = [], {}, (0.0, 0.0)
        yield from _too_many(marks, call, at)
        if call.number - 1 not in flashes:
            yield from _too_soon(marks, call, at)
        if call.retry_after:
            marks.paused = (at + HEARD_AFTER, max(marks.paused[1], at + call.retry_after))
    marks.calls = len(calls)


def _flashes_since(night: Night, number: int) -> set[int]:
    lately = takewhile(lambda one: one.number >= number - 1, reversed(night.evidence.delivered))
    return {one.number for one in lately if one.text.startswith(EMERGENCY)}


def _too_many(marks: Marks, call: Call, at: float) -> Iterator[str]:
    last = marks.last_calls
    if len(last) == PER_SECOND and at - last[0] < 1 - JITTER:
        yield f"{call} is one of {PER_SECOND + 1} within {at - last[0]:.3f} s"
    marks.last_calls = [*last[-PER_SECOND + 1 :], at]


def _too_soon(marks: Marks, call: Call, at: float) -> Iterator[str]:
    whole_at = max(marks.whole.get(call.chat or 0, at), at) + 1
    marks.whole[call.chat or 0] = whole_at
    if whole_at - at > BURST + JITTER:
        yield f"{call} leaves {whole_at - at - BURST:.3f} s too early for its phone"
    if marks.paused[0] <= at < marks.paused[1]:
        yield f"{call} leaves {marks.paused[1] - at:.1f} s before the pause is over"
