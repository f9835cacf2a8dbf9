"""Pretend participants: they look at their phones, take their time, and press what people press."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

from bot.callback_data import decode
from emulator.phones import Phones
from emulator.views import MessageView
from protocol.taps import Tap, Verb
from protocol.terms import FoodMode, Language


@dataclass(frozen=True, slots=True)
class Habit:
    """How someone answers. Shares are of prompts; what is left over is silence."""

    minutes: tuple[int, int]  # how long until a prompt is answered
    taken: float
    not_taken: float
    later: float = 0.0
    writes: float = 0.0  # share of "taken" that is typed instead of pressed
    days_off: float = 0.0  # share of days without any answer


LOOKED_AT = 6  # messages on the screen
NEVER = datetime.max.replace(tzinfo=UTC)

PROMPT = Habit((1, 25), taken=0.95, not_taken=0.01, later=0.02, days_off=0.03)
STEADY = Habit((5, 90), taken=0.90, not_taken=0.03, later=0.05, days_off=0.03)
LATE = Habit((60, 300), taken=0.85, not_taken=0.04, later=0.05, days_off=0.06)
FORGETFUL = Habit((10, 200), taken=0.45, not_taken=0.12, later=0.05, days_off=0.18)
WRITER = Habit((2, 60), taken=0.94, not_taken=0.02, writes=0.5, days_off=0.03)
TAKEN_WORDS = {Language.ZH: "吃了", Language.EN: "taken"}


class Mood(Protocol):
    """Overrides a habit on some days: a silent stretch, a phone switched off."""

    def __call__(self, at: datetime) -> Habit | None: ...


@dataclass(slots=True)
class Person:
    """One pretend participant with one phone."""

    user: int
    language: Language
    food: FoodMode
    reminder: str  # HHMM
    habit: Habit
    mood: Mood | None = None
    reads_back: bool = True
    seen: dict[int, datetime | None] = field(default_factory=dict)  # message id to the edit that was looked at

    def habit_at(self, at: datetime) -> Habit | None:
        """The habit of this day; None on a silent one."""
        return self.mood(at) if self.mood is not None else self.habit


@dataclass(slots=True)
class People:
    """All pretend participants; their coming presses stand in one heap."""

    phones: Phones
    random: Random
    persons: list[Person] = field(default_factory=list)
    _coming: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _count: int = 0
    _looked_at: tuple[int, int] = (-1, -1)  # what had happened by then, and how many looked

    async def act(self, at: datetime) -> datetime | None:
        """Does what is due at `at`, looks at new messages, and says when somebody acts next."""
        while self._coming and self._coming[0][0] <= at:
            heapq.heappop(self._coming)[2]()
        if self._looked_at != (self.phones.happened, len(self.persons)):
            self._looked_at = (self.phones.happened, len(self.persons))
            for person in self.persons:
                self._look(person, at)
        return self._coming[0][0] if self._coming else None

    def at(self, moment: datetime, action: Callable[[], object]) -> None:
        """Plans one thing that somebody does."""
        self._count += 1
        heapq.heappush(self._coming, (moment, self._count, action))

    def _look(self, person: Person, at: datetime) -> None:
        for message in self.phones.messages(person.user, LOOKED_AT):
            if person.seen.get(message.id, NEVER) == message.edited_at:
                continue
            person.seen[message.id] = message.edited_at
            if message.from_bot and message.buttons:
                self._consider(person, message, at)

    def _consider(self, person: Person, message: MessageView, at: datetime) -> None:
        taps = [(decode(button.data or ""), button.data) for row in message.buttons for button in row]
        read = [(tap, data) for tap, data in taps if tap is not None and data]
        choice = self._choose(person, read, at)
        if choice is None:
            return
        took = any(tap.verb is Verb.TAKEN and data == choice[0] for tap, data in read)
        if took and self.random.random() < person.habit.writes:
            self.at(at + choice[1], lambda: self._write(person, TAKEN_WORDS[person.language]))
        else:
            self._plan(person, message, choice[0], at + choice[1])

    def _write(self, person: Person, text: str) -> None:
        if self._reaches(person):
            self.phones.send_text(person.user, text)

    def _reaches(self, person: Person) -> bool:
        """Whether the phone can send: somebody may have blocked the bot or cut the network meanwhile."""
        phone = self.phones.person(person.user)
        return not phone.blocked and not phone.offline

    def _plan(self, person: Person, message: MessageView, data: str, when: datetime) -> None:
        def press() -> None:
            shown = self.phones.messages(person.user)
            unchanged = any(item.id == message.id and _has(item, data) for item in shown)
            if unchanged and self._reaches(person):
                self.phones.tap(person.user, data=data, message_id=message.id)

        self.at(when, press)

    def _choose(self, person: Person, taps: list[tuple[Tap, str]], at: datetime) -> tuple[str, timedelta] | None:
        by_verb: dict[Verb, list[tuple[Tap, str]]] = {}
        for tap, data in taps:
            by_verb.setdefault(tap.verb, []).append((tap, data))
        if Verb.UNDO in by_verb:
            return None
        for verb, wanted in _entry_answers(person).items():
            for tap, data in by_verb.get(verb, []):
                if wanted is None or tap.argument.endswith(wanted):
                    return data, timedelta(seconds=20)
        return self._dose_choice(person, by_verb, at)

    def _dose_choice(
        self, person: Person, by_verb: dict[Verb, list[tuple[Tap, str]]], at: datetime
    ) -> tuple[str, timedelta] | None:
        for verb in (Verb.KEEP, Verb.FIRST_NO, Verb.TAKEN_AT, Verb.REASON, Verb.SNOOZE, Verb.READ_BACK):
            if verb in by_verb and (person.reads_back or verb is not Verb.READ_BACK):
                choices = by_verb[verb]
                pick = choices[len(choices) // 2] if verb is Verb.READ_BACK else self.random.choice(choices)
                return pick[1], timedelta(seconds=self.random.randint(8, 40))
        habit = person.habit_at(at)
        if habit is None or Verb.TAKEN not in by_verb:
            return None
        wait = timedelta(minutes=self.random.randint(*habit.minutes), seconds=self.random.randint(0, 59))
        drawn = self.random.random()
        if drawn < habit.taken:
            return by_verb[Verb.TAKEN][0][1], wait
        if drawn < habit.taken + habit.not_taken and Verb.NOT_TAKEN in by_verb:
            return by_verb[Verb.NOT_TAKEN][0][1], wait
        if drawn < habit.taken + habit.not_taken + habit.later and Verb.LATER in by_verb:
            return by_verb[Verb.LATER][0][1], wait
        return None


def _entry_answers(person: Person) -> dict[Verb, str | None]:
    """What is pressed in entry, by verb: the end of the argument, or anything."""
    return {
        Verb.LANGUAGE: str(person.language),
        Verb.NOTICE_READ: None,
        Verb.CONSENT: ":yes",
        Verb.REMINDER_TIME: person.reminder,
        Verb.FOOD: str(person.food),
        Verb.PRACTICE: None,
        Verb.HELPER: "yes",
    }


def _has(message: MessageView, data: str) -> bool:
    return any(button.data == data for row in message.buttons for button in row)
