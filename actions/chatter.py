"""Chatter: what one chat says beside its reports; more than twenty a minute gets one polite word and then no answer.

The rule. Never slowed down: every tap, every known phrase such as "taken", "I feel unwell" and the calls for help.
Words, photos and voice messages are kept for staff however many they are, and only their answers fall away; a command
that asks for a screen is let go. So one chat that floods costs nobody else the answers, and no report is ever lost.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

A_MINUTE: Final = timedelta(minutes=1)
SAID_MAX: Final = 20  # of one chat in a minute; nobody types faster
CHATS_MAX: Final = 10_000  # remembered at once; the quiet ones are forgotten first


class Chatter:
    """What each chat has said in the last minute, in this process only: after a restart the count begins anew."""

    def __init__(self) -> None:
        self._said: dict[str, deque[datetime]] = {}
        self._told: dict[str, datetime] = {}

    def is_too_much(self, link_id: str, at: datetime) -> bool:
        """Notes one thing said; True from the twenty-first within a minute on."""
        said = self._said.pop(link_id, None) or deque(maxlen=SAID_MAX)
        too_much = len(said) == SAID_MAX and at - said[0] < A_MINUTE
        said.append(at)
        self._said[link_id] = said  # the newest at the end
        if len(self._said) > CHATS_MAX:
            del self._said[next(iter(self._said))]
        return too_much

    def tells(self, link_id: str, at: datetime) -> bool:
        """Whether the chat is to be told now: once a minute."""
        told = self._told.get(link_id)
        if told is not None and at - told < A_MINUTE:
            return False
        self._told = {known: when for known, when in self._told.items() if at - when < A_MINUTE} | {link_id: at}
        return True
