"""Transfusions as staff record them: corrected by one more version; what the participant answered stays beside."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from actions.disposition_rows import left_problems
from actions.numbered import append_row, correction_problems, newest, numbered
from models.participant import Participant
from models.session import Change
from models.transfusion import Transfusion
from protocol.forms import checked
from protocol.moments import local_date
from protocol.transfusions import TransfusionFacts, transfusion_problems


async def record_transfusion(change: Change, participant: Participant, facts: TransfusionFacts, by: str) -> Transfusion:
    """The first version. `by`: the member of staff's name. Raises FormError. `participant` is locked by the caller."""
    number = len(await newest(change.session, Transfusion, participant.id)) + 1
    row = Transfusion(
        id=change.new_id(),
        participant_id=participant.id,
        number=number,
        version=1,
        recorded_by=by,
        recorded_at=change.at,
        **asdict(facts),
    )
    checked(await _problems(change, participant, row))
    return await append_row(change, row, "record_transfusion")


async def correct_transfusion(
    change: Change, participant: Participant, number: int, changes: Mapping[str, Any], by: str, *, reason: str
) -> Transfusion:
    """One more version of the transfusion of this number. `changes`: fields of TransfusionFacts, or `in_error`.

    One in error counts no more, and what the participant answered about its day counts again. Raises FormError.
    """
    old = await numbered(change, Transfusion, participant.id, number)
    told = {name: value for name, value in changes.items() if getattr(old, name) != value}
    checked(correction_problems(old, told, reason))
    kept = {name: getattr(old, name) for name in Transfusion.model_fields}
    row = Transfusion(**kept | told | {"id": change.new_id(), "version": old.version + 1})
    row.reason, row.recorded_by, row.recorded_at = reason.strip(), by, change.at
    if not row.in_error:
        checked(await _problems(change, participant, row))
    return await append_row(change, row, "correct_transfusion", old=old)


async def _problems(change: Change, participant: Participant, row: Transfusion) -> list[str]:
    today = local_date(change.at, ZoneInfo(participant.tz))
    same_day = [
        f"{one.given_on} has transfusion {one.number} already; correct that one: all of one day is one record"
        for one in await newest(change.session, Transfusion, participant.id)
        if not one.in_error and one.number != row.number and one.given_on == row.given_on
    ]
    left = await left_problems(change, participant, row.given_on)
    return [*transfusion_problems(row.facts(), today), *same_day, *left]
