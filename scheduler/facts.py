"""Reads what the last look needs about a group of claimed prompts, in a few statements for all of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, select

from actions.guards import guard_of
from models.dose import DoseOrderRow, ScheduledDose
from models.identity import ChatLink
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.site import Site
from models.statements import Statement
from models.tables import table_of
from models.visit import Visit
from protocol.draw_day import DrawDay
from protocol.ladder import TAKE_NOW
from protocol.orders import first_new_dose, superseded_by
from protocol.screens import Shown, VisitShown
from protocol.terms import DoseState, LinkRole, OrderKind, PromptKind, PromptState
from protocol.visits import MAY_DRAW, VisitState
from scheduler.begun_checks import begun_since, check_followed
from scheduler.checks import OF_THE_DRAW, SAFETY, OrderFact, PromptFacts
from scheduler.refills import given_since
from scheduler.resumes import Resumed, order_of, orders_of_people, resumed
from scheduler.visits import VisitFact, visits_meant

NEAR = timedelta(hours=1)
OTHERS = (PromptState.WAITING, PromptState.CLAIMED, PromptState.SENDING, PromptState.DELIVERED)

_PROMPT: Final = table_of(Prompt)
_DOSE: Final = table_of(ScheduledDose)
_PERSON: Final = table_of(Participant)
_OWN: Final = table_of(ChatLink)
_SITE: Final = table_of(Site)
_ORDER: Final = table_of(DoseOrderRow)
_VISIT: Final = table_of(Visit)

_JOINED: Final = Statement(
    select(
        _PROMPT.c.id,
        _PROMPT.c.key,
        _PROMPT.c.kind,
        _PROMPT.c.rung,
        _PROMPT.c.due_at,
        _PROMPT.c.expires_at,
        _PROMPT.c.participant_id,
        _PROMPT.c.body,
        _PERSON.c.state.label("participant_state"),
        _PERSON.c.language,
        func.coalesce(_PERSON.c.away_tz, _PERSON.c.tz).label("tz"),
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
        _DOSE.c.due_tz,
        _DOSE.c.units,
        _DOSE.c.is_first,
        _DOSE.c.state.label("dose_state"),
        _DOSE.c.cancelled_at,
        _VISIT.c.id.label("visit_id"),
        _VISIT.c.fasting,
        _VISIT.c.drawn_at,
        _VISIT.c.planned_time,
        _VISIT.c.state.label("visit_state"),
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
    .outerjoin(
        _VISIT,
        and_(
            _VISIT.c.participant_id == _PROMPT.c.participant_id,
            _VISIT.c.planned_on == _DOSE.c.due_on,
            _VISIT.c.draw.is_(True),
            _VISIT.c.state.in_(MAY_DRAW),
        ),
    )
    .where(_PROMPT.c.id.in_(bindparam("prompts", expanding=True)))
)
_OTHER_PROMPTS: Final = Statement(
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
_ORDERS: Final = Statement(
    select(_ORDER.c.id, _ORDER.c.kind, _ORDER.c.from_on, _ORDER.c.participant_id, _ORDER.c.version).where(
        _ORDER.c.id.in_(bindparam("orders", expanding=True))
    )
)


async def prompt_facts(change: Change, prompt_ids: Sequence[str], at: datetime) -> list[PromptFacts]:
    """The facts of these prompts, oldest first."""
    rows = await change.rows(_JOINED, prompts=list(prompt_ids))
    others = await _other_prompts(change, {row.participant_id for row in rows}, at)
    orders = await _orders(change, [row.key for row in rows if row.kind is PromptKind.ORDER_NOTICE], at)
    begun = {
        *await begun_since(change, [row for row in rows if row.kind in SAFETY]),
        *await given_since(change, [row for row in rows if row.kind is PromptKind.REFILL]),
    }
    visits = await visits_meant(change, rows)
    once = {row.id: row for row in rows}.values()  # two draws on one day would bring a prompt twice
    found = [_facts(row, others.get(row.participant_id, []), orders, begun, at) for row in once]
    found = [replace(facts, visit=visits[facts.prompt_id]) if facts.prompt_id in visits else facts for facts in found]
    sealed = {row.id: row.body for row in rows if row.body is not None}
    found = [_opened(change, facts, sealed[facts.prompt_id]) if facts.prompt_id in sealed else facts for facts in found]
    return sorted(found, key=lambda facts: (facts.due_at, facts.prompt_id))


def _opened(change: Change, facts: PromptFacts, sealed: str) -> PromptFacts:
    """With the text that staff wrote."""
    return replace(facts, written=change.vault.open(f"prompt.body/{facts.prompt_id}", sealed))


async def _other_prompts(change: Change, participants: set[str], at: datetime) -> dict[str, list[Any]]:
    """Take-now prompts and rungs of the same people that are due, or went out within the hour."""
    found: dict[str, list[Any]] = {}
    for row in await change.rows(_OTHER_PROMPTS, participants=sorted(participants), soon=at + NEAR / 4, at=at):
        found.setdefault(row.participant_id, []).append(row)
    return found


async def _orders(change: Change, keys: Sequence[str], at: datetime) -> dict[str, OrderFact]:
    if not keys:
        return {}
    rows = await change.rows(_ORDERS, orders=[key.partition(":")[0] for key in keys])
    versions = await orders_of_people(change, {row.participant_id for row in rows})
    resumes = await resumed(change, [row for row in rows if row.kind is OrderKind.RESUME], versions, at)
    return {row.id: _order(row, versions[row.participant_id], resumes.get(row.id)) for row in rows}


def _order(row: Any, versions: Sequence[Any], resumes: Resumed | None) -> OrderFact:
    orders = [order_of(one) for one in versions]
    is_amount = row.kind is OrderKind.DOSE
    return OrderFact(
        row.id,
        next(one for one in orders if one.version == row.version),
        first_new_dose(orders, row.version) if is_amount else None,
        is_amount and superseded_by(orders, row.version, row.from_on) is not None,
        resumes,
    )


def _facts(
    row: Any, others: Sequence[Any], orders: dict[str, OrderFact], begun: Collection[str], at: datetime
) -> PromptFacts:
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
        dose_tz=row.due_tz,
        dose_cancelled=row.cancelled_at is not None,
        later_rung_is_due=any(_overtakes(other, row, at) for other in others),
        take_now_is_near=any(_is_near(other, row, at) for other in others),
        order=orders.get(row.key.partition(":")[0]),
        follows=check_followed(row),
        guard=guard_of(row.key) if row.kind is PromptKind.GUARD else "",
        is_begun=row.id in begun,
        draw=DrawDay(row.visit_id, row.due_on, row.fasting, row.drawn_at) if row.visit_id is not None else None,
        visit=_of_the_draw(row) if row.visit_id is not None and row.kind in OF_THE_DRAW else None,
    )


def _of_the_draw(row: Any) -> VisitFact:
    """The visit that a draw is part of, on the day of its dose."""
    confirmed = row.visit_state is VisitState.CONFIRMED
    shown = VisitShown(row.visit_id, row.due_on, row.planned_time, row.fasting, confirmed)
    return VisitFact(shown, row.visit_state, shown.slot().written(), is_drawn=row.drawn_at is not None)


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
