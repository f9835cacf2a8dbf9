"""Draws that changed amounts ask for: proposed to staff, moved with the amount, dropped where another comes first."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from actions.read_backs import newest_orders
from actions.visit_plan import BY_PROTOCOL, note_visit, open_days, set_visit, visits_of
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.moments import local_date
from protocol.order_trough import ProposedTrough, proposed_trough
from protocol.terms import OrderKind
from protocol.trial import Trial
from protocol.visits import UNSCHEDULED, VisitState

KEY: Final = f"{UNSCHEDULED}-trough"
"""Of the visit that an amount proposes, with the version of the order."""


async def bring_troughs(change: Change, participant: Participant, trial: Trial) -> None:
    """Proposes, moves and drops; what staff have accepted, moved or cancelled is theirs. No message hangs on any."""
    await change.flush()
    rows = await newest_orders(change, participant)
    stored = {visit.key: visit for visit in await visits_of(change.session, participant.id)}
    is_open = await open_days(change, participant, trial)
    orders = [row.order() for row in rows]
    today = local_date(change.at, ZoneInfo(participant.tz))
    for order in orders:
        if order.version == 1 or order.kind is not OrderKind.DOSE:
            continue
        wanted = proposed_trough(orders, order.version, trial.dose_orders, is_open)
        key = f"{KEY}-{order.version}"
        _bring(change, participant, stored.get(key), key, wanted if wanted is None or wanted.on >= today else None)
    await change.session.flush()


def _bring(
    change: Change, participant: Participant, visit: Visit | None, key: str, wanted: ProposedTrough | None
) -> None:
    ours = visit is not None and (
        visit.state is VisitState.PROPOSED or (visit.state is VisitState.CANCELLED and visit.recorded_by == BY_PROTOCOL)
    )
    if visit is None and wanted is not None:
        _add(change, participant, key, wanted)
    elif visit is not None and ours:
        values = {"state": VisitState.CANCELLED} if wanted is None else _values(wanted)
        if differing := {name: value for name, value in values.items() if getattr(visit, name) != value}:
            set_visit(change, visit, BY_PROTOCOL, **differing)


def _values(wanted: ProposedTrough) -> dict[str, Any]:
    return {
        "state": VisitState.PROPOSED,
        "target_on": wanted.from_on,
        "from_on": wanted.from_on,
        "until_on": wanted.until_on,
        "planned_on": wanted.on,
    }


def _add(change: Change, participant: Participant, key: str, wanted: ProposedTrough) -> None:
    visit = Visit(
        id=change.new_id(),
        participant_id=participant.id,
        key=key,
        draw=True,
        moved=True,
        recorded_by=BY_PROTOCOL,
        recorded_at=change.at,
        **_values(wanted),
    )
    change.session.add(visit)
    note_visit(change, visit, "propose_visit", None)
