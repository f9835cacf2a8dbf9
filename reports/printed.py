"""Reports laid out: tables for people, one flat table for CSV, and data with stable keys for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from protocol.terms import PromptState
from reports.adherence import AdherenceReport, Counted
from reports.delivery import DeliveryReport
from reports.freshness import Freshness
from reports.tables import Cell, csv_text, json_text, text_table
from reports.worklist import Worklist

ALL = "all"  # the row of everybody together
SHOWN = (
    "scheduled",
    "unreported",
    "not_asked",
    "held",
    "response",
    "taking_lower",
    "taking_reported",
    "taking_upper",
    "correct_days_reported",
    "interval_observed",
    "mg_intensity",
    "holidays",
)


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of one table; `title` stands above it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """One report in all its forms. `notes` are lines under the tables, for people alone."""

    tables: tuple[Table, ...]
    flat: Table
    data: dict[str, Any]
    notes: tuple[str, ...]

    def as_text(self) -> str:
        parts = [f"{table.title}\n{text_table(table.headings, table.rows)}" for table in self.tables if table.rows]
        parts = parts or ["Nothing to report.\n"]
        return "\n".join([*parts, *(["\n".join(self.notes) + "\n"] if self.notes else [])])

    def as_csv(self) -> str:
        return csv_text(self.flat.headings, self.flat.rows)

    def as_json(self) -> str:
        return json_text(self.data)

    def text(self, form: str) -> str:
        """`form` is table, csv or json."""
        return {"table": self.as_text, "csv": self.as_csv, "json": self.as_json}[form]()


def printed_adherence(report: AdherenceReport, fresh: Freshness | None) -> Printed:
    """A row per participant, and one of all together."""
    timing = [key for key in report.definitions if key.startswith("timing_") and not key.endswith("_unknown")]
    people = [(row.code, row.site_code, row.counted) for row in report.rows]
    everybody = [*people, (ALL, report.site or "", report.pooled)] if report.pooled and len(people) > 1 else people
    data = {
        **period_of(report),
        "synced_to": fresh.synced_to if fresh else report.synced_to,
        "waiting": fresh.waiting if fresh else None,
        "participants": [{"code": code, "site": site, **_counted(found)} for code, site, found in people],
        "pooled": _counted(report.pooled) if report.pooled else None,
        "definitions": {
            key: {"definition": one.definition, "unit": one.unit} for key, one in report.definitions.items()
        },
    }
    return Printed(
        (_figures("Adherence", everybody, (*SHOWN, *timing)),),
        _figures("", everybody, tuple(report.definitions)),
        data,
        ("Percentages may exceed 100. `--format json` has every figure with its definition.", *synced(fresh)),
    )


def printed_delivery(report: DeliveryReport) -> Printed:
    """Counts by kind and state, reasons, lateness, blocked chats and gaps."""
    late = report.lateness
    tables = (
        Table(
            "Messages",
            ("kind", "state", "messages"),
            tuple((row.kind, row.state, row.messages) for row in report.kinds),
        ),
        Table(
            "Why not",
            ("state", "reason", "messages"),
            tuple((row.state, row.reason, row.messages) for row in report.reasons),
        ),
        Table(
            "Seconds from due to sent",
            ("messages", "median", "p95", "max"),
            ((late.messages, late.median_s, late.p95_s, late.max_s),) if late.messages else (),
        ),
        Table("Chats that refuse our messages", ("code",), tuple((code,) for code in report.blocked)),
        Table("Not listening", ("from", "until"), tuple((gap.from_at, gap.until_at) for gap in report.gaps)),
    )
    data = {
        **period_of(report),
        "messages": [asdict(row) for row in report.kinds],
        "reasons": [asdict(row) for row in report.reasons],
        "delivered": report.messages(PromptState.DELIVERED),
        "unknown": report.messages(PromptState.UNKNOWN),
        "expired": report.messages(PromptState.EXPIRED),
        "lateness": asdict(late),
        "blocked": list(report.blocked),
        "gaps": [asdict(gap) for gap in report.gaps],
    }
    return Printed(tables, _flat_delivery(report), data, ())


def printed_worklist(report: Worklist) -> Printed:
    """What waits for a human, the worst first."""
    rows = tuple(
        (
            row.section,
            row.level,
            row.kind or row.why,
            row.code,
            row.site_code,
            str(row.due_on) if row.due_on else None,
            row.since,
        )
        for row in report.rows
    )
    table = Table("Waiting for a human", ("section", "level", "what", "code", "site", "due_on", "since"), rows)
    data = {
        "as_of": report.as_of,
        "site": report.site,
        "counts": asdict(report.counts),
        "rows": [asdict(row) for row in report.rows],
    }
    counts = ", ".join(f"{name} {number}" for name, number in asdict(report.counts).items())
    return Printed((table,), table, data, (counts,))


def period_of(report: Any) -> dict[str, Any]:
    """What was asked for, as every report of a period says it."""
    return {"as_of": report.as_of, "from": report.from_on, "to": report.to_on, "site": report.site}


def _counted(found: Counted) -> dict[str, Any]:
    return {
        "figures": dict(found.figures),
        "shares": {key: asdict(share) for key, share in found.shares.items()},
        "not_asked": dict(found.not_asked),
    }


def _figures(title: str, people: Sequence[tuple[str, str, Counted]], keys: tuple[str, ...]) -> Table:
    rows = tuple((code, site, *(found.figures.get(key) for key in keys)) for code, site, found in people)
    return Table(title, ("code", "site", *keys), rows)


def _flat_delivery(report: DeliveryReport) -> Table:
    counts = [("message", row.kind, row.state, "", row.messages) for row in report.kinds]
    reasons = [("reason", "", row.state, row.reason, row.messages) for row in report.reasons]
    return Table("", ("row", "kind", "state", "reason", "messages"), (*counts, *reasons))


def synced(fresh: Freshness | None) -> tuple[str, ...]:
    """The line that says how far the study database has come."""
    if fresh is None:
        return ()
    return (f"Synced to {fresh.synced_to:%Y-%m-%d %H:%M}Z, {fresh.waiting} waiting.",)
