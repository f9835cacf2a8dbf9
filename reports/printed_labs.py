"""The reports of levels and of outcomes laid out; each says by which rule it speaks, and what is an estimate."""

from typing import Any, Final

from protocol.month_six import RULE_TEXTS
from protocol.response import CohortResponse
from protocol.trial import Trial
from reports.freshness import Freshness
from reports.levels import LevelReport, LevelRow
from reports.outcomes import OutcomeReport, OutcomeRow, TimePointRow
from reports.printed import Printed, Table, synced
from reports.tables import Cell

OF_LEVEL: Final = (
    *("drawn_at", "value", "unit", "bound", "hours_since_dose", "dosed_before_draw", "valid_trough"),
    *("days_since_change", "steadiness", "voids", "doses_taken", "doses_silent", "doses_due"),
    *("expected_low", "expected_high", "dose_held", "draw_number", "assay", "laboratory", "source"),
)
LEVELS: Final = ("code", "site", *OF_LEVEL)
LEVELS_LEFT_OUT: Final = ("site", "dose_held", "draw_number", "laboratory", "source", "bound", "unit")
OF_POINT: Final = (
    *("months", "target_on", "over", "haemoglobin_g_l", "drawn_on", "in_window", "unverified"),
    *("days_since_transfusion", "response", "transfusion_free_days"),
)
OUTCOMES: Final = ("code", "site", "first_taken_on", "on_drug", "baseline_g_l", *OF_POINT)
OUTCOMES_LEFT_OUT: Final = ("site", "transfusion_free_days")
ESTIMATED: Final = "estimated from the recorded doses, beside a level and never instead of it"


def printed_levels(report: LevelReport, trial: Trial, fresh: Freshness | None) -> Printed:
    """Every level with its flags; an empty flag is one that nobody knows."""
    told = [(row, {"code": row.code, "site": row.site_code, **_level(row)}) for row in report.rows]
    shown = tuple(name for name in LEVELS if name not in LEVELS_LEFT_OUT)
    data = {
        **_head(report, fresh),
        "expected": ESTIMATED,
        "levels": [{**values, "voids": _voids(row)} for row, values in told],
    }
    rules = trial.trough
    hours = tuple(f"{length.total_seconds() / 3600:g}" for length in (rules.valid_from, rules.valid_until))
    notes = (
        f"Valid trough: {hours[0]} to {hours[1]} h after a dose and no dose before the draw that day. Empty: unknown.",
        f"Voids count for {rules.void_for.days} days. The expected level is {ESTIMATED}.",
        *synced(fresh),
    )
    return Printed((_table("Levels", shown, told),), _table("", LEVELS, told), data, notes)


def printed_outcomes(report: OutcomeReport, trial: Trial, fresh: Freshness | None) -> Printed:
    """Each participant at each time point, then the counts of everybody whose window has passed."""
    told = [(row, {**_person(row), **_point(point)}) for row in report.rows for point in row.points]
    shown = tuple(name for name in OUTCOMES if name not in OUTCOMES_LEFT_OUT)
    cohort = [(None, {"months": months, **_cohort(counts)}) for months, counts in report.cohort.items()]
    rule = RULE_TEXTS[trial.outcomes.haemoglobin_rule]
    data = {
        **_head(report, fresh),
        "haemoglobin_rule": rule,
        "response_rule": trial.response.told,
        "without_first_dose": report.without_first_dose,
        "cohort": [values for _, values in cohort],
        "participants": [
            {**_person(row), "decision": _decision(row), "points": [_point(point) for point in row.points]}
            for row in report.rows
        ],
    }
    notes = (
        f"Haemoglobin: {rule}; people off the drug are included.",
        f"Response, {trial.response.told}.",
        f"No known transfusion is no proof of none. Without a first dose, and left out: {report.without_first_dose}.",
        *synced(fresh),
    )
    names = tuple(cohort[0][1]) if cohort else ("months",)
    tables = (_table("Outcomes", shown, told), _table("Response", names, cohort))
    return Printed(tables, _table("", OUTCOMES, told), data, notes)


def _table(title: str, names: tuple[str, ...], told: list[Any]) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(tuple(_cell(values[name]) for name in names) for _, values in told)
    return Table(title, names, rows)


def _cell(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _head(report: LevelReport | OutcomeReport, fresh: Freshness | None) -> dict[str, Any]:
    return {
        "as_of": report.as_of,
        "site": report.site,
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
    }


def _level(row: LevelRow) -> dict[str, Any]:
    flags, result = row.flags, row.result
    values = {name: getattr(flags, name) for name in OF_LEVEL if name != "voids" and hasattr(flags, name)}
    values |= {name: getattr(result, name) for name in OF_LEVEL if hasattr(result, name)}
    return values | {
        "voids": ", ".join(f"{one['kind']} {one['on']}" for one in _voids(row)) or None,
        "expected_low": row.expected.low,
        "expected_high": row.expected.high,
        "dose_held": row.draw.dose_held if row.draw else None,
    }


def _voids(row: LevelRow) -> list[dict[str, Any]]:
    return [{"kind": void.kind, "on": void.on} for void in row.flags.voids]


def _person(row: OutcomeRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site_code,
        "first_taken_on": row.first_taken_on,
        "on_drug": row.on_drug,
        "baseline_g_l": row.baseline.g_l if row.baseline else None,
    }


def _point(point: TimePointRow) -> dict[str, Any]:
    found, value = point.registered, point.registered.haemoglobin
    return {
        "months": point.months,
        "target_on": found.target_on,
        "over": point.over,
        "haemoglobin_g_l": value.g_l if value else None,
        "drawn_on": value.drawn_on if value else None,
        "in_window": found.in_window,
        "unverified": found.unverified,
        "days_since_transfusion": found.days_since_transfusion,
        "response": point.response.kind,
        "transfusion_free_days": point.response.transfusion_free_days,
    }


def _decision(row: OutcomeRow) -> dict[str, Any] | None:
    names = ("choice", "decided_on", "months_on_drug")
    return None if row.decision is None else {name: getattr(row.decision, name) for name in names}


def _cohort(counts: CohortResponse) -> dict[str, Any]:
    return {
        "people": counts.people,
        "overall": counts.overall,
        "overall_percent": counts.percent(counts.overall),
        "complete": counts.complete,
        "complete_percent": counts.percent(counts.complete),
        "partial": counts.partial,
        "unknown": counts.unknown,
    }
