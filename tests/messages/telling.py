"""Every screen as two readers read it: Fang in Shanghai, and Emma in London where the clocks change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from messages.courier import Button, Wording
from messages.screens import word
from models.protocol_file import load_trial
from protocol.screens import DayLine, DoseReminder, History, Reader, Screen, Shown
from protocol.terms import DoseState, FoodMode, Language
from tests.house.test_screens import SCREENS, variants

TRIAL = load_trial(None)
SHEET = {
    text[language]
    for texts in (
        TRIAL.sheet.scale.values(),
        *(({"": item.text} | dict(item.options)).values() for item in TRIAL.sheet.items.values()),
    )
    for text in texts
    for language in Language
}
"""What a symptom check says in the protocol's own words: its loader reads them."""

PHONE = "010-5550 0100"
FANG = Reader(Language.ZH, "Asia/Shanghai", "李老师", PHONE)
EMMA = Reader(Language.EN, "Europe/London", "Ms Li", PHONE)
READERS = (FANG, EMMA)
DUE_AT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai, a Monday
DOSE = Shown("k2v8w4hbz9qd5m7t", 12, DUE_AT, date(2026, 11, 23), 2, is_first=False)
REMINDER = DoseReminder(DOSE, FoodMode.WITH)


def month() -> History:
    """A month with a day of every state, late ones too."""
    states = [DoseState.TAKEN, *DoseState, DoseState.TAKEN] * 3
    days = [
        DayLine(date(2026, 11, 1) + timedelta(days=step), state, 1, None, late=step % 9 == 0)
        for step, state in enumerate(states)
    ]
    return History(date(2026, 11, 1), tuple(days), earlier=True, later=False)


def every_screen() -> Iterator[Screen]:
    """Each type of the union, each of its shapes. A type that cannot be built fails here."""
    for kind in SCREENS:
        yield from variants(kind)
    yield month()


def every_wording() -> Iterator[tuple[Any, Reader, Wording]]:
    for screen in every_screen():
        for reader in READERS:
            yield screen, reader, word(screen, reader, TRIAL)


def told(screen: Screen, reader: Reader = FANG) -> Wording:
    return word(screen, reader, TRIAL)


def buttons(wording: Wording) -> list[Button]:
    return [button for row in wording.buttons for button in row]


def labels(wording: Wording) -> list[str]:
    return [button.label for button in buttons(wording)]


def first_line(wording: Wording) -> str:
    return wording.text.partition("\n")[0]


def of_tablets(units: int) -> Shown:
    return replace(DOSE, units=units)
