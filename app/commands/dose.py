"""`anshi dose`: what staff heard on the phone about several days, and what stands for each dose."""

import re
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlmodel import col, select

from actions.call_tasks import record_called
from actions.calls import CallError, DayEntry, DayRecorded, record_call
from app.acting import FOLLOWS_UP, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, show
from app.office import Office, fail, run
from models.access import access_participant
from models.dose import DoseEvent, ScheduledDose
from models.participant import Participant
from protocol.moments import local_date
from protocol.terms import DoseAnswer, NotTakenReason

AHEAD = timedelta(days=1)
ANSWERS = {
    "taken": DoseAnswer.TAKEN,
    "not-taken": DoseAnswer.NOT_TAKEN,
    "extra": DoseAnswer.EXTRA,
    "undone": DoseAnswer.UNDONE,
}
ENTRY = re.compile(
    r"(?P<on>\d{4}-\d\d-\d\d)(?:=(?P<answer>taken|not-taken|extra|undone)(?::(?P<detail>[a-z0-9_-]+))?"
    r"(?:@(?:(?P<day>\d{4}-\d\d-\d\d)T)?(?P<time>\d\d:\d\d))?)?"
)
RECORDED = {"on": "day", "state": "state", "units_taken": "taken", "units": "due", "taken_at_local": "at", "new": "new"}
LISTED = {"on": "day", "state": "state", "cause": "cause", "units_taken": "taken", "units": "due"} | {
    "taken_at_local": "at",
    "source": "source",
    "reported_by": "by",
}
FOR_PEOPLE = """\b
DAY is YYYY-MM-DD, with what was said after an equals sign:
  2026-11-20                    taken, all tablets that were due, time not known
  2026-11-20=taken@08:10        the same, at 08:10 on the participant's wall
  2026-11-20=taken:1            one tablet
  2026-11-20=taken:2@2026-11-21T00:30   two tablets, after midnight
  2026-11-20=not-taken          not taken
  2026-11-20=not-taken:forgot   and why: forgot, unwell, ran-out, doctors-advice, chose-not-to, other
  2026-11-20=extra:1@21:00      one tablet more, beyond the dose
  2026-11-20=undone             withdraws what is recorded
"""


