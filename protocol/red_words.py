"""Words in free text that raise an alert and never lower one: a negated one still lets a human look.

A word counts as negated only where its whole clause says nothing else ("没有胸痛", "no chest pain"). "从没这么胸痛过",
"没有胸痛？" and "no chest pain like this before" all count in full: raising too much is right.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from protocol.symptoms import Tier

CHINESE = re.compile(r"[\u3400-\u9fff]")
CLAUSE = re.compile(r"[,，。.;；、!！\n]+")
NUMBER = re.compile(r"(?<![\d.])(3[4-9]|4[0-3])(?:(?:\.|度)(\d{1,2}))?(?![\d.]*\d)")
WARM = re.compile(r"烧|热|热度|体温|度|℃|°|temp|fever|degree|\bc\b")
TOLD_AS_NONE = re.compile(
    r"(?:我|我们|他|她|今天|昨天|现在|目前|这几天|也|都|还|一直|并|就是)*(?:没有|没|无|不)"
    r"|(?:(?:i|we|he|she|still|today|now|have|has|had|got|am|is|there|been|feel) ?)*(?:no|not|without|any) ?(?:any ?)?"
)


@dataclass(frozen=True, slots=True)
class RedWords:
    """Words of one meaning, in both languages together; one found is enough."""

    key: str
    tier: Tier
    words: tuple[str, ...]
    emergency: bool  # red: the emergency text is shown
    possible_sae: bool
    pages_investigator: bool
    holds_dose: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One meaning found in a text. A negated one is amber, has no other effect, and is never nothing."""

    words: RedWords
    negated: bool

    @property
    def tier(self) -> Tier:
        return Tier.AMBER if self.negated else self.words.tier


def words_in(text: str, lists: tuple[RedWords, ...]) -> tuple[Found, ...]:
    """Every meaning found in a text, each once."""
    spaced = plain(text)
    squeezed = without_blanks(spaced)
    return tuple(found for words in lists if (found := _found(words, spaced, squeezed)) is not None)


def temperatures_in(text: str) -> tuple[float, ...]:
    """Body temperatures (degrees Celsius) that a text names: "烧到38度5", "38.5", "39 fever"."""
    spaced = plain(text)
    named = [(int(whole), part, WARM.search(spaced) is not None) for whole, part in NUMBER.findall(spaced)]
    return tuple(float(f"{whole}.{part or 0}") for whole, part, warm in named if part or warm)


def plain(text: str) -> str:
    """One width of letters, no case, nothing invisible, single blanks; line breaks stay."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(sign for sign in wide if sign == "\n" or unicodedata.category(sign)[0] != "C")
    return re.sub(r"[^\S\n]+", " ", seen)


def without_blanks(text: str) -> str:
    """Chinese is written without blanks; a text with some is read as if it had none."""
    return text.replace(" ", "")


def stands_in(word: str, spaced: str, squeezed: str) -> bool:
    """True for Chinese anywhere, for other writing from the beginning of a word on."""
    wanted, chinese = _spelled(word)
    if chinese:
        return wanted in squeezed
    place = spaced.find(wanted)
    while place > 0 and _is_letter(spaced[place - 1]):
        place = spaced.find(wanted, place + 1)
    return place >= 0


def _found(words: RedWords, spaced: str, squeezed: str) -> Found | None:
    hits = [word for word in words.words if stands_in(word, spaced, squeezed)]
    if not hits:
        return None
    return Found(words, negated=all(_is_told_as_none(word, spaced, squeezed) for word in hits))


@cache
def _spelled(word: str) -> tuple[str, bool]:
    """A word of the protocol file as it stands in a text, and whether it is Chinese; there are a few hundred."""
    chinese = CHINESE.search(word) is not None
    return (without_blanks(plain(word)), True) if chinese else (plain(word), False)


def _is_letter(sign: str) -> bool:
    """A Latin letter or a digit; Chinese may stand right before an English word."""
    return sign.isalnum() and not CHINESE.match(sign)


def _is_told_as_none(word: str, spaced: str, squeezed: str) -> bool:
    """True when every clause that holds the word is a negation of it and nothing more."""
    wanted, chinese = _spelled(word)
    clauses = [clause.strip() for clause in CLAUSE.split(squeezed if chinese else spaced)]
    holding = [clause for clause in clauses if wanted in clause]
    return bool(holding) and all(_negates(clause, wanted) for clause in holding)


def _negates(clause: str, word: str) -> bool:
    return clause.endswith(word) and TOLD_AS_NONE.fullmatch(clause.removesuffix(word)) is not None
