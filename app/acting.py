"""Acting: one transaction in the name of a member of staff whose role allows it, behind the site wall."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from actions.facts import locked_participant
from app.office import Office
from models.access import AccessDeniedError, access_participant, access_staff, staff_actor
from models.participant import Participant
from models.session import SYSTEM, Actor, Change
from models.site import Staff
from protocol.terms import Role

FOLLOWS_UP = (Role.COORDINATOR, Role.INVESTIGATOR, Role.ADMINISTRATOR)
KNOWS_NAMES = (Role.COORDINATOR, Role.INVESTIGATOR)
DECIDES = (Role.INVESTIGATOR,)
KEEPS_KEYS = (Role.ADMINISTRATOR,)


@asynccontextmanager
async def acting(office: Office, name: str, roles: Collection[Role]) -> AsyncIterator[tuple[Change, Staff]]:
    """A change in the name of this enabled account, which has one of these roles. Raises AccessDeniedError."""
    async with office.store.change(at=office.clock.now()) as change:
        staff = await access_staff(change.session, name)
        if staff.role not in roles:
            allowed = " or ".join(role.replace("_", " ") for role in roles)
            raise AccessDeniedError(f"{staff.name} is {staff.role.replace('_', ' ')}; this is for: {allowed}")
        change.actor = staff_actor(staff)
        yield change, staff


async def theirs(change: Change, code: str) -> Participant:
    """The participant of this code within the actor's site, locked. Raises AccessDeniedError."""
    found = await access_participant(change.session, change.actor, code)
    return await locked_participant(change, found.id)


async def reader(office: Office, name: str | None) -> Actor:
    """Who reads: a member of staff behind the site wall, or the operator of the machine. Raises AccessDeniedError."""
    if name is None:
        return SYSTEM
    async with office.store.read() as session:
        return staff_actor(await access_staff(session, name))


def check_own_site(staff: Staff, site_code: str) -> None:
    """Staff of one site act for that site alone; a foreign one looks like a missing one. Raises AccessDeniedError."""
    if staff.site_code not in (None, site_code):
        raise AccessDeniedError(f"there is no site {site_code}")
