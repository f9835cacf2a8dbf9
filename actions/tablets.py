"""Tablets: dispensed, returned, lost, counted; a correction is one more version, and what cannot be is refused."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from actions.refill import look_soon, refilled
from actions.tablet_ledger import NewMovement, add_movement, new_row, newest_movements, next_number, standing_movements
from models.participant import Participant
from models.session import Change
from models.site import Staff
from models.tablet import TabletMovement
from protocol.forms import FormError, checked
from protocol.moments import local_date
from protocol.standing import on_treatment
from protocol.tablets import MovementKind, MovementSource, ledger_problems, movement_problems
from protocol.trial import Trial

PACK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,19}")
LONG_NUMBER: Final = re.compile(r"\d{11}")
CORRECTED: Final = ("units", "moved_at", "pack", "in_error")


async def move_tablets(
    change: Change, participant: Participant, new: NewMovement, staff: Staff, trial: Trial
) -> TabletMovement:
    """What a member of staff has dispensed, taken back, heard to be lost, or counted.

    Raises FormError. `participant` is locked by the caller.
    """
    row = new_row(change, participant, new, trial, by=staff.name)
    problems = [*_pack_problems(row.pack), *_standing_problems(participant, new.kind)]
    checked([*problems, *await _ledger_problems(change, participant, row, trial)])
    await add_movement(change, row)
    if new.kind is MovementKind.DISPENSED:
        await refilled(change, participant, new.units, staff)
    look_soon(participant, trial, change.at)
    return row


async def correct_movement(
    change: Change,
    participant: Participant,
    number: int,
    changes: Mapping[str, Any],
    staff: Staff,
    trial: Trial,
    *,
    reason: str,
) -> TabletMovement:
    """One more version of the movement of this number. `changes`: those of CORRECTED that are said anew.

    The old version stays as it was, and the whole ledger must still be possible. Raises FormError.
    """
    old = next((one for one in await newest_movements(change.session, participant.id) if one.number == number), None)
    if old is None:
        raise FormError([f"{participant.code} has no movement {number}"])
    told = {name: value for name, value in changes.items() if getattr(old, name) != value}
    checked(_correction_problems(old, told, reason))
    kept = {name: getattr(old, name) for name in type(old).model_fields}
    row = TabletMovement(**kept | told | {"id": change.new_id(), "version": old.version + 1})
    row.reason, row.recorded_by, row.recorded_at = reason.strip(), staff.name, change.at
    checked([*_pack_problems(row.pack), *await _ledger_problems(change, participant, row, trial)])
    await add_movement(change, row, old=old)
    look_soon(participant, trial, change.at)
    return row


def _pack_problems(pack: str) -> Iterator[str]:
    if pack and (not PACK.fullmatch(pack) or LONG_NUMBER.search(pack)):
        yield f"pack: {pack!r} is no lot: 1 to 20 letters, digits, dots, slashes and hyphens, and no telephone number"


def _standing_problems(participant: Participant, kind: MovementKind) -> Iterator[str]:
    """Tablets come back, and are counted, also from who has left."""
    if kind is MovementKind.DISPENSED and not on_treatment(participant.state):
        yield f"{participant.code} is {participant.state}: no tablets are dispensed any more"


async def _ledger_problems(
    change: Change, participant: Participant, row: TabletMovement, trial: Trial
) -> Sequence[str]:
    zone = ZoneInfo(participant.tz)
    if local_date(row.moved_at, zone) < local_date(participant.enrolled_at, zone):
        return [f"{row.kind}: {local_date(row.moved_at, zone)} lies before the enrolment; correct the day"]
    standing = await standing_movements(change.session, participant.id)
    others = [one.movement() for one in standing if one.number != row.number]
    row.number = row.number or await next_number(change, participant)
    if row.in_error:  # what is left must still be possible without it
        return list(ledger_problems(others, zone))
    return list(movement_problems(row.movement(), others, trial.tablets, now=change.at, zone=zone))


def _correction_problems(old: TabletMovement, told: Mapping[str, Any], reason: str) -> Iterator[str]:
    if old.source is not MovementSource.STAFF and set(told) - {"in_error"}:
        yield "this number is the participant's own and is not rewritten; record what you have counted beside it"
    if old.in_error:
        yield "this movement was entered in error and stays so; record a new one"
    if not reason.strip():
        yield "say why it is corrected"
    if not told:
        yield "nothing would change; name what is to be corrected"
