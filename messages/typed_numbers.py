"""Times and numbers of tablets inside a typed text: 8:30, 8.30, 早上八点半, 晚上8点, 8 pm; 2片, 两片, 2 tablets."""

import re
from datetime import time

HANZI = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS = {word: number for number, word in enumerate(SPELLED, start=1)}
QUARTERS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0}
UNITS_MAX = 20
A_BIT = "一点"  # 吃了一点 is "ate a little" and no time
NOON, DAY_HOURS, HOUR_MINUTES = 12, 24, 60

# A digit, colon, dot or sign right beside it would make it part of another number; everything is bounded in length.
ALONE, END = r"(?<![0-9:.,+/-])", r"(?![0-9:/]|[.,][0-9])"
NUMBER = r"[0-9]{1,2}|[零〇一二两三四五六七八九十]{1,3}"
PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|今早|中午|下午|傍晚|晚上|今晚|夜里)? ?"
CLOCK = re.compile(
    rf"{ALONE}{PART}(?:在 ?)?(?P<hour>{NUMBER}) ?[点时] ?"
    rf"(?:(?P<quarter>半|一刻|三刻|整|钟)|(?P<minute>{NUMBER}) ?分?)?{END}"
    rf"|{ALONE}(?P<part2>凌晨|清晨|早上|早晨|上午|今早|中午|下午|傍晚|晚上|今晚|夜里)? ?(?:at )?"
    r"(?P<hour2>[0-9]{1,2})[:.](?P<minute2>[0-9]{2}) ?(?P<half2>[ap]\.?m\b\.?)?"
    + END
    + rf"|{ALONE}(?:at )?(?P<hour3>[0-9]{{1,2}}) ?(?:(?P<half3>[ap]\.?m\b\.?)|o'?clock\b){END}"
)
UNITS = re.compile(
    rf"{ALONE}(?:(?P<number>{NUMBER}) ?(?:片|粒|颗)|"
    r"(?P<english>[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten) (?:tablets?|pills?)\b|"
    rf"(?P<close>[0-9]{{1,2}})(?:tablets?|pills?)\b){END}"
)
BARE = re.compile(rf"(?:{NUMBER}|one|two|three|four|five|six|seven|eight|nine|ten)")
MORNINGS, AFTERNOONS = ("凌晨", "清晨", "早上", "早晨", "上午", "今早"), ("下午", "傍晚", "晚上", "今晚", "夜里")


def clock_of(found: "re.Match[str]") -> time | None:
    """The time of a match of CLOCK; None for an hour or minute that does not exist."""
    if found[0].strip() == A_BIT:
        return None
    part = found["part"] or found["part2"] or ""
    hour = number_of(found["hour"] or found["hour2"] or found["hour3"])
    minute = QUARTERS[found["quarter"]] if found["quarter"] else number_of(found["minute"] or found["minute2"] or "0")
    half = (found["half2"] or found["half3"] or "")[:1]
    if hour is None or minute is None:
        return None
    hour = _on_the_day(hour, part) if part else _english_half(hour, half)
    return time(hour, minute) if 0 <= hour < DAY_HOURS and minute < HOUR_MINUTES else None


def _on_the_day(hour: int, part: str) -> int:
    """晚上8点 is 20, 中午1点 is 13, 晚上12点 is midnight; 早上20点 is nothing."""
    if part in MORNINGS:
        return hour if hour < NOON else -1
    if part == "中午":
        return hour + NOON if hour <= 2 else hour  # noqa: PLR2004  noon ends with two o'clock
    if hour == NOON and part != "下午":
        return 0
    return hour + NOON if 0 < hour < NOON and not (part == "夜里" and hour < 6) else hour  # noqa: PLR2004


def _english_half(hour: int, half: str) -> int:
    if not half:
        return hour
    return hour % NOON + (NOON if half == "p" else 0) if 1 <= hour <= NOON else -1


def units_of(found: "re.Match[str]") -> int | None:
    """The number of a match of UNITS."""
    return _within(found["number"] or found["english"] or found["close"])


def bare_units(plain: str) -> int | None:
    """A text that is nothing but a number."""
    return _within(plain) if BARE.fullmatch(plain) else None


def _within(text: str) -> int | None:
    number = WORDS.get(text) or number_of(text)
    return number if number is not None and 1 <= number <= UNITS_MAX else None


def number_of(text: str) -> int | None:
    """8, 08, 八, 十二, 二十五, 零五; None for signs that are no number together."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        digits = [HANZI[sign] for sign in text]
        return digits[0] * 10 + digits[1] if len(digits) == 2 and digits[0] == 0 else _single(digits)  # noqa: PLR2004
    before, after = _single([HANZI[sign] for sign in tens]), _single([HANZI.get(sign, 10) for sign in ones])
    if (tens and not before) or (ones and (after is None or not 0 < after < 10)):  # noqa: PLR2004
        return None
    return (before or 1) * 10 + (after or 0)


def _single(digits: list[int]) -> int | None:
    return digits[0] if len(digits) == 1 else None
