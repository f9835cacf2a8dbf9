"""Typed answers: only whole known phrases count, in either language; anything else is asked back.

吃了 is "taken"; 没吃, 忘吃, 不吃, 吃了吗 and 吃了两次 are not, and no known phrase is found inside them. A text may
hold one clock time and one number of tablets; what is left around them must be one known phrase and nothing more.
"""

import re
import unicodedata
from datetime import time

from messages.known_phrases import BESIDE, KNOWN, WITH_A_NUMBER
from messages.typed_numbers import CLOCK, UNITS, bare_units, clock_of, units_of
from protocol.taps import Phrase, Typed

LENGTH_MAX = 60
"""The longest known phrase with a time and a number is shorter; a longer text is a message for people."""

TRADITIONAL = str.maketrans(
    "沒還後點鐘電話藥難過兩顆經記會兒時個醫給號碼聯係係體現剛漏嗎麼淩",
    "没还后点钟电话药难过两颗经记会儿时个医给号码联系系体现刚漏吗么凌",
)
EDGES = " .。!,、;~'\"“”·:-()[]【】「」👍👌🙏✅😊"
SIGN = r"[\u3400-\u9fff]"  # no blank stands between two of them
GAP = "\n"  # stands where a number was; spaces have become single blanks before


def read_typed(text: str) -> Typed:
    """What a text says, when all of it is known; a question mark makes it a question."""
    if len(text) > LENGTH_MAX:
        return Typed(text)
    plain = _normal(text)
    if "?" in plain or not plain:
        return Typed(text)
    if plain in KNOWN:
        return Typed(text, KNOWN[plain])
    rest, clock = _without_clock(plain)
    rest, units = _without_units(rest)
    if clock is None and units is None:
        units = bare_units(plain)
        return Typed(text) if units is None else Typed(text, Phrase.UNITS, units)
    return _around(text, [piece.strip(EDGES) for piece in rest.split(GAP)], units, clock)


def _around(text: str, pieces: list[str], units: int | None, clock: time | None) -> Typed:
    """A number on its own, or beside "taken"; beside anything else nothing is certain."""
    said = [piece for piece in pieces if piece and piece not in BESIDE]
    if not said:
        if units is not None and clock is not None:
            return Typed(text)
        return Typed(text, Phrase.CLOCK if units is None else Phrase.UNITS, units, clock)
    if len(said) == 1 and (said[0] in WITH_A_NUMBER or KNOWN.get(said[0]) is Phrase.TAKEN):
        return Typed(text, Phrase.TAKEN, units, clock)
    return Typed(text)


def _normal(text: str) -> str:
    """One width, one case, simplified signs, single blanks, nothing invisible, no ornaments at the edges."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    seen = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Mn", "Sk"))
    plain = re.sub(r"\s+", " ", seen.translate(TRADITIONAL)).strip(EDGES)
    joined = re.sub(rf"(?<={SIGN}) (?={SIGN})", "", plain)
    return re.sub(r"(?<=[a-z])[,.!;:] (?=[a-z])", " ", joined)


def _without_clock(plain: str) -> tuple[str, time | None]:
    found = CLOCK.search(plain)
    clock = clock_of(found) if found else None
    return (plain, None) if found is None or clock is None else (_cut(plain, found), clock)


def _without_units(plain: str) -> tuple[str, int | None]:
    found = UNITS.search(plain)
    units = units_of(found) if found else None
    return (plain, None) if found is None or units is None else (_cut(plain, found), units)


def _cut(plain: str, found: "re.Match[str]") -> str:
    return plain[: found.start()] + GAP + plain[found.end() :]
