"""The level: what has to be known beside it, so that it can be read as a trough. `protocol.draw_day` keeps the morning.

A level is a trough where blood is taken before the dose of the day. Source: reference clinical 2.4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from protocol.day_facts import DayFact
from protocol.moments import local_date
from protocol.terms import DoseState

LEVEL: Final = "sirolimus"
"""Its key in [labs] of the protocol file."""
TAKEN = frozenset({DoseState.TAKEN, DoseState.TAKEN_PARTLY})
UNTOLD = frozenset({DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED})


class VoidKind(StrEnum):
    """Why the days since the last change say nothing about a steady level."""

    HOLD = "hold"
    MISSED_DOSE = "missed_dose"
    INTERACTING_DRUG = "interacting_drug"  # begun or ended, of the groups that raise or lower the level
    MEDICINE_TOLD = "medicine_told"  # the participant named something new or stopped, and no form has followed


class Steadiness(StrEnum):
    """Days since the last change of dose."""

    UNDER_7 = "under_7"
    FROM_7_TO_13 = "from_7_to_13"
    FROM_14 = "from_14"
    UNKNOWN = "unknown"  # no change is known, the first dose included


@dataclass(frozen=True, slots=True)
class Void:
    """Something that moved the level, on a wall date."""

    kind: VoidKind
    on: date


@dataclass(frozen=True, slots=True)
class TroughRules:
    """A trough lies `valid_from` to `valid_until` after a dose, both included; a void counts for `void_for`.

    `target_low` and `target_high`, ng/mL of whole blood, are a band beside levels for staff; no participant is told.
    """

    valid_from: timedelta
    valid_until: timedelta
    doses_back: timedelta
    void_for: timedelta
    target_low: float
    target_high: float


@dataclass(frozen=True, slots=True)
class LevelFlags:
    """What stands beside a level, and never hides one. None: nobody knows.

    `doses_taken` of the `doses_due` on the days before the draw day; of `doses_silent` nobody has said anything.
    """

    hours_since_dose: float | None
    dosed_before_draw: bool | None  # that day, on the participant's wall
    valid_trough: bool | None
    days_since_change: int | None
    steadiness: Steadiness
    voids: tuple[Void, ...]
    doses_taken: int
    doses_silent: int
    doses_due: int


def level_flags(
    draw_at: datetime,
    doses: Sequence[DayFact],
    changes: Iterable[date],
    voids: Iterable[Void],
    *,
    zone: ZoneInfo,
    rules: TroughRules,
    asked_last_at: datetime | None = None,
) -> LevelFlags:
    """`changes`: wall dates from which another dose was ordered, the start too. `voids`: those that doses do not show.

    Of the recorded doses and the last dose asked at the draw (`asked_last_at`) the later one counts.
    """
    draw_on = local_date(draw_at, zone)
    last_at = _last_dose(draw_at, doses, asked_last_at)
    dosed = None if last_at is None else local_date(last_at, zone) == draw_on
    valid = None if last_at is None else not dosed and rules.valid_from <= draw_at - last_at <= rules.valid_until
    changed_on = max((on for on in changes if on <= draw_on), default=None)
    recent = [day for day in doses if draw_on - rules.doses_back <= day.due_on < draw_on]
    return LevelFlags(
        hours_since_dose=None if last_at is None else (draw_at - last_at) / timedelta(hours=1),
        dosed_before_draw=dosed,
        valid_trough=valid,
        days_since_change=None if changed_on is None else (draw_on - changed_on).days,
        steadiness=_steadiness(None if changed_on is None else (draw_on - changed_on).days),
        voids=_in_force([*voids, *_shown_by(doses)], draw_on, rules),
        doses_taken=sum(day.state in TAKEN for day in recent),
        doses_silent=sum(day.state in UNTOLD for day in recent),
        doses_due=sum(day.state is not DoseState.HELD for day in recent),
    )


def _last_dose(draw_at: datetime, doses: Sequence[DayFact], asked_at: datetime | None) -> datetime | None:
    """The newest known moment of taking up to the draw; None where a newer dose may have been taken, unknown when."""
    known = [taken for day in doses for taken in day.taken_at if taken <= draw_at]
    known += [asked_at] if asked_at is not None and asked_at <= draw_at else []
    last_at = max(known, default=None)
    hidden = [day.due_at for day in doses if day.due_at <= draw_at and _of_unknown_time(day)]
    if asked_at is None and hidden and (last_at is None or max(hidden) > last_at):
        return None
    return last_at


def _of_unknown_time(day: DayFact) -> bool:
    """Taken nobody knows when, or maybe taken."""
    untimed = day.state in TAKEN and len(day.taken_at) < max(1, day.doses_taken)
    return untimed or day.state in UNTOLD


def _steadiness(days: int | None) -> Steadiness:
    if days is None:
        return Steadiness.UNKNOWN
    if days < 7:  # noqa: PLR2004  the label: 7 to 14 days to a steady level
        return Steadiness.UNDER_7
    return Steadiness.FROM_7_TO_13 if days < 14 else Steadiness.FROM_14  # noqa: PLR2004


def _shown_by(doses: Sequence[DayFact]) -> list[Void]:
    """Holds and missed doses as the days tell them; silence is neither."""
    kinds = {
        DoseState.HELD: VoidKind.HOLD,
        DoseState.NOT_TAKEN: VoidKind.MISSED_DOSE,
        DoseState.TAKEN_PARTLY: VoidKind.MISSED_DOSE,
    }
    return [Void(kinds[day.state], day.due_on) for day in doses if day.state in kinds]


def _in_force(voids: Iterable[Void], draw_on: date, rules: TroughRules) -> tuple[Void, ...]:
    """The newest of each kind that lies before the draw, not longer ago than `void_for`."""
    newest: dict[VoidKind, Void] = {}
    for void in sorted(voids, key=lambda one: one.on):
        if draw_on - rules.void_for < void.on < draw_on:
            newest[void.kind] = void
    return tuple(newest[kind] for kind in VoidKind if kind in newest)
