"""Checked as each message arrives: a visit is spoken of as it stands, and to nobody but who is expected."""

from collections.abc import Iterator

from simulation.invariants.rules import OF_A_VISIT
from simulation.invariants.sight import Seen

_VISIT = "SELECT participant_id, planned_on, planned_time, state, recorded_at FROM visit WHERE id = ?"


def no_day_that_is_off(seen: Seen) -> Iterator[str]:
    """A new message names the visit's own day and time; one that was moved or is off while it was under way may."""
    if seen.sent.is_edit:
        return
    named = {(tap.record, tap.argument) for verb, tap in seen.taps.items() if verb in OF_A_VISIT}
    for visit_id, slot in named:
        for participant_id, on, at, state, recorded_at in seen.rows(_VISIT, visit_id):
            if seen.person is None or participant_id != seen.person.id:
                yield f"{seen.sent} speaks of another's visit {visit_id}"
            elif recorded_at < seen.under_way_since and (slot != _slot(on, at) or state == "cancelled"):
                yield f"{seen.sent} says {slot}, and visit {visit_id} is {state} on {on} {at or ''}"


def _slot(on: str, at: str | None) -> str:
    return on.replace("-", "") + (f"T{at[:5].replace(':', '')}" if at else "")
