"""Places by their zones, as people call them: the city of a zone in each language."""

from functools import cache

from babel.dates import get_timezone_location

from messages.text import WALLS
from protocol.terms import Language


@cache
def place_name(tz: str, language: Language) -> str:
    """The city that names the zone: 伦敦, London. Every zone has one; some only in Latin letters."""
    return str(get_timezone_location(tz, locale=WALLS[language], return_city=True))
