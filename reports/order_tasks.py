"""What waits around dose orders: proposals that no investigator has decided, amounts that nobody has read back yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.dose import DoseOrderRow
from models.order_proposal import OrderProposal
from models.participant import Participant
from protocol.order_proposal import ProposalState
from protocol.standing import may_get_orders


async def open_proposals(session: AsyncSession, as_of: datetime) -> Sequence[tuple[Participant, OrderProposal]]:
    """The first step of each proposal that nobody has signed, refused or withdrawn; of all sites."""
    query = (
        select(Participant, OrderProposal)
        .join(OrderProposal, col(OrderProposal.participant_id) == col(Participant.id))
        .where(col(OrderProposal.recorded_at) <= as_of)
        .order_by(col(OrderProposal.version))
    )
    newest = {(one.id, step.number): (one, step) for one, step in await session.execute(query)}
    return [
        (one, step)
        for one, step in newest.values()
        if step.state is ProposalState.PROPOSED and may_get_orders(one.state)
    ]


async def open_read_backs(session: AsyncSession, as_of: datetime) -> Sequence[tuple[Participant, DoseOrderRow]]:
    """Amounts that a message has asked about and that still have time; afterwards they are an alert. Of all sites."""
    query = (
        select(Participant, DoseOrderRow)
        .join(DoseOrderRow, col(DoseOrderRow.participant_id) == col(Participant.id))
        .where(col(DoseOrderRow.read_back_due_at).is_not(None), col(DoseOrderRow.recorded_at) <= as_of)
    )
    return [(one, order) for one, order in await session.execute(query) if may_get_orders(one.state)]
