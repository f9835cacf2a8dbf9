"""What stands in the record: today, and a month as a calendar."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from messages.courier import Button, Wording
from messages.phrases import lines, paragraphs, rows, tablets
from messages.text import Voice
from protocol import screens
from protocol.screens import DayLine, Reader
from protocol.taps import Tap, Verb
from protocol.terms import DoseState
from protocol.trial import Trial

NO_DOSE = "·"  # a day without a dose of its own
MARKS = {
    DoseState.TAKEN: "●",
    DoseState.TAKEN_PARTLY: "◐",
    DoseState.NOT_TAKEN: "✕",
    DoseState.UNREPORTED: "?",
    DoseState.NOT_ASKED: "–",
    DoseState.HELD: "‖",
    DoseState.OPEN: "○",
}
"""Shapes, each explained in words below the month; no colour carries meaning."""


def state_name(voice: Voice, state: DoseState) -> str:
    """A state in a participant's words."""
    names = {
        DoseState.OPEN: voice.say("not answered yet"),
        DoseState.TAKEN: voice.say("taken"),
        DoseState.TAKEN_PARTLY: voice.say("taken in part"),
        DoseState.NOT_TAKEN: voice.say("not taken"),
        DoseState.UNREPORTED: voice.say("no answer"),
        DoseState.NOT_ASKED: voice.say("we did not ask"),
        DoseState.HELD: voice.say("paused by your doctor"),
    }
    return names[state]


def today(screen: screens.Today, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    coming = screen.next_due_at
    text = paragraphs(
        voice.say("What is recorded"),
        lines(*[_line(voice, line) for line in screen.today]) or voice.say("There is nothing to answer now."),
        voice.say("Your doctor has ordered a pause. Please take none until your team tells you.")
        if screen.held
        else "",
        "" if coming is None else voice.say("The next one is on %(at)s.", at=voice.moment(coming)),
    )
    return Wording(text, rows(Button(voice.say("See the month"), Tap(Verb.HISTORY))))


def _line(voice: Voice, line: DayLine) -> str:
    day = voice.day(line.due_on)
    if line.taken_at is None:
        return voice.say("%(day)s: %(state)s", day=day, state=state_name(voice, line.state))
    same_day = voice.wall(line.taken_at).date() == line.due_on
    values = {
        "day": day,
        "tablets": tablets(voice, line.units),
        "time": voice.clock(line.taken_at) if same_day else voice.moment(line.taken_at),
    }
    if line.late and same_day:
        return voice.say("%(day)s: %(tablets)s taken at %(time)s, later that day", **values)
    return voice.say("%(day)s: %(tablets)s taken at %(time)s", **values)


def history(screen: screens.History, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    title = voice.say("%(month)s, one week a line", month=voice.month(screen.month))
    weeks = lines(*_weeks(screen.days)) or voice.say("Nothing is recorded in this month.")
    return Wording(paragraphs(title, weeks, lines(*_legend(screen.days, voice))), rows(*_other_months(screen, voice)))


def _other_months(screen: screens.History, voice: Voice) -> list[Button]:
    found = []
    if screen.earlier:
        before = screen.month.replace(day=1) - timedelta(days=1)
        found.append(Button(voice.say("Month before"), Tap(Verb.HISTORY, "", before.strftime("%Y%m"))))
    if screen.later:
        after = (screen.month.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(Button(voice.say("Month after"), Tap(Verb.HISTORY, "", after.strftime("%Y%m"))))
    return found


def _weeks(days: Sequence[DayLine]) -> list[str]:
    """A line a week, from Monday to Sunday: its first and last day, then a mark for each day; short enough not to
    wrap on a phone, whatever the width of its letters.
    """
    marks = {line.due_on: MARKS[line.state] for line in days}
    mondays = sorted({on - timedelta(days=on.weekday()) for on in marks})
    return [_week(monday, marks) for monday in mondays]


def _week(monday: date, marks: Mapping[date, str]) -> str:
    month = next(iter(marks)).month
    week = [monday + timedelta(days=step) for step in range(7)]
    inside = [on for on in week if on.month == month]
    first, last = inside[0].day, inside[-1].day
    span = str(first) if first == last else f"{first}–{last}"
    return f"{span}  " + " ".join(marks.get(on, NO_DOSE) for on in inside)


def _legend(days: Sequence[DayLine], voice: Voice) -> list[str]:
    """Each mark that occurs, in words, with its number of days."""
    found = []
    for state, mark in MARKS.items():
        count = sum(1 for line in days if line.state is state)
        if count:
            name = state_name(voice, state)
            text = voice.count(
                "%(mark)s %(state)s: %(count)d day", "%(mark)s %(state)s: %(count)d days", count, mark=mark, state=name
            )
            found.append(text)
    late = sum(1 for line in days if line.late and line.state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY))
    if late:
        found.append(voice.count("%(count)d day of these: taken late", "%(count)d days of these: taken late", late))
    return found
