"""The story of one day laid out: the doses that were due, then every line in order of time."""

from dataclasses import asdict
from typing import Final

from models.columns import plain
from reports.day_story import DayStory, StoryDose, StoryLine
from reports.printed import Printed, Table
from reports.tables import Cell

DOSES: Final = (
    *("ordinal", "due_at", "dose_mg", "units", "order_version"),
    *("state", "cause", "units_taken", "taken_at", "cancelled"),
)
LINES: Final = ("at", "kind", "what", "ordinal", "by", "reason", "details")


def printed_day(story: DayStory) -> Printed:
    """Moments in UTC, as in every report; the note says which zone the date is of."""
    doses = tuple(_dose(dose) for dose in story.doses)
    lines = tuple(_line(line) for line in story.lines)
    notes = (
        f"The date is of {story.tz}. Enrolled under protocol version {story.protocol_version}.",
        f"In force: {_order(story)}.{' Blood was to be taken before the dose.' if story.draw_planned else ''}",
        "Deliveries and states of doses as they are known now.",
    )
    tables = (Table(f"Doses of {story.on}", DOSES, doses), Table("In order of time", LINES, lines))
    return Printed(tables, Table("", LINES, lines), asdict(story), notes)


def _order(story: DayStory) -> str:
    if story.order_version is None:
        return "no dose order"
    held = f", held by version {story.hold_version}" if story.hold_version is not None else ""
    return f"version {story.order_version} of the dose orders{held}"


def _dose(dose: StoryDose) -> tuple[Cell, ...]:
    return tuple(getattr(dose, name) for name in DOSES)


def _line(line: StoryLine) -> tuple[Cell, ...]:
    values = plain(line.details)
    told = ", ".join(f"{name} {value}" for name, value in values.items() if value not in (None, False, ""))
    return (line.at, line.kind, line.what, line.ordinal, line.by, line.reason, told)
