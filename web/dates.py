"""Moments as staff read them: in the site's zone and the page's language."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_name

from protocol.terms import Language

LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en_GB"}


class Dates:
    """Formats for one language; every moment is aware, every zone an IANA name."""

    def __init__(self, language: Language) -> None:
        self._locale = LOCALES[language]

    def clock(self, at: datetime, tz: str) -> str:
        """08:07"""
        return at.astimezone(ZoneInfo(tz)).strftime("%H:%M")

    def moment(self, at: datetime, tz: str) -> str:
        """22 Nov 2026, 08:07"""
        return f"{self.day(at.astimezone(ZoneInfo(tz)).date())} {self.clock(at, tz)}"

    def short_moment(self, at: datetime, tz: str) -> str:
        """22 Nov, 08:07"""
        return f"{self.short_day(at.astimezone(ZoneInfo(tz)).date())} {self.clock(at, tz)}"

    def stamp(self, at: datetime) -> str:
        """The moment for machines, in UTC."""
        return at.isoformat(timespec="seconds").replace("+00:00", "Z")

    def day(self, on: date) -> str:
        """22 Nov 2026"""
        return _day(on, self._locale)

    def short_day(self, on: date) -> str:
        """22 Nov"""
        return _skeleton(on, "MMMd", self._locale)

    def full_day(self, at: datetime, tz: str) -> str:
        """Sunday, 22 November 2026"""
        return format_date(at.astimezone(ZoneInfo(tz)).date(), "full", locale=self._locale)

    def month(self, on: date) -> str:
        """November 2026"""
        return _skeleton(on, "yMMMM", self._locale)

    def weekdays(self) -> list[str]:
        """Monday first, as short as they come."""
        return [format_date(date(2024, 1, day), "ccccc", locale=self._locale) for day in range(1, 8)]

    def weekday_names(self) -> list[str]:
        """Monday first, in full."""
        return [format_date(date(2024, 1, day), "cccc", locale=self._locale) for day in range(1, 8)]

    def zone(self, at: datetime, tz: str) -> str:
        """British Summer Time"""
        return get_timezone_name(at.astimezone(ZoneInfo(tz)), locale=self._locale)

    def span(self, length: timedelta) -> str:
        """18 minutes"""
        shown = max(length, timedelta(minutes=1))
        return format_timedelta(shown, locale=self._locale, threshold=1.5)


@lru_cache(maxsize=2048)
def _day(on: date, locale: str) -> str:
    return format_date(on, "medium", locale=locale)


@lru_cache(maxsize=2048)
def _skeleton(on: date, skeleton: str, locale: str) -> str:
    return format_skeleton(skeleton, datetime(on.year, on.month, on.day, tzinfo=ZoneInfo("UTC")), locale=locale)
