"""Text of a language: gettext from the .po files, and the dates, times and counts of its locale."""

import gettext
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from protocol.terms import Language

FOLDER = Path(__file__).parent.parent / "locales"
LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}


@cache
def catalogue(language: Language) -> gettext.GNUTranslations:
    """The language's sentences, read from its .po file; nothing compiled can go stale."""
    file = FOLDER / LOCALES[language] / "LC_MESSAGES" / "anshi.po"
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=LOCALES[language]))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Voice:
    """One language on one wall: words whole sentences, and puts moments on the clock of `tz`."""

    language: Language
    tz: str

    def say(self, message: str, **values: object) -> str:
        """The sentence in this language with its named places filled."""
        return (
            catalogue(self.language).gettext(message) % values if values else catalogue(self.language).gettext(message)
        )

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for this number; `%(count)d` is the number."""
        return catalogue(self.language).ngettext(one, many, number) % {"count": number, **values}

    def wall(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.tz))

    def clock(self, at: datetime | time) -> str:
        """24-hour time, as 08:00."""
        return (self.wall(at) if isinstance(at, datetime) else at).strftime("%H:%M")

    def day(self, on: date) -> str:
        """A day with its weekday, as 11月23日周一 or Mon, 23 Nov."""
        return format_skeleton("MMMEd", on, locale="zh_Hans_CN" if self.language is Language.ZH else "en_GB")

    def month(self, on: date) -> str:
        return format_skeleton("yMMMM", on, locale="zh_Hans_CN" if self.language is Language.ZH else "en_GB")

    def moment(self, at: datetime) -> str:
        """Day and time together."""
        return self.say("%(day)s, %(time)s", day=self.day(self.wall(at).date()), time=self.clock(at))
