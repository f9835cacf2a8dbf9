"""A typed answer to an item of the check: the value to keep, or why it is asked for again. Nothing is guessed."""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum

from protocol.answers import Answer, day, degrees, readable, within
from protocol.symptoms import Ask, Item

TEXT_MAX = 2000
"""Letters of one text; more is asked to be shortened, never cut."""

DEGREES = re.compile(r"^(\d{2})(?:[.,。](\d{1,2})|度(\d{1,2})?)?(?:度|°c|℃|c)?$")
AMOUNT = re.compile(r"^(\d{1,5}(?:[.,]\d{1,2})?)$")
ISO = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
SHORT = re.compile(r"^(\d{1,2})[-/.月](\d{1,2})[日号]?$")
DAYS_AGO = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2, "大前天": 3}


class AskAgain(StrEnum):
    """Why a typed answer is not kept."""

    UNREADABLE = "unreadable"
    IMPLAUSIBLE = "implausible"  # a number outside what is possible: asked whether it is right
    IN_THE_FUTURE = "in_the_future"
    TOO_LONG_AGO = "too_long_ago"
    TOO_LONG = "too_long"


def typed_answer(item: Item, text: str, today: date, *, unit: str = "") -> Answer | AskAgain:
    """Reads what was typed for an item whose answer is a number, a date or a text; `today` is on the person's wall.

    `unit`: the option chosen for an amount. Kinds that are only tapped are unreadable when typed.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold().replace(" ", "")
    match item.ask:
        case Ask.TEMPERATURE:
            return _temperature(item, plain)
        case Ask.AMOUNT:
            return _amount(item, plain, unit)
        case Ask.DATE:
            return _date(item, plain, today)
        case Ask.TEXT:
            kept = text.strip()
            return (
                AskAgain.TOO_LONG if len(kept) > TEXT_MAX else Answer(item.key, kept) if kept else AskAgain.UNREADABLE
            )
        case _:
            return AskAgain.UNREADABLE


def tapped_answer(item: Item, value: str) -> Answer | AskAgain:
    """A tapped value, kept only when the item could have given it: a client can send anything."""
    answer = Answer(item.key, value)
    return answer if readable(item, answer) else AskAgain.UNREADABLE


def _temperature(item: Item, plain: str) -> Answer | AskAgain:
    found = DEGREES.match(plain)
    if found is None:
        return (
            AskAgain.IMPLAUSIBLE if re.match(r"^\d+(?:\.\d+)?(?:度|°[cf]|[cf]|℃|℉)?$", plain) else AskAgain.UNREADABLE
        )
    number = degrees(f"{found[1]}.{found[2] or found[3] or 0}")
    if number is None or not within(item, number):
        return AskAgain.IMPLAUSIBLE
    return Answer(item.key, f"{number:.1f}")


def _amount(item: Item, plain: str, unit: str) -> Answer | AskAgain:
    found = AMOUNT.match(plain)
    if found is None or unit not in item.options:
        return AskAgain.UNREADABLE
    number = float(found[1].replace(",", "."))
    return Answer(item.key, f"{number:g} {unit}") if within(item, number) else AskAgain.IMPLAUSIBLE


def _date(item: Item, plain: str, today: date) -> Answer | AskAgain:
    on = _day_of(plain, today)
    if on is None:
        return AskAgain.UNREADABLE
    if on > today:
        return AskAgain.IN_THE_FUTURE
    too_old = item.days_back is not None and today - on > timedelta(days=item.days_back)
    return AskAgain.TOO_LONG_AGO if too_old else Answer(item.key, on.isoformat())


def _day_of(plain: str, today: date) -> date | None:
    if plain in DAYS_AGO:
        return today - timedelta(days=DAYS_AGO[plain])
    if found := ISO.match(plain):
        return day(f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}")
    if found := SHORT.match(plain):
        month_day = f"{int(found[1]):02}-{int(found[2]):02}"
        this = day(f"{today.year}-{month_day}")
        # In January "12-30" is last year's; a day still to come this year stays one, and is asked for again.
        last = day(f"{today.year - 1}-{month_day}")
        return last if this and last and this - today > timedelta(days=183) else this
    return None
