"""The report of alerts laid out: how many, how they were answered, red ones against their clock, and what is open."""

from dataclasses import asdict
from typing import Any

from models.open_alerts import RankedAlert
from reports.alerts import AlertReport
from reports.printed import Printed, Table, period_of
from reports.red_in_time import InTime


def printed_alerts(report: AlertReport) -> Printed:
    """Counts by level and kind, how they were answered, load and share acted upon."""
    tables = (
        Table(
            "Alerts",
            ("level", "kind", "alerts", "reports", "acknowledged", "acted", "closed"),
            tuple(
                (row.level, row.kind, row.alerts, row.reports, row.acknowledged, row.acted, row.closed)
                for row in report.counts
            ),
        ),
        Table(
            "Seconds until a human took note",
            (
                "level",
                "alerts",
                "waiting",
                "calls",
                "failed",
                "to phone",
                "acknowledged",
                "p25",
                "median",
                "p75",
                "max",
            ),
            tuple(
                (
                    row.level,
                    row.alerts,
                    row.waiting,
                    row.calls,
                    row.calls_failed,
                    row.to_phone,
                    row.acknowledged.alerts,
                    row.acknowledged.p25_s,
                    row.acknowledged.median_s,
                    row.acknowledged.p75_s,
                    row.acknowledged.max_s,
                )
                for row in report.answers
            ),
        ),
        Table(
            "Load",
            ("participants", "participant weeks", "alerts", "per participant week", "closed", "acted", "share acted"),
            (
                (
                    report.participants,
                    report.participant_weeks,
                    report.about_participants,
                    report.load,
                    report.closed,
                    report.acted,
                    report.acted_share,
                ),
            )
            if report.participants
            else (),
        ),
    )
    data = {
        **period_of(report),
        "alerts": [asdict(row) for row in report.counts],
        "answers": [asdict(row) for row in report.answers],
        "red": {name: _in_time(found) for name, found in _red(report)},
        "open": [_open(one) for one in report.still_open],
        "participants": report.participants,
        "participant_weeks": report.participant_weeks,
        "about_participants": report.about_participants,
        "load_per_participant_week": report.load,
        "closed": report.closed,
        "acted": report.acted,
        "acted_share": report.acted_share,
    }
    return Printed((*tables, _in_time_table(report), _open_table(report)), _flat_alerts(report), data, ())


def _red(report: AlertReport) -> tuple[tuple[str, InTime], ...]:
    return (("within_repeat", report.red.within_repeat), ("before_next", report.red.before_next))


def _in_time(found: InTime) -> dict[str, Any]:
    return {**asdict(found), "share": found.share}


def _in_time_table(report: AlertReport) -> Table:
    rows = tuple((name, found.limit_s, found.judged, found.in_time, found.share) for name, found in _red(report))
    known = report.red.within_repeat.judged
    return Table("Red acknowledged", ("before", "seconds", "alerts", "in time", "share"), rows if known else ())


def _open(one: RankedAlert) -> dict[str, Any]:
    standing = asdict(one.standing)
    return {
        "kind": one.alert.kind,
        "code": one.participant.code if one.participant else None,
        "site": one.alert.site_code,
        **standing,
    }


def _open_table(report: AlertReport) -> Table:
    rows = tuple(
        (
            one.alert.level,
            one.alert.kind,
            one.participant.code if one.participant else None,
            one.standing.possible_sae,
            one.standing.overdue,
            one.alert.opened_at,
        )
        for one in report.still_open
    )
    return Table("Open", ("level", "kind", "code", "possible SAE", "overdue", "opened"), rows)


def _flat_alerts(report: AlertReport) -> Table:
    rows = tuple(
        (row.level, row.kind, row.alerts, row.reports, row.acknowledged, row.acted, row.closed) for row in report.counts
    )
    return Table("", ("level", "kind", "alerts", "reports", "acknowledged", "acted", "closed"), rows)
