"""What each adherence figure means: names, definitions and units, and the figures themselves by name."""

from dataclasses import dataclass
from datetime import timedelta

from protocol.adherence import Adherence, Bounds, Share


@dataclass(frozen=True, slots=True)
class Field:
    """One figure: a stable key, its definition in one sentence, and its unit."""

    key: str
    definition: str
    unit: str


FIELDS = (
    Field("scheduled", "Doses that were due, without held and open ones.", "doses"),
    Field("taken", "Scheduled doses reported taken in full.", "doses"),
    Field("taken_partly", "Scheduled doses of which only a part was reported taken.", "doses"),
    Field("not_taken", "Scheduled doses reported not taken.", "doses"),
    Field("unreported", "Scheduled doses that were asked about and never answered.", "doses"),
    Field("not_asked", "Scheduled doses the system did not ask about; not the participant's gap.", "doses"),
    Field("held", "Doses held by an order; in no denominator.", "doses"),
    Field("open", "Doses still open; in no denominator.", "doses"),
    Field("response", "Reported doses of the scheduled ones that were asked about.", "%"),
    Field("taking_lower", "Doses taken of the scheduled ones, silence counted as not taken; may exceed 100.", "%"),
    Field("taking_reported", "Doses taken of the reported ones; may exceed 100.", "%"),
    Field("taking_upper", "Doses taken of the scheduled ones, silence counted as taken; may exceed 100.", "%"),
    Field("correct_days_lower", "Days with exactly the ordered dose and amount, silence counted as not correct.", "%"),
    Field("correct_days_reported", "Days with exactly the ordered dose and amount, of the reported ones.", "%"),
    Field("correct_days_upper", "Days with exactly the ordered dose and amount, silence counted as correct.", "%"),
    Field(
        "interval_observed", "Gaps between doses within the tolerance of the ordered spacing, of the gaps seen.", "%"
    ),
    Field("interval_expected", "The same gaps, of one less than the scheduled doses.", "%"),
    Field("intervals_left_out", "Gaps that span a hold or a dose of unknown time.", "gaps"),
    Field("mg_intensity", "Amount reported taken of the amount ordered, in mg.", "%"),
    Field("holidays", "Runs of scheduled doses all reported not taken, of the configured length or more.", "runs"),
    Field("longest_holiday", "The longest of these runs.", "doses"),
    Field("holidays_sensitivity", "The same, with silence counted as not taken.", "runs"),
    Field("longest_holiday_sensitivity", "The longest of these runs.", "doses"),
    Field("initiation_days", "From the first dose due to the first one taken; one person only.", "days"),
    Field("persistence_days", "From the first dose to the last one before the end, plus 1; one person only.", "days"),
    Field("persistence_ended", "Whether persistence ended; otherwise it is censored at the data cut.", "yes or no"),
)


def adherence_fields(timing: tuple[timedelta, ...] = (timedelta(hours=2), timedelta(hours=4))) -> dict[str, Field]:
    """Every figure's definition by its key, for pages and exports; `timing` as the protocol sets it."""
    timed = [one for within in timing for one in _timing_fields(within)]
    return {one.key: one for one in (*FIELDS, *timed)}


def adherence_figures(found: Adherence) -> dict[str, float | int | bool | None]:
    """The figures under the same keys; None where there is nothing to divide by."""
    one_person = len(found.initiation) == 1
    duration = found.persistence[0] if one_person and found.persistence else None
    return {
        "scheduled": found.scheduled,
        "taken": found.taken,
        "taken_partly": found.taken_partly,
        "not_taken": found.not_taken,
        "unreported": found.unreported,
        "not_asked": sum(found.not_asked.values()),
        "held": found.held,
        "open": found.open,
        **{key: share.percent for key, share in adherence_shares(found).items()},
        "intervals_left_out": found.intervals_left_out,
        "holidays": len(found.holidays),
        "longest_holiday": max((one.doses for one in found.holidays), default=None),
        "holidays_sensitivity": len(found.holidays_sensitivity),
        "longest_holiday_sensitivity": max((one.doses for one in found.holidays_sensitivity), default=None),
        "initiation_days": found.initiation[0] if one_person else None,
        "persistence_days": duration.days if duration else None,
        "persistence_ended": duration.event if duration else None,
        **{f"{timing_key(one.within)}_unknown": one.unknown for one in found.timing},
    }


def adherence_shares(found: Adherence) -> dict[str, Share]:
    """The percentages' numerators and denominators, for whoever recomputes them."""
    return {
        "response": found.response,
        **_bounds("taking", found.taking),
        **_bounds("correct_days", found.correct_days),
        "interval_observed": found.interval_observed,
        "interval_expected": found.interval_expected,
        "mg_intensity": found.mg_intensity,
        **{timing_key(one.within): one.share for one in found.timing},
    }


def timing_key(within: timedelta) -> str:
    """timing_2h, timing_90min."""
    minutes = round(within / timedelta(minutes=1))
    return f"timing_{minutes // 60}h" if minutes % 60 == 0 else f"timing_{minutes}min"


def _bounds(name: str, bounds: Bounds) -> dict[str, Share]:
    return {f"{name}_lower": bounds.lower, f"{name}_reported": bounds.reported, f"{name}_upper": bounds.upper}


def _timing_fields(within: timedelta) -> tuple[Field, Field]:
    key = timing_key(within)
    width = key.removeprefix("timing_")
    return (
        Field(key, f"Doses claimed within {width} of their due moment, of the scheduled ones.", "%"),
        Field(f"{key}_unknown", "Doses taken at an unknown time, not counted as on time.", "doses"),
    )
