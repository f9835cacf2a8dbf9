"""Who is told of an alert: the site's coordinators, the on-call list as far as it is reached, and investigators."""

from collections.abc import Iterable
from dataclasses import dataclass

from actions.duty import lines_of, shift_of
from actions.staff_chat import StaffChat, staff_chats
from models.alert import Alert
from models.duty import OnCallShift
from models.session import Change
from models.site import Site
from protocol.duty import Hours, Shift, on_call
from protocol.terms import Role


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody to be told: by a chat, else by phone. `place` is the line of the list."""

    name: str
    chat: StaffChat | None = None
    place: int | None = None


async def called_people(change: Change, alert: Alert, site: Site | None, hours: Hours, reach: int) -> list[Called]:
    """The site's coordinators; the on-call list as far as it is reached; investigators where they are paged."""
    chats = await staff_chats(change, alert.site_code)
    roles = {Role.COORDINATOR, Role.ADMINISTRATOR} if site is None else {Role.COORDINATOR}
    if alert.paged or reach > 1:
        roles.add(Role.INVESTIGATOR)
    found = [Called(chat.name, chat) for chat in chats if chat.role in roles]
    if site is not None:
        found += await _on_the_list(change, site, hours, reach, {chat.staff_id: chat for chat in chats})
        if not found:
            found = [Called(site.contact_name)]
    return _each_once(found)


async def _on_the_list(
    change: Change, site: Site, hours: Hours, reach: int, chats: dict[str, StaffChat]
) -> list[Called]:
    """The lines that cover this moment, up to the place that is reached."""
    by_shift: dict[Shift, OnCallShift] = {shift_of(row): row for row in await lines_of(change.session, site.code)}
    now = on_call(list(by_shift), change.at, hours)
    places = sorted({shift.place for shift in now})[:reach]
    rows = [by_shift[shift] for shift in now if shift.place in places]
    return [Called(row.name, chats.get(row.staff_id or ""), row.place) for row in rows]


def _each_once(people: Iterable[Called]) -> list[Called]:
    """One call for one person, also for one who stands in the list and among the coordinators."""
    found: dict[str, Called] = {}
    for person in people:
        found.setdefault(person.chat.link_id if person.chat else person.name, person)
    return list(found.values())
