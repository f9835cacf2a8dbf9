"""Strangers: people and groups that nobody invited, who try what strangers try."""

from collections.abc import Callable
from hashlib import sha256
from random import Random

from bot.callback_data import decode
from emulator.phones import Phones
from emulator.taps import PhoneError
from protocol.taps import Verb
from simulation.evidence import Evidence

DAY = 86_400.0
STRANGER, GROUP = 9_000_001, -100_900
WORDS = ("/start", "/start AAAAAAAAAAAAAAAAAAAAAAAA", "taken", "吃了", "/today", "我不舒服", "2", "/history")


class Strangers:
    """One phone, and one group that it talks in."""

    def __init__(self, phones: Phones, evidence: Evidence, random: Random, took: Callable[[], None]) -> None:
        self._phones = phones
        self._evidence = evidence
        self._random = random
        self._took = took
        self._links: list[str] = []
        phones.create_user("en", "Mallory", STRANGER)
        evidence.strangers.update({STRANGER, GROUP})

    def begin_day(self, later: Callable[[float, Callable[[], None]], None], *, often: bool) -> None:
        """Plans what they try today."""
        if self._random.random() < (0.8 if often else 0.05):
            later(DAY * self._random.random(), self._writes)
            later(DAY * self._random.random(), self._steals_a_button)
            later(DAY * self._random.random(), self._says_in_a_group)
            later(DAY * self._random.random(), self._opens_a_used_invitation)
        if often:
            later(DAY * self._random.random(), self._presses_for_another)
            later(DAY * self._random.random(), self._presses_for_another)

    def overhear(self, token: str) -> None:
        """Learns of an invitation that was meant for somebody else."""
        self._links.append(token)

    def _opens_a_used_invitation(self) -> None:
        used = [token for token in self._links if self._is_used(token)]
        if used:
            self._phones.start(STRANGER, self._random.choice(used))
            self._took()

    def _is_used(self, token: str) -> bool:
        query = "SELECT 1 FROM invitation WHERE token_hash = ? AND used_at IS NOT NULL"
        return bool(self._evidence.store.execute(query, (sha256(token.encode()).hexdigest(),)).fetchall())

    def _writes(self) -> None:
        self._phones.send_text(STRANGER, self._random.choice(WORDS))
        self._took()

    def _steals_a_button(self) -> None:
        """Presses what stands on somebody else's phone."""
        shown = [one for one in self._evidence.delivered[-50:] if one.buttons]
        if shown:
            one = self._random.choice(shown)
            self._phones.tap(STRANGER, data=self._random.choice(one.buttons), message_id=1)
            self._took()

    def _presses_for_another(self) -> None:
        """One participant presses what was made for another one's dose."""
        phones = sorted(phone for phones in self._evidence.chats.values() for phone in phones)
        found = [
            (one.chat, data) for one in self._evidence.delivered[-50:] for data in one.buttons if _is_of_a_dose(data)
        ]
        if not found or len(phones) < 2:  # noqa: PLR2004
            return
        chat, data = self._random.choice(found)
        other = self._random.choice([phone for phone in phones if phone != chat])
        try:
            self._phones.tap(other, data=data, message_id=1)
        except PhoneError:  # it has blocked the bot
            return
        self._took()

    def _says_in_a_group(self) -> None:
        self._phones.group_message(STRANGER, self._random.choice(WORDS), GROUP)
        self._took()


def _is_of_a_dose(data: str) -> bool:
    tap = decode(data)
    return tap is not None and tap.verb in (Verb.TAKEN, Verb.REASON, Verb.UNDO)
