"""When the weekly check comes: the participant's own choice of day and time, by buttons or a typed time."""

from datetime import datetime, time

from actions.check_plan import chosen_time, plan_check
from actions.hearing import Heard, ask_typed, forget_question, open_question
from protocol.screens import CheckTimeChanged, CheckTimeQuestion, Screen
from protocol.taps import Tap, Typed

QUESTION = "check_time"  # of the open question; its argument is the weekday
TIMES = (time(9), time(12), time(15), time(18), time(19), time(20))
WEEKDAYS = range(1, 8)


def check_day_question(heard: Heard, weekday: int | None = None) -> CheckTimeQuestion:
    """Which day; with a day chosen, at what time."""
    current, wall = chosen_time(heard.participant, heard.trial)
    return CheckTimeQuestion(TIMES, current, wall, weekday)


async def choose_check_time(heard: Heard, tap: Tap) -> Screen | None:
    """A day, or a day with its time; None for what is neither."""
    day, _, wall = tap.argument.partition(":")
    if not day.isdigit() or int(day) not in WEEKDAYS:
        return None
    if not wall:
        await ask_typed(heard, QUESTION, argument=day)
        return check_day_question(heard, int(day))
    try:
        chosen = datetime.strptime(wall, "%H%M").time()  # noqa: DTZ007  a wall time has no zone
    except ValueError:
        return None
    return await _change(heard, int(day), chosen)


async def typed_check_time(heard: Heard, typed: Typed, weekday: str) -> Screen | None:
    if typed.clock is None or not weekday.isdigit() or int(weekday) not in WEEKDAYS:
        return None
    return await _change(heard, int(weekday), typed.clock)


async def _change(heard: Heard, weekday: int, wall: time) -> Screen:
    person = heard.participant
    old = {"check_weekday": person.check_weekday, "check_time": person.check_time}
    person.check_weekday, person.check_time = weekday, wall
    new = {"check_weekday": weekday, "check_time": wall}
    heard.change.audit("change_setting", "participant", person.id, participant_id=person.id, old=old, new=new)
    question = await open_question(heard)
    if question is not None and question.question == QUESTION:
        await forget_question(heard)
    await plan_check(heard.change, person, heard.trial)
    return CheckTimeChanged(weekday, wall, person.check_at)
