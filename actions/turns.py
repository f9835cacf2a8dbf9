"""Turns at the messenger, one after another for all processes: who may send when. Pure, in seconds of one clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from protocol.terms import Lane

AHEAD: Final = {Lane.ALERT: 60.0, Lane.REPLY: 1.0, Lane.PROMPT: 0.5, Lane.REST: 0.25}
"""So far ahead a lane may take turns: where a lower one has to stop, a higher one still gets in before it."""
BURSTS: Final = {Lane.REPLY: 3, Lane.ALERT: 4}
"""An edit after a tap does not wait for the prompt before it, nor an emergency text for the answers before it."""
AHEAD_MAX: Final = 120.0  # further ahead than anyone can have asked for: the clock was set back
NEVER: Final = float("-inf")
ROUNDING: Final = 1e-5  # a moment is stored in whole microseconds


@dataclass(frozen=True, slots=True)
class Turns:
    """What all processes share. `chats` says when a chat's budget is whole again."""

    free_at: float = NEVER
    paused_at: float = NEVER
    paused_until: float = NEVER
    chats: Mapping[str, float] | None = None

    def pause_ends(self, now: float) -> float:
        """When the pause ends; never longer from now than it was asked for, whatever the clock has done since."""
        return min(self.paused_until, now + max(0.0, self.paused_until - self.paused_at))


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two turns in all, and for one chat."""

    spacing: float
    per_chat: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One message that wants to leave."""

    chat: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class Turn:
    """`in_seconds` from now the message may leave; where it is not `given`, it may be asked for again then.

    `of_chat` where only this chat has to wait: others of its lane may ask at once.
    """

    given: bool
    in_seconds: float
    of_chat: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Turns by a clock that read `now`, which the loop heard at `heard_at`; and how long a pause still lasts."""

    turns: Sequence[Turn]
    pause_seconds: float
    now: float
    heard_at: float


def take(
    turns: Turns, asking: Sequence[Asked], pace: Pace, *, now: float, lead: float = 0.0
) -> tuple[Turns, list[Turn]]:
    """Takes turns for those who ask, in their order; none before `lead` seconds from now, none in a pause.

    The last turn of one call may lie beyond what its lane may take: the look ahead is at the first.
    """
    first = _first(turns, now, lead)
    free_at, chats = first, {chat: at for chat, at in (turns.chats or {}).items() if now < at < now + AHEAD_MAX}
    answers: list[Turn] = []
    for asked in asking:
        chat_free_at = _chat_free_at(chats, asked, pace)
        if first - now > AHEAD[asked.lane] + lead + ROUNDING:
            answers.append(Turn(given=False, in_seconds=first - now - AHEAD[asked.lane]))
        elif chat_free_at > free_at + ROUNDING:
            answers.append(Turn(given=False, in_seconds=max(0.0, chat_free_at - now - lead), of_chat=True))
        else:
            answers.append(Turn(given=True, in_seconds=free_at - now))
            chats[asked.chat] = max(chats.get(asked.chat, free_at), free_at) + pace.per_chat
            free_at += pace.spacing
    return replace(turns, free_at=free_at, chats=chats), answers


def pause(turns: Turns, seconds: float, *, now: float) -> Turns:
    """Nothing leaves for so long; of two pauses the later end counts."""
    if now + seconds <= turns.pause_ends(now):
        return turns
    return replace(turns, paused_at=now, paused_until=now + seconds)


def _first(turns: Turns, now: float, lead: float) -> float:
    free_at = turns.free_at if turns.free_at < now + AHEAD_MAX else NEVER
    return max(free_at, turns.pause_ends(now), now + lead)


def _chat_free_at(chats: Mapping[str, float], asked: Asked, pace: Pace) -> float:
    return chats.get(asked.chat, NEVER) - (BURSTS.get(asked.lane, 1) - 1) * pace.per_chat
