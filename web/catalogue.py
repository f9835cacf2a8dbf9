"""The texts of one language, as read from the catalogues."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.pofile import read_po
from babel.support import Translations

from protocol.terms import Language

LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}


@cache
def translations(language: Language) -> NullTranslations:
    """Texts of a language; an untranslated one stays as it is in the code."""
    path = Path(__file__).parent.parent / "locales" / LOCALES[language] / "LC_MESSAGES" / "anshi.po"
    found = Translations()
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file)
        found.__dict__["_catalog"] = {m.id: m.string for m in catalogue if m.id and m.string}
    return found
