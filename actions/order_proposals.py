"""Proposed amounts: a coordinator proposes, an investigator signs or refuses; only the signature writes an order."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.dose_orders import NewOrder, order_dose
from actions.read_backs import OrderError, newest_orders
from models.dose import DoseOrderRow
from models.order_proposal import OrderProposal
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.moments import local_date
from protocol.order_proposal import Proposal, ProposalState, proposal_after
from protocol.orders import DoseOrder, pattern_units, then_text
from protocol.standing import may_get_orders
from protocol.terms import OrderKind
from protocol.trial import Trial


async def propose_order(
    change: Change, participant: Participant, order: DoseOrder, staff: Staff, trial: Trial
) -> OrderProposal:
    """One proposal, the first of its steps; one waits at a time. Nothing that is planned changes.

    `order`: the amount that is asked for, with its reason; its version is not read. `participant` is locked by the
    caller. Raises OrderError, ProposalError, NotComposableError, PatternError.
    """
    if not may_get_orders(participant.state):
        raise OrderError(f"{participant.code} is {participant.state}; no order can be proposed")
    pattern_units(order, trial.product)
    rows = await proposals_of(change, participant)
    waiting = next((one for one in newest_steps(rows) if one.state is ProposalState.PROPOSED), None)
    if waiting is not None:
        raise OrderError(f"proposal {waiting.number} waits already; withdraw it, or have it signed or refused")
    row = OrderProposal(
        id=change.new_id(),
        participant_id=participant.id,
        number=max((one.number for one in rows), default=0) + 1,
        version=1,
        state=ProposalState.PROPOSED,
        from_on=order.from_on,
        dose_mg=order.dose_mg,
        every_days=order.every_days,
        then_mg=then_text(order.then_mg),
        over_version=await _newest_version(change, participant),
        reason=order.reason.strip(),
        recorded_by=staff.name,
        recorded_at=change.at,
    )
    await _checked(change, participant, row, (), staff)
    return _add(change, row)


async def step_proposal(
    change: Change,
    participant: Participant,
    number: int,
    state: ProposalState,
    staff: Staff,
    trial: Trial,
    *,
    reason: str = "",
) -> tuple[OrderProposal, DoseOrderRow | None]:
    """Signed, refused or withdrawn; signed, it becomes an order of the investigator's in the same transaction.

    `participant` is locked by the caller. Raises OrderError, ProposalError, NotComposableError.
    """
    rows = [one for one in await proposals_of(change, participant) if one.number == number]
    if not rows:
        raise OrderError(f"there is no proposal {number} of {participant.code}")
    kept = {name: getattr(rows[-1], name) for name in OrderProposal.model_fields}
    row = OrderProposal(**kept | {"id": change.new_id(), "version": rows[-1].version + 1, "state": state})
    row.reason, row.recorded_by, row.recorded_at = reason.strip(), staff.name, change.at
    await _checked(change, participant, row, tuple(one.state for one in rows), staff)
    order = None
    if state is ProposalState.SIGNED:
        asked = rows[0]
        new = NewOrder(OrderKind.DOSE, asked.from_on, asked.reason, staff.name, asked.dose_mg, asked.every_days)
        order = await order_dose(change, participant, replace(new, then_mg=asked.amounts()), trial)
        row.order_version = order.version
    return _add(change, row), order


async def proposals_of(change: Change, participant: Participant) -> list[OrderProposal]:
    """Every step of every proposal, oldest first."""
    await change.flush()
    rows = await change.session.scalars(
        select(OrderProposal)
        .where(OrderProposal.participant_id == participant.id)
        .order_by(col(OrderProposal.number), col(OrderProposal.version))
    )
    return list(rows)


def newest_steps(rows: list[OrderProposal]) -> list[OrderProposal]:
    """How each proposal stands."""
    return list({row.number: row for row in rows}.values())


async def _newest_version(change: Change, participant: Participant) -> int:
    return max((row.version for row in await newest_orders(change, participant)), default=0)


async def _checked(
    change: Change, participant: Participant, row: OrderProposal, steps: tuple[ProposalState, ...], staff: Staff
) -> None:
    proposal_after(
        Proposal(row.from_on, row.over_version, steps),
        row.state,
        role=staff.role,
        today=local_date(change.at, ZoneInfo(participant.tz)),
        newest_version=await _newest_version(change, participant),
        reason=row.reason,
    )


def _add(change: Change, row: OrderProposal) -> OrderProposal:
    change.session.add(row)
    change.owe(row, participant_id=row.participant_id)
    change.audit(
        f"order_{row.state}",
        "order_proposal",
        row.id,
        participant_id=row.participant_id,
        new=row.values(),
        reason=row.reason,
    )
    return row
