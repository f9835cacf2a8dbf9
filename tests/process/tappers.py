"""People who press what their phones show, and remember which update said what."""

import asyncio
import random
from dataclasses import dataclass, field

from bot.callback_data import decode
from protocol.taps import Verb
from tests.process.living import Site

TAKEN, UNDO, NOT_TAKEN, REASON = Verb.TAKEN, Verb.UNDO, Verb.NOT_TAKEN, Verb.REASON
SCRIPTS = (
    (TAKEN,),
    (TAKEN, UNDO, TAKEN),
    (NOT_TAKEN, REASON),
    (NOT_TAKEN, REASON, UNDO, TAKEN),
)
ANSWERS = {TAKEN: "taken", REASON: "not_taken", UNDO: "undone"}
LOOKS_EVERY = 0.1
RESTS = 3.0
SCROLLS = 500  # messages: on a slow machine much is written below a button before anybody comes to press it


@dataclass(frozen=True, slots=True)
class Said:
    """One report as it left the phone."""

    update_id: int
    dose: str
    answer: str


@dataclass
class Tapper:
    """One person with a script; a restless one begins it anew until told to finish."""

    user: int
    script: tuple[Verb, ...]
    twice: bool  # presses each button twice in a moment; a reason once, since two reasons are two reports
    at: int = 0
    rests_until: float = 0.0  # by the clock of the loop: nobody presses faster than the bot may answer one chat
    said: list[Said] = field(default_factory=list)

    def look(self, site: Site, *, restless: bool) -> None:
        """Presses the next button of the script, if the phone shows it."""
        if self.at == len(self.script):
            if not restless:
                return
            self.script, self.at = (UNDO, TAKEN), 0
        verb, tick = self.script[self.at], asyncio.get_running_loop().time()
        if tick < self.rests_until or (found := self._button(site, verb)) is None:
            return
        message, data, dose = found
        self.rests_until = tick + RESTS
        phone = site.emulator.phone
        for nth in range(2 if self.twice and verb is not REASON else 1):
            phone.tap(self.user, data=data, message_id=message)
            if nth == 0 and verb in ANSWERS:
                self.said.append(Said(site.emulator.world.updates.next_id - 1, dose, ANSWERS[verb]))
        self.at += 1

    def _button(self, site: Site, verb: Verb) -> tuple[int, str, str] | None:
        for message in reversed(site.emulator.phone.messages(self.user, SCROLLS)):
            for row in message.buttons if message.from_bot else ():
                for button in row:
                    tap = decode(button.data)
                    if tap is not None and tap.verb is verb:
                        return message.id, button.data, tap.record_id
        return None


def tappers_of(site: Site, dice: random.Random) -> list[Tapper]:
    """A script for everyone; a third press twice."""
    return [Tapper(person.id, dice.choice(SCRIPTS), dice.random() < 0.3) for person in site.emulator.phone.people()]


async def keep_tapping(site: Site, people: list[Tapper], dice: random.Random, done: asyncio.Event) -> None:
    """Everyone looks at the phone ten times a second; some go on for ever, and some write in between."""
    restless = set(dice.sample(range(len(people)), len(people) // 3))
    while not done.is_set():
        for number, person in enumerate(people):
            person.look(site, restless=number in restless)
        if dice.random() < 0.1:
            site.emulator.phone.send_text(dice.choice(people).user, "/contact")
        await asyncio.sleep(LOOKS_EVERY)
    for person in people:
        person.look(site, restless=False)
