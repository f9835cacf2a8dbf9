"""The ledger of tablets: versions of movements as rows, which of them stand, and one more of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.participant import Participant
from models.session import Change
from models.tablet import TabletMovement
from protocol.tablets import MovementKind, MovementSource
from protocol.terms import Language
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class NewMovement:
    """`source`: of a count, who has counted; what was told on the phone is the participant's own number."""

    kind: MovementKind
    units: int
    at: datetime
    pack: str = ""
    source: MovementSource = MovementSource.STAFF


def new_row(change: Change, participant: Participant, new: NewMovement, trial: Trial, *, by: str) -> TabletMovement:
    """The first version, not yet numbered."""
    return TabletMovement(
        id=change.new_id(),
        participant_id=participant.id,
        number=0,
        version=1,
        kind=new.kind,
        product=trial.product.name[Language.EN],
        strength_mg=trial.product.strength_mg,
        units=new.units,
        moved_at=new.at,
        pack=new.pack.strip(),
        source=new.source,
        recorded_by=by,
        recorded_at=change.at,
    )


async def add_movement(change: Change, row: TabletMovement, *, old: TabletMovement | None = None) -> TabletMovement:
    """Writes one version with its audit and outbox entries."""
    change.session.add(row)
    await change.session.flush()
    change.audit(
        "correct_tablets" if old else "move_tablets",
        "tablet_movement",
        row.id,
        participant_id=row.participant_id,
        old=_audited(old) if old else None,
        new=_audited(row),
        reason=row.reason,
    )
    change.owe(row, participant_id=row.participant_id)
    return row


async def movement_versions(session: AsyncSession, participant_id: str) -> Sequence[TabletMovement]:
    """Every version, by number."""
    query = select(TabletMovement).where(TabletMovement.participant_id == participant_id)
    return (await session.scalars(query.order_by(col(TabletMovement.number), col(TabletMovement.version)))).all()


async def newest_movements(session: AsyncSession, participant_id: str) -> list[TabletMovement]:
    """The newest version of each, in the order in which they were first recorded, those in error too."""
    return list({row.number: row for row in await movement_versions(session, participant_id)}.values())


async def standing_movements(session: AsyncSession, participant_id: str) -> list[TabletMovement]:
    """What counts: the newest versions that are not in error, in the order in which they were first recorded."""
    return [row for row in await newest_movements(session, participant_id) if not row.in_error]


async def next_number(change: Change, participant: Participant) -> int:
    return len(await newest_movements(change.session, participant.id)) + 1


def _audited(row: TabletMovement) -> dict[str, Any]:
    names = ("number", "version", "kind", "units", "strength_mg", "moved_at", "pack", "source", "in_error")
    return {name: getattr(row, name) for name in names}