class Said(click.ParamType[DayEntry]):
    """One day and what was said about it."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> DayEntry:
        found = ENTRY.fullmatch(value)
        if found is None:
            self.fail(f"{value!r} is not DAY[=ANSWER]; `anshi dose record --help` shows examples", param, ctx)
        try:
            return _entry(**found.groupdict())
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def _entry(on: str, answer: str | None, detail: str | None, day: str | None, time: str | None) -> DayEntry:
    said = ANSWERS[answer or "taken"]
    took = said in (DoseAnswer.TAKEN, DoseAnswer.EXTRA)
    if (time and not took) or (detail and said is DoseAnswer.UNDONE):
        raise ValueError(f"{answer} goes with nothing after it")
    return DayEntry(
        on=date.fromisoformat(on),
        answer=said,
        units=_units(detail, extra=said is DoseAnswer.EXTRA) if took else None,
        taken_on=date.fromisoformat(day) if day else None,
        taken_time=_wall(time) if time else None,
        reason=_why(detail) if detail and said is DoseAnswer.NOT_TAKEN else None,
    )


def _units(detail: str | None, *, extra: bool) -> int | None:
    if detail is None:
        if extra:
            raise ValueError("say how many: extra:1")
        return None
    if not detail.isdecimal():
        raise ValueError(f"{detail!r} is no number of tablets")
    return int(detail)


def _wall(text: str) -> time:
    return time.fromisoformat(text)


def _why(detail: str) -> NotTakenReason:
    named = detail.replace("-", "_")
    if named not in set(NotTakenReason):
        raise ValueError(f"{detail!r} is no reason; the reasons are {', '.join(NotTakenReason)}".replace("_", "-"))
    return NotTakenReason(named)


@click.group("dose")
def dose() -> None:
    """Doses: what staff heard on the phone, and what stands."""


@dose.command("record", epilog=FOR_PEOPLE)
@click.argument("code")
@click.argument("days", nargs=-1, required=True, type=Said(), metavar="DAY[=ANSWER]...")
@click.option("--reason", default="", help="Why it is corrected, or entered so late.")
@click.option("--sure", is_flag=True, help="More than was due, or two doses so close: asked about, and true.")
@click.option("--alert", "alert_id", metavar="ID", help="The call task that this call does: it is closed with it.")
@as_staff
@as_json
def record(
    code: str,
    days: tuple[DayEntry, ...],
    reason: str,
    alert_id: str | None,
    as_name: str,
    *,
    sure: bool,
    as_json: bool,
) -> None:
    """Record what CODE said on the phone: all DAYs, or none of them."""

    async def command(office: Office) -> list[dict[str, Any]] | CallError:
        try:
            async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
                found = await theirs(change, code)
                said = (change, found, days, staff, office.trial)
                if alert_id is None:
                    made = await record_call(*said, reason=reason, sure=sure)
                else:
                    made = await record_called(*said, alert_id, reason=reason, sure=sure)
                return [_recorded_values(one, found) for one in made]
        except CallError as error:
            return error

    told = run(command)
    if isinstance(told, CallError):
        fail(*told.problems)
    show(told, RECORDED, as_json=as_json)


@dose.command("list")
@click.argument("code")
@click.option("--from", "from_on", type=Day(), help="First date, included.")
@click.option("--to", "to_on", type=Day(), help="Last date, included. Default: tomorrow.")
@as_reader
@as_json
def list_all(code: str, from_on: date | None, to_on: date | None, as_name: str | None, *, as_json: bool) -> None:
    """List the doses of CODE and what stands for each."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            found = await access_participant(session, actor, code)
            last = to_on or local_date(office.clock.now() + AHEAD, ZoneInfo(found.tz))
            rows = await session.scalars(
                select(ScheduledDose)
                .where(
                    ScheduledDose.participant_id == found.id,
                    col(ScheduledDose.cancelled_at).is_(None),
                    col(ScheduledDose.due_on) >= (from_on or date.min),
                    col(ScheduledDose.due_on) <= last,
                )
                .order_by(col(ScheduledDose.ordinal))
            )
            events = await session.scalars(
                select(DoseEvent)
                .where(DoseEvent.participant_id == found.id, col(DoseEvent.superseded).is_(False))
                .order_by(col(DoseEvent.recorded_at))
            )
            newest = {event.dose_id: event for event in events}
            return [_dose_values(row, found) | _event_values(newest.get(row.id)) for row in rows]

    show(run(command), LISTED, as_json=as_json)


def _dose_values(row: ScheduledDose, found: Participant) -> dict[str, Any]:
    taken_at = row.taken_at.astimezone(ZoneInfo(found.tz)) if row.taken_at else None
    return {
        "on": row.due_on.isoformat(),
        "ordinal": row.ordinal,
        "due_at": row.due_at,
        "units": row.units,
        "dose_mg": row.dose_mg,
        "is_first": row.is_first,
        "state": row.state.value,
        "cause": row.cause.value if row.cause else None,
        "units_taken": row.units_taken,
        "taken_at": row.taken_at,
        "taken_at_local": f"{taken_at:%m-%d %H:%M}" if taken_at else None,
    }


def _event_values(event: DoseEvent | None) -> dict[str, Any]:
    if event is None:
        return dict.fromkeys(("source", "reported_by", "recorded_at", "reason", "correction_reason", "is_late"))
    by_staff = event.source.value == "staff_call"
    return {
        "source": event.source.value,
        "reported_by": event.reported_by if by_staff else None,
        "recorded_at": event.recorded_at,
        "reason": event.reason.value if event.reason else None,
        "correction_reason": event.correction_reason or None,
        "is_late": event.is_late,
    }


def _recorded_values(one: DayRecorded, found: Participant) -> dict[str, Any]:
    return _dose_values(one.dose, found) | {"new": one.event_id is not None, "event_id": one.event_id}
