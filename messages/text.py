"""Text of a language: gettext from the .po files, and the dates, times and counts of its locale."""

import gettext
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from protocol.terms import Language

FOLDER = Path(__file__).parent.parent / "locales"
LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}
WALLS = {Language.ZH: "zh_Hans_CN", Language.EN: "en_GB"}
"""Dates and times as they are written: English puts the day before the month and counts 24 hours."""

MORNING, FORENOON, NOON, AFTERNOON, EVENING = 5, 9, 12, 13, 18
# The hours at which Chinese changes the word for the part of the day.
DAYS_KEPT = 256  # most messages of a day speak of the same few days


@cache
def catalogue(language: Language) -> gettext.GNUTranslations:
    """The language's sentences, read from its .po file; nothing compiled can go stale."""
    file = FOLDER / LOCALES[language] / "LC_MESSAGES" / "anshi.po"
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=LOCALES[language]))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(DAYS_KEPT)
def weekday_of(on: date, width: str, wall: str) -> str:
    """The name of a day of the week."""
    return format_date(on, width, locale=wall)


@lru_cache(DAYS_KEPT)
def written(on: date, skeleton: str, wall: str) -> str:
    """A date as the locale writes it."""
    return format_skeleton(skeleton, on, locale=wall)


@dataclass(frozen=True, slots=True)
class Voice:
    """One language on one wall: words whole sentences, and puts moments on the clock of `tz`."""

    language: Language
    tz: str

    def say(self, message: str, **values: object) -> str:
        """The sentence in this language with its named places filled. A missing one is said in English."""
        found = catalogue(self.language).gettext(message)
        return found % values if values else found

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for this number; `%(count)d` is the number."""
        return catalogue(self.language).ngettext(one, many, number) % {"count": number, **values}

    def wall(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.tz))

    def clock(self, at: datetime | time) -> str:
        """24-hour time, as 08:00."""
        return (self.wall(at) if isinstance(at, datetime) else at).strftime("%H:%M")

    def spoken(self, at: datetime | time) -> str:
        """The same time as it is said: 早上8:00, 8:00 in the morning. It still counts 24 hours."""
        wall = self.wall(at).time() if isinstance(at, datetime) else at
        clock = format_time(wall, "H:mm", locale=WALLS[self.language])
        parts = (
            (EVENING, self.say("%(clock)s in the evening", clock=clock)),
            (AFTERNOON, self.say("%(clock)s in the afternoon", clock=clock)),
            (NOON, self.say("%(clock)s at noon", clock=clock)),
            (FORENOON, self.say("%(clock)s before noon", clock=clock)),
            (MORNING, self.say("%(clock)s in the morning", clock=clock)),
        )
        night = self.say("%(clock)s at night", clock=clock)
        return next((said for starts, said in parts if wall.hour >= starts), night)

    def day(self, on: date) -> str:
        """A day with its weekday: 11月23日（周一）, Monday 23 November."""
        weekday = weekday_of(on, "E" if self.language is Language.ZH else "EEEE", WALLS[self.language])
        return self.say("%(weekday)s %(date)s", date=self._written("MMMMd", on), weekday=weekday)

    def weekday(self, on: date) -> str:
        """The name of its day of the week: 星期一, Monday."""
        return weekday_of(on, "EEEE", WALLS[self.language])

    def short_day(self, on: date) -> str:
        """The same for a button: 11月23日（周一）, Mon 23 Nov."""
        return self.say("%(weekday)s %(date)s", date=self._written("MMMd", on), weekday=self._written("E", on))

    def month(self, on: date) -> str:
        return self._written("yMMMM", on)

    def _written(self, skeleton: str, on: date) -> str:
        return written(on, skeleton, WALLS[self.language])

    def moment(self, at: datetime) -> str:
        """Day and time together: 11月23日（周一）08:00."""
        return self.say("%(day)s, %(time)s", day=self.day(self.wall(at).date()), time=self.clock(at))

    def short_moment(self, at: datetime) -> str:
        """The same for a button."""
        return self.say("%(day)s, %(time)s", day=self.short_day(self.wall(at).date()), time=self.clock(at))
