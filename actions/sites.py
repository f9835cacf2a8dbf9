"""Sites: added with the contact that their participants see in full."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.session import Change
from models.site import Site

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}(?:(?: ?转 ?| ?ext\.? ?)[0-9]{1,6})?")
CONTACT_MAX = 60


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
