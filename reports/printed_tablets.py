"""The report of the tablets laid out: who holds what, and each count beside the reports with its numbers."""

from typing import Any, Final

from protocol.tablet_count import CountDiscrepancy
from reports.freshness import Freshness
from reports.printed import Printed, Table, synced
from reports.tablets import TabletReport, TabletRow

HELD: Final = (
    *("code", "site", "product", "strength_mg"),
    *("dispensed", "returned", "lost", "expected_low", "expected_high"),
)
OF_COUNT: Final = (
    *("since_at", "counted_at", "verified"),
    *("opening", "dispensed", "returned", "lost", "counted"),
    *("used_units", "expected_units", "reported_low", "reported_high"),
    *("pill_count", "self_report_low", "self_report_high", "points_low", "points_high", "beyond"),
)
COUNTS: Final = ("code", "site", *OF_COUNT)
LEFT_OUT: Final = ("site", "since_at", "opening", "dispensed", "returned", "lost", "expected_units")
SHOWN: Final = tuple(name for name in COUNTS if name not in LEFT_OUT)
"""What people read; the rest is in CSV and JSON."""


def printed_tablets(report: TabletReport, fresh: Freshness | None) -> Printed:
    """Boxes and counts; a count that no reading of the silent days explains says so in `beyond`."""
    counts = [(row, count, _count(report, count)) for row in report.rows for count in row.counts]
    lines = tuple(tuple(_named(row, told)[name] for name in SHOWN) for row, _, told in counts)
    flat = Table("", COUNTS, tuple(tuple(_named(row, told)[name] for name in COUNTS) for row, _, told in counts))
    data = {
        "as_of": report.as_of,
        "site": report.site,
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
        "discrepancy_points": report.points,
        "boxes": [{**_held(row), "counts": [_count(report, count) for count in row.counts]} for row in report.rows],
        "disagreements": [
            {"code": row.code, "site": row.site_code, **told} for row, _, told in counts if told["beyond"]
        ],
    }
    held = Table("Tablets", HELD, tuple(tuple(_held(row)[name] for name in HELD) for row in report.rows))
    notes = (
        f"Points are self-report less pill count; beyond: more than {report.points:g} apart, however silence is read.",
        "A count that is not verified was told by the participant. No source is right alone.",
        *synced(fresh),
    )
    return Printed((held, Table("Counts", SHOWN, lines)), flat, data, notes)


def _held(row: TabletRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site_code,
        "product": row.of.product,
        "strength_mg": row.of.strength_mg,
        "dispensed": row.dispensed,
        "returned": row.returned,
        "lost": row.lost,
        "expected_low": row.expected.low,
        "expected_high": row.expected.high,
    }


def _named(row: TabletRow, told: dict[str, Any]) -> dict[str, Any]:
    return {"code": row.code, "site": row.site_code, **told}


def _count(report: TabletReport, count: CountDiscrepancy) -> dict[str, Any]:
    low, high = count.self_report
    points = count.points or (None, None)
    return {
        "since_at": count.since_at,
        "counted_at": count.counted_at,
        "verified": count.is_verified,
        "opening": count.opening,
        "dispensed": count.dispensed,
        "returned": count.returned,
        "lost": count.lost,
        "counted": count.counted,
        "used_units": count.used_units,
        "expected_units": count.expected_units,
        "reported_low": count.reported_units.low,
        "reported_high": count.reported_units.high,
        "pill_count": count.pill_count.percent,
        "self_report_low": low.percent,
        "self_report_high": high.percent,
        "points_low": points[0],
        "points_high": points[1],
        "beyond": report.lies_beyond(count),
    }
