"""The rules between the values of a protocol file: what each value alone cannot show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from models.protocol_lab_sections import OutcomesTable
from models.protocol_problems import Problem
from models.protocol_sections import (
    ApprovalTable,
    CriterionTable,
    DoseOrdersTable,
    DrawDayTable,
    LadderTable,
    MarksTable,
    MetricsTable,
    ProductTable,
    RegimenTable,
    RunsTable,
    WindowsTable,
)
from models.protocol_visit_sections import ProcedureTable, VisitPromptsTable, VisitTable
from protocol.orders import NotComposableError, units_of
from protocol.paths import KEYED, value_paths
from protocol.trial import Product
from protocol.visits import VisitAnchor

DAY = timedelta(days=1)

Rule: TypeAlias = Callable[..., Iterator[Problem]]


def broken_rules(parts: Mapping[str, Any]) -> list[Problem]:
    """Every rule whose tables could be read is asked; `parts` are the readable tables by name."""
    asked = [(rule, names) for names, rule in RULES if all(name in parts for name in names)]
    return [problem for rule, names in asked for problem in rule(*(parts[name] for name in names))]


def _late_doses(windows: WindowsTable) -> Iterator[Problem]:
    if windows.late_cutoff + windows.minimum_gap > DAY:
        yield Problem(
            "windows.minimum_gap",
            f"A dose taken at the cut-off ({hours(windows.late_cutoff)}) would trip the guard next morning.",
            f"Set it to {hours(max(DAY - windows.late_cutoff, timedelta()))} or less, or shorten late_cutoff:"
            " together they may be 24 h at most.",
        )
    if windows.minimum_gap > windows.late_cutoff:
        yield Problem(
            "windows.minimum_gap",
            "A second dose that waits for the gap after a late first dose would fall outside its own cut-off.",
            f"Set it to late_cutoff ({hours(windows.late_cutoff)}) or less.",
        )
    if windows.opens_before > DAY - windows.late_cutoff:
        yield Problem(
            "windows.opens_before",
            "The next dose would open while this one may still be taken.",
            f"Set it to {hours(max(DAY - windows.late_cutoff, timedelta()))} or less.",
        )


def _reports(windows: WindowsTable) -> Iterator[Problem]:
    if windows.unreported_after <= DAY:
        yield Problem(
            "windows.unreported_after",
            "An open dose would be given up before the next morning asks about it.",
            "Set it to more than 24 h.",
        )
    for name, value in (
        ("unreported_after", windows.unreported_after),
        ("late_report_after", windows.late_report_after),
    ):
        if value > windows.report_closes_after:
            yield Problem(
                f"windows.{name}",
                f"It lies after reports close ({hours(windows.report_closes_after)}).",
                "Shorten it, or lengthen report_closes_after.",
            )
    if windows.listening > windows.unreported_after:
        yield Problem(
            "windows.listening",
            f"So long a time does not fit before a dose is given up ({hours(windows.unreported_after)}).",
            "Set it to unreported_after or less.",
        )


def _steps(windows: WindowsTable, ladder: LadderTable) -> Iterator[Problem]:
    for name, steps in (("repeats", ladder.repeats), ("snoozes", ladder.snoozes)):
        yield from _ascending(f"ladder.{name}", steps)
        if any(step >= windows.late_cutoff for step in steps):
            yield Problem(
                f"ladder.{name}",
                f"A step lies at or after the late-dose cut-off ({hours(windows.late_cutoff)}).",
                "Leave it out, or make it shorter.",
            )
    if ladder.record_lead >= windows.opens_before:
        yield Problem(
            "ladder.record_lead",
            "Yesterday's dose would be asked about before today's dose has opened.",
            f"Set it to less than opens_before ({hours(windows.opens_before)}).",
        )


def _quiet_hours(ladder: LadderTable) -> Iterator[Problem]:
    start, end, evening = ladder.quiet_from, ladder.quiet_until, ladder.evening_time
    if start == end:
        yield Problem("ladder.quiet_until", "Quiet hours begin and end at the same time.", "Give them a length.")
    if (start <= evening < end) if start <= end else (evening >= start or evening < end):
        yield Problem(
            "ladder.evening_time",
            f"The end-of-day question falls into quiet hours ({start:%H:%M} to {end:%H:%M}).",
            f"Set it to before {start:%H:%M}.",
        )
    if ladder.snoozes_max and not ladder.snoozes:
        yield Problem("ladder.snoozes", "There is nothing to choose from.", "Give a length, or set snoozes_max to 0.")


def _draw_day(draw_day: DrawDayTable, windows: WindowsTable, ladder: LadderTable) -> Iterator[Problem]:
    morning = _since_midnight(draw_day.release_time) - _since_midnight(draw_day.morning_from)
    if not timedelta() < morning < windows.late_cutoff:
        yield Problem(
            "draw_day.release_time",
            "A dose that waits for a forgotten draw would be released after its own cut-off, or never wait.",
            f"Set it later than morning_from, by less than late_cutoff ({hours(windows.late_cutoff)}).",
        )
    start, end, notice = ladder.quiet_from, ladder.quiet_until, draw_day.notice_time
    if notice < time(12) or (start > end and notice >= start):
        yield Problem(
            "draw_day.notice_time",
            "The notice would not come in the evening before the draw.",
            f"Set it to an afternoon or evening before {start:%H:%M}.",
        )


def _dose_orders(dose_orders: DoseOrdersTable) -> Iterator[Problem]:
    if dose_orders.trough_from % DAY or dose_orders.trough_until % DAY:
        yield Problem("dose_orders", "A level is proposed for a day.", "Give whole days.")
    if dose_orders.trough_until < dose_orders.trough_from:
        yield Problem("dose_orders.trough_until", "It ends before it begins.", "Set it to trough_from or more.")


def _procedures(visits: Mapping[str, VisitTable], procedures: Mapping[str, ProcedureTable]) -> Iterator[Problem]:
    for key, one in visits.items():
        for name in one.procedures:
            if name not in procedures:
                known = ", ".join(procedures)
                yield Problem(f"visits.{key}.procedures", f'There is no procedure "{name}".', f"Known here: {known}.")


def _outcomes(visits: Mapping[str, VisitTable], outcomes: OutcomesTable) -> Iterator[Problem]:
    """A visit that carries a registered outcome and the window in which its value counts say one thing."""
    windows = dict(zip(outcomes.months, zip(outcomes.before, outcomes.after, strict=True), strict=True))
    carried = set()
    if len(windows) < len(outcomes.months):
        yield Problem("outcomes.months", "A month stands there twice.", "Leave it once, with one window.")
    for key, one in visits.items():
        if not one.outcome:
            continue
        if one.months is None or one.anchor is not VisitAnchor.FIRST_DOSE:
            yield Problem(
                f"visits.{key}.outcome",
                "A registered outcome is counted in months from the first dose, and this visit is not.",
                "Give it months and the anchor first_dose, or take outcome out.",
            )
        elif one.months not in windows:
            yield Problem(
                f"visits.{key}.outcome",
                f"It carries an outcome of month {one.months}, which [outcomes] does not name.",
                "Add the month to outcomes.months with its window, or take outcome out.",
            )
        else:
            carried.add(one.months)
            yield from _same_window(key, one, *windows[one.months])
    for month in sorted(windows.keys() - carried):
        yield Problem(
            "outcomes.months",
            f"No visit carries the outcome of month {month}.",
            "Set outcome = true at the visit of that month, or take the month out.",
        )


def _same_window(key: str, one: VisitTable, before: timedelta, after: timedelta) -> Iterator[Problem]:
    for side, counts, comes in zip(("before", "after"), (before, after), one.sides(), strict=True):
        if counts != comes:
            yield Problem(
                f"outcomes.{side}",
                f"Month {one.months}: a value counts {counts / DAY:g} days {side} its day, "
                f"and the visit {key} may be {comes / DAY:g} days {side} it.",
                f"Give outcomes.{side} and visits.{key} the same window.",
            )


def _visit_prompts(prompts: VisitPromptsTable, ladder: LadderTable) -> Iterator[Problem]:
    for name in ("week_time", "eve_time", "day_time", "asked_time"):
        wall, start, end = getattr(prompts, name), ladder.quiet_from, ladder.quiet_until
        if (start <= wall < end) if start <= end else (wall >= start or wall < end):
            yield Problem(
                f"visit_prompts.{name}",
                f"The message would fall into quiet hours ({start:%H:%M} to {end:%H:%M}).",
                f"Set it from {end:%H:%M} on, and before {start:%H:%M}.",
            )
    if prompts.week_before <= DAY or prompts.week_before % DAY:
        yield Problem(
            "visit_prompts.week_before",
            "The first message would not come days before the visit.",
            "Give whole days, two or more.",
        )


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute)


def _ascending(place: str, steps: Sequence[timedelta]) -> Iterator[Problem]:
    if any(later <= earlier for earlier, later in pairwise(steps)):
        yield Problem(place, "The steps do not rise.", "Order them from the shortest to the longest, each once.")


def _runs(runs: RunsTable) -> Iterator[Problem]:
    for first, then in (("not_taken_alert", "not_taken_block"), ("unreported_alert", "unreported_call")):
        if getattr(runs, then) < getattr(runs, first):
            yield Problem(
                f"runs.{then}", f"It would come before {first}.", f"Set it to {getattr(runs, first)} or more."
            )


def _metrics(metrics: MetricsTable) -> Iterator[Problem]:
    yield from _ascending("metrics.timing", metrics.timing)
    if metrics.persistence_gap_days <= metrics.holiday_days:
        yield Problem(
            "metrics.persistence_gap_days",
            "A drug holiday would already end persistence.",
            f"Set it to more than holiday_days ({metrics.holiday_days}).",
        )


def _composable(product: ProductTable, regimen: RegimenTable) -> Iterator[Problem]:
    whole = Product(product.name.texts(), product.unit_name.texts(), product.strength_mg)
    for name in ("first_dose_mg", "daily_dose_mg"):
        try:
            units_of(getattr(regimen, name), whole)
        except NotComposableError as error:
            yield Problem(
                f"regimen.{name}", f"{error}.", "Change the dose or product.strength_mg; units are never split."
            )


def _ages(age_min: int, age_max: int) -> Iterator[Problem]:
    if age_min > age_max:
        yield Problem("age_max", f"It is below age_min ({age_min}).", "Swap the two.")


def _approval(version: str, approval: ApprovalTable) -> Iterator[Problem]:
    if approval.version != version:
        yield Problem(
            "approval.version",
            f'The approval names version "{approval.version}", and this file is version "{version}".',
            "Have this version approved, or take the [approval] table out until it is.",
        )


def _marks(marks: MarksTable, criteria: Mapping[str, CriterionTable], *keyed: Mapping[str, Any]) -> Iterator[Problem]:
    paths = value_paths(criteria, dict(zip(KEYED, keyed, strict=True)))
    listed = marks.by_path()
    for path, mark in listed:
        if not any(covers(path, value) for value in paths):
            yield Problem(f"marks.{mark}", f'There is no value at "{path}".', "Correct the path, or take it out.")
    for path in sorted({path for path, _ in listed if [one for one, _ in listed].count(path) > 1}):
        yield Problem("marks", f'"{path}" is marked more than once.', "Leave it in one list.")
    for value in paths:
        if not any(covers(path, value) for path, _ in listed):
            yield Problem(
                "marks", f'"{value}" has no mark.', "Add it, or the table above it, to registered or proposed."
            )


def covers(path: str, value: str) -> bool:
    """True when a marked path is the value's own or stands above it."""
    return value == path or value.startswith(f"{path}.")


def hours(length: timedelta) -> str:
    """A length as a protocol file writes it."""
    minutes = round(length / timedelta(minutes=1))
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


RULES: tuple[tuple[tuple[str, ...], Rule], ...] = (
    (("windows",), _late_doses),
    (("windows",), _reports),
    (("windows", "ladder"), _steps),
    (("ladder",), _quiet_hours),
    (("draw_day", "windows", "ladder"), _draw_day),
    (("dose_orders",), _dose_orders),
    (("visits", "procedures"), _procedures),
    (("visits", "outcomes"), _outcomes),
    (("visit_prompts", "ladder"), _visit_prompts),
    (("runs",), _runs),
    (("metrics",), _metrics),
    (("product", "regimen"), _composable),
    (("age_min", "age_max"), _ages),
    (("version", "approval"), _approval),
    (("marks", "criteria", *KEYED), _marks),
)
