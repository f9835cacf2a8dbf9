"""The report of visits laid out: the counts by visit, then every visit."""

from dataclasses import asdict
from typing import Any, Final

from reports.freshness import Freshness
from reports.printed import Printed, Table, synced
from reports.visits import VisitCount, VisitReport, VisitRow

STANDS: Final = ("key", "target_on", "from_on", "until_on", "planned_on", "state", "attended_on", "draw", "drawn_at")
DERIVED: Final = ("is_over", "in_window", "days_from_target")
COUNTED: Final = ("key", "expected", "attended", "in_window", "missed", "open", "cancelled", "kept_percent")


def printed_visits(report: VisitReport, fresh: Freshness | None) -> Printed:
    """A count counts people whose time is over."""
    counts = tuple(
        tuple(_count(one)[name] for name in COUNTED) for one in report.counts if one.expected or one.cancelled
    )
    rows = tuple(tuple(_text(value) for value in _row(row).values()) for row in report.rows)
    data = {
        "as_of": report.as_of,
        "site": report.site,
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
        "counts": [_count(one) for one in report.counts],
        "visits": [_row(row) for row in report.rows],
    }
    flat = Table("", ("code", "site", *STANDS, *DERIVED), rows)
    tables = (Table("Kept", COUNTED, counts), Table("Visits", flat.headings, rows))
    return Printed(
        tables, flat, data, ("Expected: the window has passed; cancelled ones are left out.", *synced(fresh))
    )


def _count(one: VisitCount) -> dict[str, Any]:
    return {**asdict(one), "kept_percent": one.kept_percent}


def _row(row: VisitRow) -> dict[str, Any]:
    stands = {name: getattr(row.visit, name) for name in STANDS}
    return {"code": row.code, "site": row.site_code, **stands, **{name: getattr(row, name) for name in DERIVED}}


def _text(value: Any) -> Any:
    return str(value) if hasattr(value, "isoformat") and not hasattr(value, "hour") else value
