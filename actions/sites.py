"""Sites: added with the contact that their participants see in full."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.session import Change
from models.site import Site
from protocol.chat_words import forbidden_word

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}(?:(?: ?转 ?| ?ext\.? ?)[0-9]{1,6})?")
CONTACT_MAX = 60
DIRECTIONS_MAX = 400


class SiteError(ValueError):
    """The site cannot be made so; the message says why."""


async def add_site(change: Change, code: str, contact_name: str, contact_phone: str, tz: str) -> Site:
    """Adds a centre. `tz` is an IANA zone. Raises SiteError."""
    contact_name, contact_phone = contact_name.strip(), contact_phone.strip()
    _check(code, contact_name, contact_phone, tz)
    if await change.session.get(Site, code) is not None:
        raise SiteError(f"the site {code} is there already")
    site = Site(code=code, contact_name=contact_name, contact_phone=contact_phone, tz=tz, created_at=change.at)
    change.session.add(site)
    change.audit("add_site", "site", code, new={"contact_name": contact_name, "contact_phone": contact_phone, "tz": tz})
    return site


async def set_habits(
    change: Change,
    site: Site,
    forbidden: Sequence[str],
    *,
    takes_photos: bool | None,
    alerts_with_text: bool | None,
    directions_zh: str | None = None,
    directions_en: str | None = None,
) -> None:
    """What a site has decided for itself; None leaves it as it is. Raises SiteError where nothing is said.

    The directions are shown in chats, so no word of `forbidden` may stand in them; an empty text takes them back.
    """
    said = {"takes_photos": takes_photos, "alerts_with_text": alerts_with_text}
    said_in_words = {"directions_zh": _directions(directions_zh, forbidden)}
    said_in_words |= {"directions_en": _directions(directions_en, forbidden)}
    new = {name: value for name, value in {**said, **said_in_words}.items() if value is not None}
    if not new:
        raise SiteError(
            "say what the site has decided: --photos or --no-photos, --alert-text or --no-alert-text,"
            " --directions-zh or --directions-en"
        )
    old = {name: getattr(site, name) for name in new}
    for name, value in new.items():
        setattr(site, name, value)
    change.audit("set_site_habits", "site", site.code, old=old, new=new)


def _directions(text: str | None, forbidden: Sequence[str]) -> str | None:
    words = text.strip() if text is not None else None
    if words and len(words) > DIRECTIONS_MAX:
        raise SiteError(f"the directions are longer than {DIRECTIONS_MAX} letters")
    word = forbidden_word(words, forbidden) if words else None
    if word is not None:
        raise SiteError(f"“{word}” may not stand in a chat; nothing was changed")
    return words


def _check(code: str, contact_name: str, contact_phone: str, tz: str) -> None:
    if not CODE.fullmatch(code):
        raise SiteError("a site's code has 1 to 16 capitals, digits and hyphens; example: PUMCH")
    if not 0 < len(contact_name) <= CONTACT_MAX:
        raise SiteError(f"the contact's name has 1 to {CONTACT_MAX} characters")
    if not PHONE.fullmatch(contact_phone):
        raise SiteError("the contact's phone is written as it is dialled; example: 010-5550 0100")
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        raise SiteError(f"{tz!r} is not a time zone; example: Asia/Shanghai") from None
