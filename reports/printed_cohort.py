"""The report of the cohort laid out: the flow, and a row for each participant and week."""

from dataclasses import asdict

from reports.cohort import CohortReport
from reports.freshness import Freshness
from reports.printed import Printed, Table, synced

COUNTED = ("taken", "taken_partly", "not_taken", "unreported", "not_asked", "held")


def printed_cohort(report: CohortReport, fresh: Freshness | None) -> Printed:
    """For people the flow alone; the weeks stand in CSV and JSON."""
    flow = report.flow
    came: tuple[tuple[str, int], ...] = (("enrolled", flow.enrolled), ("first dose known", flow.first_dose))
    came += tuple((f"now {state}", people) for state, people in flow.states.items())
    points = tuple((one.months, one.reached, one.on_drug, one.haemoglobin) for one in flow.points)
    weeks = tuple(
        (code, week.number, week.scheduled, *(getattr(week, name) for name in COUNTED), week.taken_percent)
        for code, found in report.weeks.items()
        for week in found
    )
    data = {
        "as_of": report.as_of,
        "site": report.site,
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
        "flow": {
            "enrolled": flow.enrolled,
            "first_dose": flow.first_dose,
            "states": {state.value: people for state, people in flow.states.items()},
            "points": [asdict(one) for one in flow.points],
        },
        "weeks": [
            {"code": code, **asdict(week), "scheduled": week.scheduled, "taken_percent": week.taken_percent}
            for code, found in report.weeks.items()
            for week in found
        ],
    }
    tables = (
        Table("People", ("what", "people"), came if flow.enrolled else ()),
        Table("Time points", ("months", "reached", "on_drug", "haemoglobin"), points if flow.enrolled else ()),
    )
    flat = Table("", ("code", "week", "scheduled", *COUNTED, "taken_percent"), weeks)
    return Printed(tables, flat, data, ("The weeks stand in `--format csv` and `json`.", *synced(fresh)))
