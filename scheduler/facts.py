"""Reads what the last look needs about a group of claimed prompts, in a few statements for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.dose import DoseOrderRow, ScheduledDose
from models.identity import ChatLink
from models.participant import Participant
from models.prompt import Prompt
from models.site import Site
from protocol.ladder import TAKE_NOW
from protocol.screens import Shown
from protocol.terms import DoseState, LinkRole, PromptKind, PromptState
from scheduler.checks import OrderFact, PromptFacts

NEAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SiteContact:
    """Whom a participant of this site calls."""

    name: str
    phone: str


async def contact_of(session: AsyncSession, site_code: str) -> SiteContact:
    """The site's contact, from the session's own memory after the first time."""
    site = await session.get_one(Site, site_code)
    return SiteContact(site.contact_name, site.contact_phone)


async def prompt_facts(session: AsyncSession, prompt_ids: Sequence[str], at: datetime) -> list[PromptFacts]:
    """The facts of these prompts, oldest first."""
    rows = (await session.execute(_joined(prompt_ids))).all()
    participants = {row.participant_id for row in rows}
    others = await _other_prompts(session, participants, at)
    orders = await _orders(session, [row.key for row in rows if row.kind is PromptKind.ORDER_NOTICE])
    found = [_facts(row, others.get(row.participant_id, []), orders, at) for row in rows]
    return sorted(found, key=lambda facts: (facts.due_at, facts.prompt_id))


def _joined(prompt_ids: Sequence[str]) -> Any:
    own = aliased(ChatLink)
    columns: list[Any] = [
        Prompt.id,
        Prompt.key,
        Prompt.kind,
        Prompt.rung,
        Prompt.due_at,
        Prompt.expires_at,
        Prompt.participant_id,
        col(Participant.state).label("participant_state"),
        Participant.language,
        Participant.tz,
        Participant.food,
        Participant.site_code,
        Participant.messages_stopped_at,
        Participant.unreachable_at,
        Participant.blocked_at,
        Participant.silent_at,
        col(own.id).label("link_id"),
        own.chat,
        col(ScheduledDose.id).label("dose_id"),
        ScheduledDose.ordinal,
        col(ScheduledDose.due_at).label("dose_due_at"),
        ScheduledDose.due_on,
        ScheduledDose.units,
        ScheduledDose.is_first,
        col(ScheduledDose.state).label("dose_state"),
        ScheduledDose.cancelled_at,
    ]
    return (
        select(*columns)
        .select_from(Prompt)
        .join(Participant, col(Participant.id) == col(Prompt.participant_id))
        .outerjoin(ScheduledDose, col(ScheduledDose.id) == col(Prompt.dose_id))
        .outerjoin(
            own,
            and_(
                col(own.participant_id) == col(Prompt.participant_id),
                col(own.role) == LinkRole.OWN,
                col(own.unlinked_at).is_(None),
            ),
        )
        .where(col(Prompt.id).in_(prompt_ids))
    )


async def _other_prompts(session: AsyncSession, participants: set[str], at: datetime) -> dict[str, list[Any]]:
    """Take-now prompts and rungs of the same people that are due, or went out within the hour."""
    columns: list[Any] = [
        Prompt.id,
        Prompt.participant_id,
        Prompt.dose_id,
        Prompt.kind,
        Prompt.due_at,
        Prompt.state,
        Prompt.sent_at,
        col(ScheduledDose.state).label("dose_state"),
    ]
    rows = await session.execute(
        select(*columns)
        .join(ScheduledDose, col(ScheduledDose.id) == col(Prompt.dose_id))
        .where(
            col(Prompt.participant_id).in_(participants),
            col(Prompt.due_at) <= at + NEAR / 4,
            col(Prompt.expires_at) > at,
            col(Prompt.state).in_(
                (PromptState.WAITING, PromptState.CLAIMED, PromptState.SENDING, PromptState.DELIVERED)
            ),
        )
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.participant_id, []).append(row)
    return found


async def _orders(session: AsyncSession, keys: Sequence[str]) -> dict[str, OrderFact]:
    if not keys:
        return {}
    ids = [key.partition(":")[0] for key in keys]
    rows = await session.scalars(select(DoseOrderRow).where(col(DoseOrderRow.id).in_(ids)))
    return {row.id: OrderFact(row.id, row.kind, row.from_on, row.units, row.every_days) for row in rows}


def _facts(row: Row[Any], others: Sequence[Any], orders: dict[str, OrderFact], at: datetime) -> PromptFacts:
    dose = None
    if row.dose_id is not None:
        dose = Shown(row.dose_id, row.ordinal, row.dose_due_at, row.due_on, row.units, row.is_first)
    return PromptFacts(
        prompt_id=row.id,
        kind=row.kind,
        rung=row.rung,
        due_at=row.due_at,
        expires_at=row.expires_at,
        participant_id=row.participant_id,
        participant_state=row.participant_state,
        language=row.language,
        tz=row.tz,
        food=row.food,
        site_code=row.site_code,
        stopped=row.messages_stopped_at is not None,
        unreachable=row.unreachable_at is not None,
        blocked=row.blocked_at is not None,
        silent=row.silent_at is not None,
        link_id=row.link_id,
        chat=row.chat,
        dose=dose,
        dose_state=row.dose_state,
        dose_cancelled=row.cancelled_at is not None,
        later_rung_is_due=any(_overtakes(other, row, at) for other in others),
        take_now_is_near=any(_is_near(other, row, at) for other in others),
        order=orders.get(row.key.partition(":")[0]),
    )


def _overtakes(other: Any, row: Row[Any], at: datetime) -> bool:
    """A later rung of the same dose is due too, or went out while this one was held up: only the newest counts."""
    return bool(
        other.dose_id == row.dose_id
        and other.id != row.id
        and other.kind is not PromptKind.DOSE_RECORD
        and other.due_at > row.due_at
        and other.due_at <= at
    )


def _is_near(other: Any, row: Row[Any], at: datetime) -> bool:
    """Another dose's "take now" is due, or stands unanswered since less than an hour."""
    if other.dose_id == row.dose_id or other.kind not in TAKE_NOW or other.dose_state is not DoseState.OPEN:
        return False
    if other.state is PromptState.DELIVERED:
        return bool(other.sent_at is not None and other.sent_at > at - NEAR)
    return bool(other.due_at <= at)
