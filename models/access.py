"""Who of the staff may see what: the site wall stands inside the SQL, and a foreign row looks like a missing one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.alert import Alert
from models.identity import ParticipantMessage
from models.participant import Participant
from models.session import Actor
from models.site import Staff, WebSession

IDLE_MAX = timedelta(minutes=30)
SESSION_MAX = timedelta(hours=12)


class AccessDeniedError(Exception):
    """There is no such record, or it is not yours to see; which of the two is never said."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff with a living web session."""

    staff: Staff
    session: WebSession

    @property
    def actor(self) -> Actor:
        return staff_actor(self.staff)


def staff_actor(staff: Staff) -> Actor:
    """The member of staff as the audit names them."""
    return Actor("staff", staff.name, staff.role.value, staff.site_code)


def site_wall(actor: Actor, site_code: Any) -> ColumnElement[bool]:
    """The condition that keeps an actor within the own site; one who is not staff passes nowhere."""
    if actor.kind == "system":
        return true()
    if actor.kind != "staff":
        return false()
    return true() if actor.site_code is None else col(site_code) == actor.site_code


async def access_participant(session: AsyncSession, actor: Actor, code: str) -> Participant:
    """The participant of this code. Raises AccessDeniedError."""
    query = select(Participant).where(col(Participant.code) == code, site_wall(actor, Participant.site_code))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise AccessDeniedError("there is no such participant here")
    return found


async def access_participants(session: AsyncSession, actor: Actor) -> list[Participant]:
    """Every participant this actor may see, by code."""
    query = select(Participant).where(site_wall(actor, Participant.site_code)).order_by(col(Participant.code))
    return list((await session.execute(query)).scalars())


async def access_alert(session: AsyncSession, actor: Actor, alert_id: str) -> Alert:
    """The alert of this id; one without a site belongs to those who see every site. Raises AccessDeniedError."""
    query = select(Alert).where(col(Alert.id) == alert_id, site_wall(actor, Alert.site_code))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise AccessDeniedError("there is no such alert here")
    return found


async def access_message(session: AsyncSession, actor: Actor, message_id: str) -> ParticipantMessage:
    """The message of this id. Raises AccessDeniedError."""
    query = (
        select(ParticipantMessage)
        .join(Participant, col(Participant.id) == col(ParticipantMessage.participant_id))
        .where(col(ParticipantMessage.id) == message_id, site_wall(actor, Participant.site_code))
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise AccessDeniedError("there is no such message here")
    return found


async def access_staff(session: AsyncSession, name: str) -> Staff:
    """The enabled account of this name. Raises AccessDeniedError."""
    query = select(Staff).where(col(Staff.name) == name, col(Staff.disabled_at).is_(None))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise AccessDeniedError(f"there is no enabled account of the name {name!r}")
    return found


async def access_account(session: AsyncSession, actor: Actor, staff_id: str) -> Staff:
    """The account of this id, a disabled one too, behind the site wall. Raises AccessDeniedError."""
    query = select(Staff).where(col(Staff.id) == staff_id, site_wall(actor, Staff.site_code))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise AccessDeniedError("there is no such account here")
    return found


async def access_accounts(session: AsyncSession, actor: Actor) -> list[Staff]:
    """Every account this actor may see, disabled ones last, by name."""
    query = select(Staff).where(site_wall(actor, Staff.site_code))
    found = list((await session.execute(query.order_by(col(Staff.name)))).scalars())
    return sorted(found, key=lambda one: one.disabled_at is not None)


def living_session(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a session that is not over: not ended, not idle, not too old."""
    return (
        col(WebSession.ended_at).is_(None),
        col(WebSession.seen_at) > at - IDLE_MAX,
        col(WebSession.started_at) > at - SESSION_MAX,
    )


async def access_session(session: AsyncSession, token_hash: str, *, at: datetime) -> SignedIn:
    """Who a cookie's token belongs to: not ended, not idle, not too old, not disabled. Raises AccessDeniedError."""
    query = (
        select(WebSession, Staff)
        .join(Staff, col(Staff.id) == col(WebSession.staff_id))
        .where(
            col(WebSession.token_hash) == token_hash,
            *living_session(at),
            col(Staff.disabled_at).is_(None),
        )
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise AccessDeniedError("the session has ended")
    session_row, staff = found
    return SignedIn(staff, session_row)
