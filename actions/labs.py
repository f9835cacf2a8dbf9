"""Laboratory results and draws: recorded, corrected by one more version; what is hardly possible is typed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from actions.disposition_rows import left_problems
from actions.forms import name_problems
from actions.numbered import append_row, correction_problems, newest, numbered
from models.lab import Draw, LabResult
from models.participant import Participant
from models.session import Change
from protocol.forms import FormError, checked, short_text
from protocol.lab_entry import DrawFacts, LabSource, ResultFacts, draw_problems, result_problems
from protocol.labs import Analyte, LabError, Measured, confirms, measured, questions
from protocol.moments import local_date
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class NewResult:
    """A value as it stands on the sheet; `lower` and `upper` in the same unit. `draw_number`: of a recorded draw."""

    analyte: str
    value: str
    unit: str
    drawn_at: datetime
    resulted_at: datetime | None = None
    laboratory: str = ""
    assay: str = ""
    fasting: bool | None = None
    lower: str | None = None
    upper: str | None = None
    visit_id: str | None = None
    draw_number: int | None = None
    source: LabSource = LabSource.STAFF


@dataclass(frozen=True, slots=True)
class NewDraw:
    """A draw as it is planned or was done."""

    planned_on: date | None = None
    drawn_at: datetime | None = None
    last_dose_at: datetime | None = None
    dose_held: bool | None = None
    visit_id: str | None = None
    source: LabSource = LabSource.STAFF


async def record_result(
    change: Change, participant: Participant, new: NewResult, by: str, trial: Trial, *, confirm: str | None = None
) -> LabResult:
    """The first version of a result. `by`: the member of staff's name. `confirm`: the value, typed a second time.

    Raises FormError. `participant` is locked by the caller.
    """
    kept = await newest(change.session, LabResult, participant.id)
    row = await _result(change, participant, new, trial, number=len(kept) + 1, version=1, by=by, confirm=confirm)
    checked(_twice(row, kept))
    return await append_row(change, row, "record_result")


async def correct_result(
    change: Change,
    participant: Participant,
    number: int,
    changes: Mapping[str, Any],
    by: str,
    trial: Trial,
    *,
    reason: str,
    confirm: str | None = None,
) -> LabResult:
    """One more version of the result of this number. `changes`: fields of NewResult, or `in_error`. Raises FormError.

    Limits of normal are given anew where the unit changes. What the participant told is not rewritten.
    """
    old = await numbered(change, LabResult, participant.id, number)
    before = given(old)
    told = {name: value for name, value in changes.items() if getattr(before, name, False) != value}
    problems = correction_problems(old, told, reason)
    if old.source is LabSource.PARTICIPANT and set(told) - {"in_error"}:
        problems.append("this value is the participant's own and is not rewritten; record the laboratory's beside it")
    limits = {"lower": old.lower_limit, "upper": old.upper_limit}
    if "unit" in told and any(limit is not None and name not in told for name, limit in limits.items()):
        problems.append("limits: they were given in the old unit; give them anew")
    checked(problems)
    in_error = bool(told.pop("in_error", False))
    if in_error and not told:
        row = LabResult(**{name: getattr(old, name) for name in LabResult.model_fields} | {"id": change.new_id()})
        row.version, row.recorded_by, row.recorded_at = old.version + 1, by, change.at
    else:
        stands = old.confirmed and not {"value", "unit"} & set(told)
        row = await _result(
            change, participant, replace(before, **told), trial,
            number=number, version=old.version + 1, by=by, confirm=old.given_value if stands else confirm,
        )  # fmt: skip
        row.lower_limit = row.lower_limit if "lower" in told else old.lower_limit
        row.upper_limit = row.upper_limit if "upper" in told else old.upper_limit
    row.reason, row.in_error = reason.strip(), in_error
    return await append_row(change, row, "correct_result", old=old)


async def verify_result(
    change: Change,
    participant: Participant,
    number: int,
    seen: Mapping[str, Any],
    by: str,
    trial: Trial,
    *,
    confirm: str | None = None,
) -> LabResult:
    """Staff have seen the sheet of what the participant told: one more version, of staff. `seen`: what stands on it.

    The value is the one that was told; where the sheet has another, this one is refused and the sheet's recorded.
    The version that was told stays. Raises FormError.
    """
    old = await _unverified(change, participant, number)
    before = replace(given(old), source=LabSource.STAFF)
    row = await _result(
        change, participant, replace(before, **seen), trial,
        number=number, version=old.version + 1, by=by, confirm=old.given_value if old.confirmed else confirm,
    )  # fmt: skip
    checked(_twice(row, await newest(change.session, LabResult, participant.id)))
    return await append_row(change, row, "verify_result", old=old)


async def refuse_result(change: Change, participant: Participant, number: int, by: str, *, reason: str) -> LabResult:
    """What the participant told is not taken over; it stays, and counts no more than before. Raises FormError."""
    old = await _unverified(change, participant, number)
    if not reason.strip():
        raise FormError(["say why it is refused"])
    row = LabResult(**{name: getattr(old, name) for name in LabResult.model_fields} | {"id": change.new_id()})
    row.version, row.recorded_by, row.recorded_at = old.version + 1, by, change.at
    row.reason, row.in_error = reason.strip(), True
    return await append_row(change, row, "refuse_result", old=old)


async def _unverified(change: Change, participant: Participant, number: int) -> LabResult:
    """The newest version of a result that waits for staff. Raises FormError."""
    old = await numbered(change, LabResult, participant.id, number)
    if old.in_error:
        raise FormError([f"result {number} was refused or entered in error, and stays so; record the sheet's value"])
    if old.source is LabSource.STAFF:
        raise FormError([f"result {number} is of staff already; there is nothing to verify"])
    return old


async def record_draw(change: Change, participant: Participant, new: NewDraw, by: str) -> Draw:
    """A draw, planned or done. Raises FormError. `participant` is locked by the caller."""
    number = len(await newest(change.session, Draw, participant.id)) + 1
    row = Draw(**_draw(change, new, by), participant_id=participant.id, number=number, version=1)
    checked(await _draw_problems(change, participant, row.facts()))
    return await append_row(change, row, "record_draw")


async def correct_draw(
    change: Change, participant: Participant, number: int, changes: Mapping[str, Any], by: str, *, reason: str
) -> Draw:
    """One more version of a draw, as when blood was taken. `changes`: fields of NewDraw, or `in_error`.

    What was not known before needs no reason. Raises FormError.
    """
    old = await numbered(change, Draw, participant.id, number)
    told = {name: value for name, value in changes.items() if getattr(old, name) != value}
    adds_only = all(getattr(old, name) is None for name in told)
    checked(correction_problems(old, told, reason or ("done" if adds_only else "")))
    kept = {name: getattr(old, name) for name in Draw.model_fields}
    row = Draw(**kept | told | {"id": change.new_id(), "version": old.version + 1})
    row.reason, row.recorded_by, row.recorded_at = reason.strip(), by, change.at
    if not row.in_error:
        checked(await _draw_problems(change, participant, row.facts()))
    return await append_row(change, row, "correct_draw", old=old)


def given(row: LabResult) -> NewResult:
    """The result as it stands on the sheet, without the limits of normal."""
    same = {field.name: getattr(row, field.name) for field in fields(NewResult) if hasattr(row, field.name)}
    prefix = {"below": "<", "above": ">"}.get(row.bound, "")
    return NewResult(**same | {"value": f"{prefix}{row.given_value}", "unit": row.given_unit})


async def _result(
    change: Change,
    participant: Participant,
    new: NewResult,
    trial: Trial,
    *,
    number: int,
    version: int,
    by: str,
    confirm: str | None,
) -> LabResult:
    """One version, checked, and not yet kept."""
    analyte = analyte_of(trial, new.analyte)
    found, lower, upper = (_read(analyte, text, new.unit) for text in (new.value, new.lower, new.upper))
    if found is None:
        raise FormError(["value: is missing; write it as it stands on the sheet"])
    facts = ResultFacts(
        analyte, found, new.drawn_at, new.resulted_at, short_text(new.laboratory), short_text(new.assay), new.fasting,
        lower, upper, new.source, new.visit_id,
    )  # fmt: skip
    again = confirm is not None and confirms(found, confirm)
    problems = [*result_problems(facts, change.at, confirmed=again)]
    if confirm is not None and not again:
        problems.append(f"confirm: {confirm!r} is another value than {new.value!r}; look at the sheet")
    problems += await name_problems(change, participant, laboratory=facts.laboratory, assay=facts.assay)
    problems += await left_problems(change, participant, local_date(new.drawn_at, ZoneInfo(participant.tz)))
    checked(problems)
    if new.draw_number is not None:
        await numbered(change, Draw, participant.id, new.draw_number)
    same = {name: getattr(new, name) for name in ("drawn_at", "resulted_at", "fasting", "visit_id", "draw_number")}
    return LabResult(
        id=change.new_id(), participant_id=participant.id, number=number, version=version, analyte=analyte.key,
        value=float(found.value), unit=found.unit, bound=found.bound, given_value=f"{found.given_value}",
        given_unit=found.given_unit, lower_limit=_number(lower), upper_limit=_number(upper),
        confirmed=again and any(questions(analyte, found)),
        source=new.source, recorded_by=by, recorded_at=change.at, laboratory=facts.laboratory,
        assay=facts.assay, **same,
    )  # fmt: skip


def analyte_of(trial: Trial, key: str) -> Analyte:
    """What is measured under this key. Raises FormError."""
    found = {one.key: one for one in trial.labs}.get(key)
    if found is None:
        raise FormError(
            [f"{key!r} is not measured in this trial; known are: {', '.join(one.key for one in trial.labs)}"]
        )
    return found


def _read(analyte: Analyte, text: str | None, unit: str) -> Measured | None:
    try:
        return None if text is None else measured(analyte, text, unit)
    except LabError as error:
        raise FormError([str(error)]) from error


def _twice(row: LabResult, kept: Sequence[LabResult]) -> list[str]:
    same = [
        one.number
        for one in kept
        if not one.in_error and (one.analyte, one.drawn_at, one.source) == (row.analyte, row.drawn_at, row.source)
    ]
    return [f"{row.analyte} of this draw is result {number} already; correct that one" for number in same]


async def _draw_problems(change: Change, participant: Participant, facts: DrawFacts) -> list[str]:
    zone = ZoneInfo(participant.tz)
    on = None if facts.drawn_at is None else local_date(facts.drawn_at, zone)
    left = [] if on is None else await left_problems(change, participant, on)
    return [*draw_problems(facts, change.at, zone), *left]


def _draw(change: Change, new: NewDraw, by: str) -> dict[str, Any]:
    said = {field.name: getattr(new, field.name) for field in fields(NewDraw)}
    return said | {"id": change.new_id(), "recorded_by": by, "recorded_at": change.at}


def _number(found: Measured | None) -> float | None:
    return None if found is None else float(found.value)
