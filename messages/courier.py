"""How a message is handed over: the Courier protocol, the worded message, and the one error a sender decides on.

DeliveryError
  not sent:  permanent (refused, blocked) or to be tried again after `retry_after`
  ambiguous: the request left and the answer never came; the message may be there
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from protocol.taps import Tap
from protocol.terms import Lane


@dataclass(frozen=True, slots=True)
class Button:
    """One press: a label of one to three words, and what it means."""

    label: str
    tap: Tap
    style: str = ""  # "", primary, success or danger: an accent, never the only sign


@dataclass(frozen=True, slots=True)
class Wording:
    """A message as a person reads it: plain text, one button a row, and the small keyboard under the chat."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[str, ...] | None = None  # labels of the reply keyboard, None leaves it as it is


TOO_LATE = "its turn came too late"


class DeliveryError(Exception):
    """The message was not delivered, or nobody can say whether it was."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        blocked: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.blocked = blocked  # the chat refuses us until the participant lets us in again
        self.retry_after = retry_after


class Courier(Protocol):
    """Carries worded messages to a chat of its channel; raises DeliveryError."""

    async def send(
        self,
        chat: str,
        wording: Wording,
        *,
        lane: Lane,
        silent: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> str:
        """Sends a new message and returns the channel's message id.

        `in_time` is asked when its turn has come: where it says no, nothing is sent, and DeliveryError says so.
        """

    async def edit(self, chat: str, message: str, wording: Wording, *, lane: Lane) -> None:
        """Replaces text and buttons; a message that already reads so counts as done."""

    async def toast(self, press: str, text: str, *, modal: bool = False) -> None:
        """Answers a press with a short note; a press too old to answer is let go."""
