"""What is asked about a dose: take it now, was it taken, when, how many, why not, and when to ask again."""

from datetime import datetime

from messages.courier import Button, Wording
from messages.phrases import (
    advice_text,
    call_line,
    earlier_button,
    just_taken_button,
    later_button,
    lines,
    not_taken_button,
    other_number_button,
    pairs,
    paragraphs,
    reason_name,
    rows,
    tablets,
    taken_button,
    unwell_button,
    with_food,
)
from messages.text import Voice
from protocol import screens
from protocol.screens import LateAdvice, Reader, Shown
from protocol.taps import Sure, Tap, Verb
from protocol.terms import NotTakenReason
from protocol.trial import Trial

UNITS_OFFERED = 6
TAKEN_AT_FORMAT = "%Y%m%dT%H%M"


def reminder(screen: screens.DoseReminder, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    dose = screen.dose
    parts = _again(voice, dose) if screen.again else _now(voice, dose)
    food = with_food(voice, screen.food)
    done = (
        voice.say("If you have already taken it, do not take it again. Just tap “Taken earlier”.")
        if screen.again
        else voice.say("When you have taken it, tap the button below.")
    )
    silence = trial.texts.silence_no_stop[reader.language] if screen.silent else ""
    return Wording(paragraphs(parts[0], lines(parts[1], food, done, silence)), rows(*_answers(voice, dose)))


def _answers(voice: Voice, dose: Shown) -> list[Button]:
    """The same five every day, the likely ones first: too many tablets can be told as easily as too few."""
    told = [taken_button(voice, dose), earlier_button(voice, dose), not_taken_button(voice, dose)]
    return [*told, later_button(voice, dose), other_number_button(voice, dose)]


def _now(voice: Voice, dose: Shown) -> tuple[str, str]:
    day, clock, count = voice.day(dose.due_on), voice.spoken(dose.due_at), tablets(voice, dose.units)
    first = voice.say("Your reminder for %(day)s, %(time)s", day=day, time=clock)
    if dose.is_first:
        return first, voice.say("This is your very first time. Please take %(tablets)s now.", tablets=count)
    return first, voice.say("It is time. Please take %(tablets)s now.", tablets=count)


def _again(voice: Voice, dose: Shown) -> tuple[str, str]:
    first = voice.say("Once more for %(day)s", day=voice.day(dose.due_on))
    values = {"time": voice.spoken(dose.due_at), "tablets": tablets(voice, dose.units)}
    return first, voice.say("Still the same dose of %(time)s, not a new one: %(tablets)s.", **values)


def evening(screen: screens.EveningQuestion, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    dose, still = screen.dose, screen.advice is LateAdvice.STILL_TAKE
    ask = voice.say(
        "The dose of %(time)s (%(tablets)s): have you taken it?",
        time=voice.spoken(dose.due_at),
        tablets=tablets(voice, dose.units),
    )
    advice = advice_text(screen.advice, reader, trial)
    food = with_food(voice, screen.food) if still else ""
    first = voice.say("A question about %(day)s", day=voice.day(dose.due_on))
    now = [just_taken_button(voice, dose)] if still else []
    buttons = [*now, earlier_button(voice, dose), not_taken_button(voice, dose), other_number_button(voice, dose)]
    return Wording(paragraphs(first, ask, lines(advice, food)), rows(*buttons))


def record_question(screen: screens.RecordQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Says no amount and gives no order; "yes" asks when, so that nothing is recorded as of this moment."""
    dose, day = screen.dose, voice.day(screen.dose.due_on)
    text = paragraphs(
        voice.say("Only for the record: %(day)s", day=day),
        lines(
            voice.say("This is not about today."),
            voice.say("The dose of %(day)s, %(time)s: was it taken?", day=day, time=voice.spoken(dose.due_at)),
        ),
    )
    yes = Button(voice.say("Yes, taken"), Tap(Verb.EARLIER, dose.dose_id, str(dose.units), Sure.DAY))
    no = Button(voice.say("No, not taken"), Tap(Verb.NOT_TAKEN, dose.dose_id, "", Sure.DAY))
    return Wording(text, rows(yes, no, other_number_button(voice, dose, Sure.DAY)))


def first_question(screen: screens.FirstDoseQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = paragraphs(
        voice.say("%(day)s: one question first", day=voice.day(dose.due_on)),
        lines(
            voice.say("Before today, have you already had your very first dose?"),
            voice.say("Please answer first. Then you will see what is right for today."),
        ),
    )
    yes = Button(voice.say("Yes, I had it"), Tap(Verb.FIRST_YES, dose.dose_id))
    return Wording(text, rows(yes, Button(voice.say("No, not yet"), Tap(Verb.FIRST_NO, dose.dose_id))))


def ask_team(screen: screens.AskTeam, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    """Instead of "take now" while a human must decide; what was taken already can still be told."""
    dose = screen.dose
    first = (
        voice.say("Please read this first")
        if dose is None
        else voice.say("%(day)s: please read this first", day=voice.day(dose.due_on))
    )
    told = [] if dose is None else [earlier_button(voice, dose)]
    text = paragraphs(first, lines(trial.texts.ask_team[reader.language], call_line(voice, reader)))
    return Wording(text, rows(*told, unwell_button(voice)))


def how_many(screen: screens.HowManyQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    numbers = [
        Button(tablets(voice, number), Tap(Verb.TAKEN, dose.dose_id, str(number), screen.sure))
        for number in range(1, UNITS_OFFERED + 1)
    ]
    none = Button(voice.say("None at all"), Tap(Verb.NOT_TAKEN, dose.dose_id, "", screen.sure))
    text = voice.say("For %(at)s: how many tablets did you take?", at=voice.moment(dose.due_at))
    return Wording(text, (*pairs(numbers), (none,)))


def when(screen: screens.WhenQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = lines(
        voice.say(
            "For %(at)s (%(tablets)s): at what time did you take it?",
            at=voice.moment(dose.due_at),
            tablets=tablets(voice, screen.units),
        ),
        voice.say("Tap a time, or type it, for example 8:30."),
    )
    times = [_time_button(screen, voice, at) for at in screen.choices]
    return Wording(text, rows(*times, other_number_button(voice, dose, screen.sure)))


def _time_button(screen: screens.WhenQuestion, voice: Voice, at: datetime) -> Button:
    wall = voice.wall(at)
    label = voice.clock(at) if wall.date() == screen.dose.due_on else voice.short_moment(at)
    argument = f"{screen.units}@{wall.strftime(TAKEN_AT_FORMAT)}"
    return Button(label, Tap(Verb.TAKEN_AT, screen.dose.dose_id, argument, screen.sure))


def why(screen: screens.WhyQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("For %(at)s: not taken.", at=voice.moment(screen.dose.due_at)),
        voice.say("What was the reason? Any of these is fine."),
    )
    buttons = [
        Button(reason_name(voice, reason), Tap(Verb.REASON, screen.dose.dose_id, reason, screen.sure))
        for reason in NotTakenReason
    ]
    return Wording(text, rows(*buttons))


def snooze(screen: screens.SnoozeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    buttons = [
        Button(_in_minutes(voice, minutes), Tap(Verb.SNOOZE, screen.dose.dose_id, str(minutes)))
        for minutes in screen.minutes
    ]
    text = voice.say("The dose of %(time)s: when shall we remind you again?", time=voice.spoken(screen.dose.due_at))
    return Wording(text, rows(*buttons))


def _in_minutes(voice: Voice, minutes: int) -> str:
    if minutes % 60:
        return voice.count("In %(count)d minute", "In %(count)d minutes", minutes)
    return voice.count("In %(count)d hour", "In %(count)d hours", minutes // 60)


def snoozed(screen: screens.Snoozed, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = lines(
        voice.say("We will remind you again at %(time)s.", time=voice.spoken(screen.until)),
        voice.say("It will still be the same dose of %(time)s.", time=voice.spoken(dose.due_at)),
    )
    return Wording(text, rows(taken_button(voice, dose), earlier_button(voice, dose), not_taken_button(voice, dose)))
