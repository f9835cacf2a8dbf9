"""Players: pretend participants with a phone, who answer what reaches them, in their own way and time."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from bot.callback_data import decode
from emulator.phones import Phones
from emulator.taps import PhoneError
from protocol.taps import Tap, Verb
from protocol.terms import Language
from simulation.evidence import Delivered
from simulation.faults import FaultName, Faults
from simulation.people import TAKEN_WORDS
from simulation.roles import Player

DAY = 86_400.0  # seconds
KEPT = 24  # messages that somebody may still press a button of
ZH_WORDS = (
    "吃了吗？",
    "我今天不太舒服",
    "药吃完了",
    "吃了两次",
    "2片",
    "早上8点吃的",
    "<b>谢谢</b>",
    "没吃",
    "打电话",
    "胸口疼",
)
EN_WORDS = (
    "did I take it?",
    "I feel unwell",
    "ran out",
    "took it twice",
    "2",
    "at 8:15",
    "<i>ok</i>",
    "not taken",
    "chest pain",
)
FREE_WORDS = {Language.ZH: ZH_WORDS, Language.EN: EN_WORDS}
DENIALS = {
    Language.ZH: ("没吃", "还没吃", "忘了吃", "今天没吃药"),
    Language.EN: ("not taken", "forgot", "didn't take it"),
}
COMMANDS = ("/today", "/history", "/settings", "/help", "/start")
ENDS = frozenset({Verb.STOP, Verb.STOP_SURE})
CHECK = frozenset(verb for verb in Verb if verb.name.startswith(("SYMPTOM_", "SELF_RATED_")))
PUTS_AWAY, SAYS_SOMETHING = 0.15, 0.3  # of the questions of a check that somebody sees
HAS_NOTHING = (Verb.SYMPTOM_NONE, Verb.SYMPTOM_SKIP, Verb.SELF_RATED_SKIP, Verb.SYMPTOM_DONE)
LEAFED = frozenset({Verb.HISTORY, Verb.SETTINGS, Verb.TODAY, Verb.LANGUAGE})
"""Screens that lead to others of their kind, without an end."""

Later = Callable[[float, Callable[[], None]], None]
"""(seconds from now, what to do then)."""


class Phoned:
    """One player at work. `user` changes with the phone; `took` tells the wire that something was done on it."""

    def __init__(
        self,
        player: Player,
        user: int,
        *,
        phones: Phones,
        faults: Faults,
        random: Random,
        later: Later,
        took: Callable[[], None],
    ) -> None:
        self.player = player
        self.user = user
        self.random = random
        self._phones = phones
        self._faults = faults
        self._later = later
        self._took = took
        self._seen: deque[Delivered] = deque(maxlen=KEPT)
        self._shows: dict[int, tuple[str, ...]] = {}
        self._quiet_days = 0
        self.plays = True

    @property
    def language(self) -> Language:
        return self.player.member.language

    # --- what comes

    def sees(self, shown: Delivered) -> None:
        """A message or an edit of one has reached the phone."""
        self._shows[shown.message] = shown.buttons
        if len(self._shows) > 2 * KEPT:
            del self._shows[next(iter(self._shows))]
        if not shown.buttons or not self.plays:
            return
        self._seen.append(shown)
        if self._turns_to_an_older_one(shown):
            return
        choice = self._choice([(tap, data) for data in shown.buttons if (tap := decode(data)) is not None])
        if choice is not None:
            data, seconds = choice
            self._later(seconds, lambda: self._answer(shown, data))

    def _turns_to_an_older_one(self, shown: Delivered) -> bool:
        """Where an earlier day's question still stands open beside the new one, that one is sometimes pressed."""
        asked = _dose_asked(shown.buttons)
        if not asked or not self.player.role.older:
            return False
        older = [one for one in self._seen if _dose_asked(self._shows.get(one.message, ())) not in ("", asked)]
        if not older or not self._faults.strikes(FaultName.OLD_BUTTON, self.player.role.older):
            return False
        one = older[-1]
        data = next(data for data in self._shows[one.message] if _is_taken(data))
        self._later(self._some_seconds(), lambda: self._answer(one, data))
        return True

    def _choice(self, taps: list[tuple[Tap, str]]) -> tuple[str, float] | None:
        by_verb: dict[Verb, list[tuple[Tap, str]]] = {}
        for tap, data in taps:
            by_verb.setdefault(tap.verb, []).append((tap, data))
        entry = self._entry_choice(by_verb)
        if entry is not None:
            return entry, self._some_seconds()
        if Verb.UNDO in by_verb:
            corrects = self.random.random() < self.player.role.corrects
            back = [*by_verb[Verb.UNDO], *by_verb.get(Verb.CORRECT, [])]
            thinks_for = self.random.choice((40.0, 3600.0))
            return (self.random.choice(back)[1], 5 + thinks_for * self.random.random()) if corrects else None
        if Verb.TAKEN in by_verb:
            return self._dose_choice(by_verb)
        if any(verb in CHECK for verb in by_verb):
            return self._check_choice(by_verb)
        if any(verb in LEAFED for verb in by_verb) and self.random.random() < 0.6:  # noqa: PLR2004  has read enough
            return None
        others = [data for tap, data in taps if tap.verb not in ENDS or self.random.random() < 0.02]  # noqa: PLR2004
        return (self.random.choice(others), self._some_seconds()) if others else None

    def _entry_choice(self, by_verb: dict[Verb, list[tuple[Tap, str]]]) -> str | None:
        member = self.player.member
        wanted = {
            Verb.LANGUAGE: str(member.language),
            Verb.NOTICE_READ: "",
            Verb.CONSENT: ":yes",
            Verb.REMINDER_TIME: member.reminder.strftime("%H%M"),
            Verb.FOOD: str(member.food),
            Verb.PRACTICE: "",
        }
        for verb, end in wanted.items():
            for tap, data in by_verb.get(verb, []):
                if tap.argument.endswith(end):
                    return data
        return by_verb[Verb.REMINDER_TIME][0][1] if Verb.REMINDER_TIME in by_verb else None

    def _dose_choice(self, by_verb: dict[Verb, list[tuple[Tap, str]]]) -> tuple[str, float] | None:
        if self._quiet_days:
            return None
        habit = self.player.role.habit
        wait = 60 * self.random.randint(*habit.minutes) + 60 * self.random.random()
        role = self.player.role
        if role.denies and self.random.random() < role.denies:
            words = self.random.choice(DENIALS[self.language])
            self._later(wait, lambda: self.write(words))
            return None
        rest = [one[1] for verb in (Verb.EARLIER, Verb.HOW_MANY) for one in by_verb.get(verb, [])]
        if role.counts and rest and self.random.random() < role.counts:
            return self.random.choice(rest), wait
        drawn = self.random.random()
        for verb, share in ((Verb.TAKEN, habit.taken), (Verb.NOT_TAKEN, habit.not_taken), (Verb.LATER, habit.later)):
            if drawn < share:
                choices = by_verb.get(verb)
                return (self.random.choice(choices)[1], wait) if choices else None
            drawn -= share
        return (self.random.choice(rest), wait) if rest and self.random.random() < 1 / 3 else None

    def _check_choice(self, by_verb: dict[Verb, list[tuple[Tap, str]]]) -> tuple[str, float] | None:
        """Mostly nothing to report, sometimes something, once in a while back or stop; many put it away half-way."""
        drawn = self.random.random()
        if drawn < PUTS_AWAY:
            return None
        nothing = [one[1] for verb in HAS_NOTHING for one in by_verb.get(verb, [])]
        if nothing and drawn > SAYS_SOMETHING:
            return nothing[0], self._some_seconds()
        every = [one[1] for verb, choices in by_verb.items() if verb in CHECK for one in choices]
        return self.random.choice(every), self._some_seconds()

    def _some_seconds(self) -> float:
        return 5 + 40 * self.random.random()

    # --- what is done

    def _answer(self, shown: Delivered, data: str) -> None:
        if data not in self._shows.get(shown.message, ()):
            return
        tap = decode(data)
        if tap is not None and tap.verb is Verb.TAKEN and self.random.random() < self.player.role.habit.writes:
            self.write(TAKEN_WORDS[self.language])
        else:
            self._press(shown.message, data)

    def _press(self, message: int, data: str) -> None:
        before = self._shows.get(message)
        self._act(lambda: self._phones.tap(self.user, data=data, message_id=message))
        self._later(6 + 6 * self.random.random(), lambda: self._grows_impatient(message, before))
        if self._faults.strikes(FaultName.TWICE, self.player.role.twice):
            again = self.random.choice((0.0, 0.1, 0.4, 2.0))
            self._later(again, lambda: self._act(lambda: self._phones.tap(self.user, data=data, message_id=message)))

    def _grows_impatient(self, message: int, before: tuple[str, ...] | None) -> None:
        """Nothing has changed on the screen: perhaps another button does something."""
        if before and self.plays and self._shows.get(message) == before:
            taken = [data for data in before if _is_taken(data)]
            if taken and self._faults.strikes(FaultName.TWICE, 0.7):
                self._act(lambda: self._phones.tap(self.user, data=taken[0], message_id=message))

    def write(self, text: str) -> None:
        """Types something."""
        self._act(lambda: self._phones.send_text(self.user, text))

    def _act(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except PhoneError:  # blocked meanwhile: the phone would not let anybody
            return
        self._took()

    # --- days

    def begins_day(self, at: datetime) -> None:  # noqa: ARG002
        """Decides what this day brings beside the answers."""
        role, draw = self.player.role, self.random
        self._quiet_days = max(0, self._quiet_days - 1)
        if not self.plays:
            return
        if draw.random() < role.silent:
            self._quiet_days = draw.randint(1, 8)
        elif draw.random() < role.habit.days_off:
            self._quiet_days = max(1, self._quiet_days)
        if draw.random() < role.chats:
            self._later(DAY * draw.random(), self._chats)
        if self._seen and self._faults.strikes(FaultName.OLD_BUTTON, role.old):
            self._later(DAY * draw.random(), self._presses_an_old_one)
        if self._faults.strikes(FaultName.BLOCKED, role.blocks):
            self._later(DAY * draw.random(), self._blocks)

    def _chats(self) -> None:
        words = (*FREE_WORDS[self.language], *COMMANDS)
        self.write(self.random.choice(words))

    def _presses_an_old_one(self) -> None:
        if self._seen:
            old = self.random.choice(self._seen)
            self._press(old.message, self.random.choice(old.buttons))

    def _blocks(self) -> None:
        self._act(lambda: self._phones.block(self.user))
        self._later(DAY * (0.1 + 2.5 * self.random.random()), self.lets_in)

    def lets_in(self) -> None:
        """Unblocks the bot, where it is blocked."""
        if self._phones.person(self.user).blocked:
            self._act(lambda: self._phones.unblock(self.user))

    def changes_phone(self, user: int) -> None:
        """Goes on with another one; what stood on the old one is out of reach."""
        self.user = user
        self._seen.clear()
        self._shows.clear()


def _is_taken(data: str) -> bool:
    tap = decode(data)
    return tap is not None and tap.verb is Verb.TAKEN


def _dose_asked(buttons: Sequence[str]) -> str:
    """The dose that these buttons ask about; empty where they ask about none, or it is answered."""
    taps = [tap for data in buttons if (tap := decode(data)) is not None]
    if any(tap.verb is Verb.UNDO for tap in taps):
        return ""
    return next((tap.record_id for tap in taps if tap.verb is Verb.TAKEN), "")
