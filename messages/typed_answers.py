"""Typed answers: only whole known phrases count, in either language; anything else is asked back.

吃了 is "taken"; 没吃, 忘吃, 不吃, 吃了吗 and 吃了两次 are not, and no phrase below matches a part of them.
"""

import re
import unicodedata
from datetime import time

from protocol.taps import Phrase, Typed

PHRASES: dict[Phrase, tuple[str, ...]] = {
    Phrase.TAKEN: (
        "吃了",
        "已吃",
        "吃过了",
        "已经吃了",
        "吃完了",
        "服了",
        "已服",
        "已服药",
        "服过了",
        "已经服了",
        "药吃了",
        "吃药了",
        "我吃了",
        "taken",
        "i took it",
        "took it",
        "i have taken it",
        "done",
        "yes taken",
        "taken it",
    ),
    Phrase.NOT_TAKEN: (
        "没吃",
        "没有吃",
        "还没吃",
        "忘吃了",
        "忘了吃",
        "忘了",
        "没服",
        "没有服",
        "未服",
        "未服药",
        "没吃药",
        "not taken",
        "no not taken",
        "forgot",
        "i forgot",
        "i did not take it",
        "did not take it",
    ),
    Phrase.LATER: ("稍后提醒", "等一下", "等会儿", "晚点提醒我", "过会儿", "later", "remind me later"),
    Phrase.TODAY: ("今天", "今日", "today"),
    Phrase.UNWELL: ("我不舒服", "不舒服", "难受", "我难受", "i feel unwell", "unwell", "i feel sick", "i am unwell"),
    Phrase.CALL: ("打电话", "电话", "call", "phone"),
    Phrase.YES: ("是", "是的", "对", "yes"),
    Phrase.NO: ("否", "不是", "不", "no"),
}
KNOWN = {phrase: kind for kind, phrases in PHRASES.items() for phrase in phrases}
TRADITIONAL = str.maketrans("沒還後點鐘電話藥醒難", "没还后点钟电话药醒难")
EDGES = " \t\n.。!！,，、;；~～"
DIGITS = {
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
CLOCK = re.compile(
    r"(?:(早上|上午|中午|下午|晚上)?(\d{1,2}|十[一二]?|[一两二三四五六七八九])(?:[:：](\d{2})|点(半|\d{1,2}分?|钟)?))"
)
ENGLISH_CLOCK = re.compile(r"(?:at )?(\d{1,2}):(\d{2}) ?(am|pm)?")
UNITS = re.compile(r"(\d{1,2}|[一两二三四五六]) ?(?:片|粒|tablets?)")
UNITS_MAX = 20
NOON = 12


def read_typed(text: str) -> Typed:
    """What a text says, when all of it is known; a question mark makes it a question."""
    plain = _normal(text)
    if not plain or "?" in plain or "？" in plain:
        return Typed(text)
    plain, clock = _without_clock(plain)
    plain, units = _without_units(plain)
    if not plain:
        return _bare(text, clock, units)
    kind = KNOWN.get(plain, Phrase.UNKNOWN)
    if kind is not Phrase.TAKEN and (clock is not None or units is not None):
        return Typed(text)
    return Typed(text, kind, units, clock)


def _bare(text: str, clock: time | None, units: int | None) -> Typed:
    if clock is not None and units is None:
        return Typed(text, Phrase.CLOCK, None, clock)
    if units is not None and clock is None:
        return Typed(text, Phrase.UNITS, units)
    return Typed(text)


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(TRADITIONAL)
    return re.sub(r"\s+", " ", folded).strip(EDGES)


def _without_clock(plain: str) -> tuple[str, time | None]:
    for pattern, read in ((ENGLISH_CLOCK, _english_clock), (CLOCK, _chinese_clock)):
        found = pattern.search(plain)
        if found is None:
            continue
        clock = read(found)
        if clock is not None:
            return _rest(plain, found), clock
    return plain, None


def _english_clock(found: "re.Match[str]") -> time | None:
    hour, minute, half = int(found[1]), int(found[2]), found[3]
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    return _time(hour, minute)


def _chinese_clock(found: "re.Match[str]") -> time | None:
    part, hour_text, minutes, rest = found.groups()
    hour = int(hour_text) if hour_text.isdigit() else DIGITS[hour_text]
    if part in ("下午", "晚上") and hour < NOON:
        hour += NOON
    if rest == "半":
        return _time(hour, 30)
    if rest and rest != "钟":
        return _time(hour, int(rest.rstrip("分")))
    return _time(hour, int(minutes or 0))


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004


def _without_units(plain: str) -> tuple[str, int | None]:
    found = UNITS.search(plain)
    if found is None:
        return plain, None
    units = int(found[1]) if found[1].isdigit() else DIGITS[found[1]]
    if not 1 <= units <= UNITS_MAX:
        return plain, None
    return _rest(plain, found), units


def _rest(plain: str, found: "re.Match[str]") -> str:
    return (plain[: found.start()].strip(EDGES) + " " + plain[found.end() :].strip(EDGES)).strip(EDGES)
