"""What no chat may say: a text is looked through for the words of the protocol file. Pure."""

import unicodedata
from collections.abc import Sequence
from typing import Final

TEXT_MAX: Final = 1000  # letters of one message of staff; what is longer is for a call


def forbidden_word(text: str, forbidden: Sequence[str]) -> str | None:
    """The first listed word that stands in the text, in any case and any width of its letters; else None."""
    said = _plain(text)
    return next((word for word in forbidden if _plain(word) in said), None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
