"""What a dose without a report is: the participant's silence, or the system's gap with its cause.

Silence is the participant's only when a prompt of the dose's own day was delivered and the bot then listened long
enough to hear an answer. Everything else is `not_asked`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.ladder import OF_ITS_DAY
from protocol.terms import Cause, DoseState, PromptKind, PromptState
from protocol.trial import Windows

DAY = timedelta(days=1)

BLOCKED = "blocked"  # reasons that a skipped prompt carries
STOPPED = "messages_stopped"


@dataclass(frozen=True, slots=True)
class PromptFact:
    """How one prompt of the dose ended."""

    kind: PromptKind
    state: PromptState
    reason: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which the bot did not listen."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """The state that silence gives a dose."""

    state: DoseState
    cause: Cause | None


def silence(
    due_at: datetime,
    prompts: Sequence[PromptFact],
    gaps: Sequence[Gap],
    windows: Windows,
    *,
    by_phone: bool,
    had_chat: bool,
) -> Silence:
    """Decides from the delivery ledger and the receiving gaps; never guesses from the absence of rows alone.

    `had_chat`: the participant was set up in a chat when the dose was due, so that it should have been asked about.
    """
    asked_at = [
        prompt.sent_at
        for prompt in prompts
        if prompt.kind in OF_ITS_DAY and prompt.state is PromptState.DELIVERED and prompt.sent_at is not None
    ]
    if asked_at:
        heard = listened(min(asked_at), due_at + DAY, gaps)
        return Silence(DoseState.UNREPORTED, None) if heard >= windows.listening else _not_asked(Cause.OUTAGE)
    return _not_asked(_cause(prompts, by_phone=by_phone, had_chat=had_chat))


def listened(start: datetime, end: datetime, gaps: Sequence[Gap]) -> timedelta:
    """How long the bot listened between two moments; gaps do not overlap each other."""
    lost = sum((_overlap(start, end, gap) for gap in gaps), timedelta())
    return max(end - start, timedelta()) - lost


def _overlap(start: datetime, end: datetime, gap: Gap) -> timedelta:
    return max(min(end, gap.until_at) - max(start, gap.from_at), timedelta())


def _not_asked(cause: Cause) -> Silence:
    return Silence(DoseState.NOT_ASKED, cause)


def _cause(prompts: Sequence[PromptFact], *, by_phone: bool, had_chat: bool) -> Cause:
    kinds = {prompt.kind for prompt in prompts if prompt.state is not PromptState.CANCELLED}
    reasons = {prompt.reason for prompt in prompts}
    if PromptKind.ASK_TEAM in kinds:
        return Cause.SAFETY
    if PromptKind.FIRST_DOSE_QUESTION in kinds:
        return Cause.FIRST_DOSE_UNKNOWN
    if BLOCKED in reasons:
        return Cause.BLOCKED
    if STOPPED in reasons:
        return Cause.MESSAGES_STOPPED
    if any(prompt.state is PromptState.UNKNOWN for prompt in prompts):
        return Cause.UNKNOWN_DELIVERY
    if kinds or had_chat:  # of a dose that was planned only after an outage there was nothing left to send
        return Cause.OUTAGE
    return Cause.NO_CHAT if by_phone else Cause.BEFORE_CONSENT
