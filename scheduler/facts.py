"""Reads what the last look needs about a group of claimed prompts, in a few statements for all of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.dose import DoseOrderRow, ScheduledDose
from models.identity import ChatLink
from models.participant import Participant
from models.prompt import Prompt
from models.site import Site
from models.tables import table_of
from protocol.ladder import TAKE_NOW
from protocol.screens import Shown
from protocol.terms import DoseState, LinkRole, PromptKind, PromptState
from scheduler.checks import OrderFact, PromptFacts

NEAR = timedelta(hours=1)
OTHERS = (PromptState.WAITING, PromptState.CLAIMED, PromptState.SENDING, PromptState.DELIVERED)

# Built once: building a statement of this size costs more than running it.
_PROMPT: Final = table_of(Prompt)
_DOSE: Final = table_of(ScheduledDose)
_PERSON: Final = table_of(Participant)
_OWN: Final = table_of(ChatLink)
_SITE: Final = table_of(Site)
_ORDER: Final = table_of(DoseOrderRow)

_JOINED: Final = (
    select(
        _PROMPT.c.id,
        _PROMPT.c.key,
        _PROMPT.c.kind,
        _PROMPT.c.rung,
        _PROMPT.c.due_at,
        _PROMPT.c.expires_at,
        _PROMPT.c.participant_id,
        _PERSON.c.state.label("participant_state"),
        _PERSON.c.language,
        _PERSON.c.tz,
        _PERSON.c.food,
        _SITE.c.contact_name,
        _SITE.c.contact_phone,
        _PERSON.c.messages_stopped_at,
        _PERSON.c.unreachable_at,
        _PERSON.c.blocked_at,
        _PERSON.c.silent_at,
        _OWN.c.id.label("link_id"),
        _OWN.c.chat,
        _DOSE.c.id.label("dose_id"),
        _DOSE.c.ordinal,
        _DOSE.c.due_at.label("dose_due_at"),
        _DOSE.c.due_on,
        _DOSE.c.units,
        _DOSE.c.is_first,
        _DOSE.c.state.label("dose_state"),
        _DOSE.c.cancelled_at,
    )
    .select_from(_PROMPT)
    .join(_PERSON, _PERSON.c.id == _PROMPT.c.participant_id)
    .join(_SITE, _SITE.c.code == _PERSON.c.site_code)
    .outerjoin(_DOSE, _DOSE.c.id == _PROMPT.c.dose_id)
    .outerjoin(
        _OWN,
        and_(
            _OWN.c.participant_id == _PROMPT.c.participant_id,
            _OWN.c.role == LinkRole.OWN,
            _OWN.c.unlinked_at.is_(None),
        ),
    )
    .where(_PROMPT.c.id.in_(bindparam("prompts", expanding=True)))
)
_OTHER_PROMPTS: Final = (
    select(
        _PROMPT.c.id,
        _PROMPT.c.participant_id,
        _PROMPT.c.dose_id,
        _PROMPT.c.kind,
        _PROMPT.c.due_at,
        _PROMPT.c.state,
        _PROMPT.c.sent_at,
        _DOSE.c.state.label("dose_state"),
    )
    .join_from(_PROMPT, _DOSE, _DOSE.c.id == _PROMPT.c.dose_id)
    .where(
        _PROMPT.c.participant_id.in_(bindparam("participants", expanding=True)),
        _PROMPT.c.due_at <= bindparam("soon", type_=_PROMPT.c.due_at.type),
        _PROMPT.c.expires_at > bindparam("at", type_=_PROMPT.c.due_at.type),
        _PROMPT.c.state.in_(OTHERS),
    )
)
_ORDERS: Final = select(_ORDER.c.id, _ORDER.c.kind, _ORDER.c.from_on, _ORDER.c.units, _ORDER.c.every_days).where(
    _ORDER.c.id.in_(bindparam("orders", expanding=True))
)


async def prompt_facts(session: AsyncSession, prompt_ids: Sequence[str], at: datetime) -> list[PromptFacts]:
    """The facts of these prompts, oldest first."""
    rows = (await session.execute(_JOINED, {"prompts": list(prompt_ids)})).all()
    others = await _other_prompts(session, {row.participant_id for row in rows}, at)
    orders = await _orders(session, [row.key for row in rows if row.kind is PromptKind.ORDER_NOTICE])
    found = [_facts(row, others.get(row.participant_id, []), orders, at) for row in rows]
    return sorted(found, key=lambda facts: (facts.due_at, facts.prompt_id))


async def _other_prompts(session: AsyncSession, participants: set[str], at: datetime) -> dict[str, list[Any]]:
    """Take-now prompts and rungs of the same people that are due, or went out within the hour."""
    asked = {"participants": sorted(participants), "soon": at + NEAR / 4, "at": at}
    found: dict[str, list[Any]] = {}
    for row in await session.execute(_OTHER_PROMPTS, asked):
        found.setdefault(row.participant_id, []).append(row)
    return found


async def _orders(session: AsyncSession, keys: Sequence[str]) -> dict[str, OrderFact]:
    if not keys:
        return {}
    rows = await session.execute(_ORDERS, {"orders": [key.partition(":")[0] for key in keys]})
    return {row.id: OrderFact(row.id, row.kind, row.from_on, row.units, row.every_days) for row in rows}


def _facts(row: Any, others: Sequence[Any], orders: dict[str, OrderFact], at: datetime) -> PromptFacts:
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
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
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


def _overtakes(other: Any, row: Any, at: datetime) -> bool:
    """A later rung of the same dose is due too, or went out while this one was held up: only the newest counts."""
    return bool(
        other.dose_id == row.dose_id
        and other.id != row.id
        and other.kind is not PromptKind.DOSE_RECORD
        and other.due_at > row.due_at
        and other.due_at <= at
    )


def _is_near(other: Any, row: Any, at: datetime) -> bool:
    """Another dose's "take now" is due, or stands unanswered since less than an hour."""
    if other.dose_id == row.dose_id or other.kind not in TAKE_NOW or other.dose_state is not DoseState.OPEN:
        return False
    if other.state is PromptState.DELIVERED:
        return bool(other.sent_at is not None and other.sent_at > at - NEAR)
    return bool(other.due_at <= at)
