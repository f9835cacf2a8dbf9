"""The report of symptoms laid out: a line per question and per check, a row per check for scripts."""

from dataclasses import asdict
from typing import Any, Final

from reports.freshness import Freshness
from reports.printed import Printed, Table, period_of, synced
from reports.symptoms import CheckRow, ItemCount, SymptomReport

COUNTED: Final = ("item", "option", "answered", "skipped", "told", "told_percent", "people", "worst")
COLUMNS: Final = (
    "code",
    "site",
    "on",
    "offered_at",
    "begun_at",
    "end",
    "occasion",
    "source",
    "tier",
    "told",
    "skipped",
    "own_words",
)
MEANS: Final = (
    "What participants told, unassessed: no severity is a CTCAE grade, and no check is no proof of no symptom."
)


def printed_symptoms(report: SymptomReport, fresh: Freshness | None) -> Printed:
    """The questions in the order of the protocol file, then the checks."""
    rows = tuple(tuple(_row(one)[name] for name in COLUMNS) for one in report.checks)
    data = {
        **period_of(report),
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
        "means": MEANS,
        "ends": dict(report.ends),
        "tiers": dict(report.tiers),
        "items": [_count(one) for one in report.items],
        "checks": [{**_row(one), "told": [asdict(each) for each in one.told]} for one in report.checks],
    }
    counts = tuple(tuple(_count(one)[name] for name in COUNTED) for one in report.items)
    tables = (
        Table("Questions", COUNTED, counts),
        Table("Ends", ("checks", *report.ends), (("", *report.ends.values()),) if report.checks else ()),
        Table("Checks", COLUMNS, rows),
    )
    return Printed(tables, Table("", COLUMNS, rows), data, (MEANS, *synced(fresh)))


def _count(one: ItemCount) -> dict[str, Any]:
    return {**asdict(one), "told_percent": one.told_percent}


def _row(one: CheckRow) -> dict[str, Any]:
    found = asdict(one)
    told = "; ".join(f"{each.item}={each.value}" for each in one.told)
    return {**found, "site": one.site_code, "on": str(one.on), "told": told}
