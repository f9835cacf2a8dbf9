"""A typed count of tablets: a number and nothing else around it but the word for what was counted."""

import re
import unicodedata
from typing import Final

COUNT: Final = re.compile(
    r"(?:还|还有|还剩|还剩下|剩|剩下|剩余|一共|共|有|i have|there are)? ?"
    r"(?P<number>[0-9]{1,3}) ?(?:片|粒|颗|tablets?|pills?)?(?:药)?(?: ?left)?"
)
EDGES: Final = " .。,，"
NONE_LEFT: Final = frozenset({"没有了", "没了", "一片也没有", "一片也没有了", "none", "none left", "zero"})


def typed_count(text: str) -> int | None:
    """28, 28片, 还剩28片, 28 tablets left; None for whatever says more than that."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip(EDGES)
    if plain in NONE_LEFT:
        return 0
    found = COUNT.fullmatch(plain)
    return int(found["number"]) if found else None
