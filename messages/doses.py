"""What is said about a dose: when to take it, what was recorded, and what is asked back."""

from datetime import datetime

from messages.courier import Button, Wording
from messages.text import Voice
from protocol import screens
from protocol.screens import LateAdvice, Reader, Shown
from protocol.taps import Sure, Tap, Verb
from protocol.terms import DoseAnswer, FoodMode, NotTakenReason
from protocol.trial import Trial

UNITS_OFFERED = 4
TAKEN_AT_FORMAT = "%Y%m%dT%H%M"


def rows(*buttons: Button) -> tuple[tuple[Button, ...], ...]:
    """One button a row: large targets."""
    return tuple((button,) for button in buttons)


def food(voice: Voice, mode: FoodMode) -> str:
    return (
        voice.say("Take it with food, as always.")
        if mode is FoodMode.WITH
        else voice.say("Take it without food, as always.")
    )


def tablets(voice: Voice, units: int) -> str:
    return voice.count("%(count)d tablet", "%(count)d tablets", units)


def taken_button(voice: Voice, dose: Shown, sure: str = "", units: int | None = None) -> Button:
    number = units or dose.units
    label = voice.count("Taken: %(count)d tablet", "Taken: %(count)d tablets", number)
    return Button(label, Tap(Verb.TAKEN, dose.dose_id, str(number), sure), "primary")


def _earlier(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Taken earlier"), Tap(Verb.EARLIER, dose.dose_id, str(dose.units), sure))


def _not_taken(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Not taken"), Tap(Verb.NOT_TAKEN, dose.dose_id, "", sure))


def _later(voice: Voice, dose: Shown) -> Button:
    return Button(voice.say("Remind me later"), Tap(Verb.LATER, dose.dose_id))


def _other_number(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Another number"), Tap(Verb.HOW_MANY, dose.dose_id, "", sure))


def reminder(screen: screens.DoseReminder, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    if screen.again:
        text = voice.say(
            "Still the same dose of %(day)s, %(time)s: %(tablets)s. If you have taken it, do not take it again; "
            "just tap the button.",
            day=voice.day(dose.due_on),
            time=voice.clock(dose.due_at),
            tablets=tablets(voice, dose.units),
        )
    else:
        text = voice.say(
            "It is time for today's dose: %(tablets)s (%(day)s, %(time)s).",
            day=voice.day(dose.due_on),
            time=voice.clock(dose.due_at),
            tablets=tablets(voice, dose.units),
        )
    return Wording(
        text + "\n" + food(voice, screen.food),
        rows(taken_button(voice, dose), _earlier(voice, dose), _not_taken(voice, dose), _later(voice, dose)),
    )


def advice_text(advice: LateAdvice, reader: Reader, trial: Trial) -> str:
    texts = trial.texts.late_before_cutoff if advice is LateAdvice.STILL_TAKE else trial.texts.late_after_cutoff
    return texts[reader.language]


def evening(screen: screens.EveningQuestion, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    dose = screen.dose
    text = voice.say(
        "Have you taken today's dose (%(day)s, %(time)s, %(tablets)s)?",
        day=voice.day(dose.due_on),
        time=voice.clock(dose.due_at),
        tablets=tablets(voice, dose.units),
    )
    return Wording(
        text + "\n" + advice_text(screen.advice, reader, trial),
        rows(taken_button(voice, dose), _earlier(voice, dose), _not_taken(voice, dose), _other_number(voice, dose)),
    )


def record_question(screen: screens.RecordQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = voice.say("For the record only: was the dose of %(day)s taken?", day=voice.day(dose.due_on))
    yes = Button(voice.say("Yes, taken"), Tap(Verb.TAKEN, dose.dose_id, str(dose.units), str(Sure.DAY)))
    no = Button(voice.say("No, not taken"), Tap(Verb.NOT_TAKEN, dose.dose_id, "", str(Sure.DAY)))
    return Wording(text, rows(yes, no))


def first_question(screen: screens.FirstDoseQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    return Wording(
        voice.say("Have you already taken your very first dose?"),
        rows(
            Button(voice.say("Yes, taken"), Tap(Verb.FIRST_YES, dose.dose_id)),
            Button(voice.say("No, not yet"), Tap(Verb.FIRST_NO, dose.dose_id)),
        ),
    )


def ask_team(_screen: screens.AskTeam, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    return Wording(trial.texts.ask_team[reader.language] + "\n" + call_line(voice, reader))


def call_line(voice: Voice, reader: Reader) -> str:
    return voice.say("Call: %(name)s, %(phone)s", name=reader.contact_name, phone=reader.contact_phone)


def how_many(screen: screens.HowManyQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    buttons = [
        Button(tablets(voice, number), Tap(Verb.TAKEN, dose.dose_id, str(number), screen.sure))
        for number in range(1, UNITS_OFFERED + 1)
    ]
    text = voice.say("How many tablets did you take for the dose of %(day)s?", day=voice.day(dose.due_on))
    return Wording(text, rows(*buttons))


def when(screen: screens.WhenQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    buttons = [_time_button(screen, voice, at) for at in screen.choices]
    text = voice.say(
        "When did you take the dose of %(day)s? Tap a time, or type it, for example 8:30.", day=voice.day(dose.due_on)
    )
    return Wording(text, rows(*buttons))


def _time_button(screen: screens.WhenQuestion, voice: Voice, at: datetime) -> Button:
    wall = voice.wall(at)
    label = voice.clock(at) if wall.date() == screen.dose.due_on else voice.moment(at)
    argument = f"{screen.units}@{wall.strftime(TAKEN_AT_FORMAT)}"
    return Button(label, Tap(Verb.TAKEN_AT, screen.dose.dose_id, argument, screen.sure))


def reason_name(voice: Voice, reason: NotTakenReason) -> str:
    """The neutral reasons, as they stand on the buttons."""
    names = {
        NotTakenReason.FORGOT: voice.say("Forgot"),
        NotTakenReason.UNWELL: voice.say("Felt unwell"),
        NotTakenReason.RAN_OUT: voice.say("Ran out of tablets"),
        NotTakenReason.DOCTORS_ADVICE: voice.say("Doctor's advice"),
        NotTakenReason.CHOSE_NOT_TO: voice.say("Chose not to"),
        NotTakenReason.OTHER: voice.say("Another reason"),
    }
    return names[reason]


def why(screen: screens.WhyQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    buttons = [
        Button(reason_name(voice, reason), Tap(Verb.REASON, screen.dose.dose_id, reason, screen.sure))
        for reason in NotTakenReason
    ]
    text = voice.say("Thank you for telling us. What was the reason on %(day)s?", day=voice.day(screen.dose.due_on))
    return Wording(text, rows(*buttons))


def snooze(screen: screens.SnoozeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    buttons = [
        Button(_in_minutes(voice, minutes), Tap(Verb.SNOOZE, screen.dose.dose_id, str(minutes)))
        for minutes in screen.minutes
    ]
    return Wording(voice.say("When shall I remind you again?"), rows(*buttons))


def _in_minutes(voice: Voice, minutes: int) -> str:
    if minutes % 60:
        return voice.count("In %(count)d minute", "In %(count)d minutes", minutes)
    return voice.count("In %(count)d hour", "In %(count)d hours", minutes // 60)


def snoozed(screen: screens.Snoozed, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say("I will remind you again at %(time)s.", time=voice.clock(screen.until))
    return Wording(text, rows(taken_button(voice, screen.dose)))


def recorded(screen: screens.Recorded, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    parts = [_recorded_line(screen, voice), _recorded_when(screen, voice)]
    if screen.advice is not None:
        parts.append(advice_text(screen.advice, reader, trial))
    dose = screen.dose
    buttons = []
    if screen.advice is LateAdvice.STILL_TAKE:
        buttons.append(taken_button(voice, dose))
    if screen.can_change:
        buttons.append(Button(voice.say("Change"), Tap(Verb.CORRECT, dose.dose_id)))
        buttons.append(Button(voice.say("Undo"), Tap(Verb.UNDO, dose.dose_id)))
    return Wording("\n".join(parts), rows(*buttons))


def _recorded_line(screen: screens.Recorded, voice: Voice) -> str:
    day = voice.day(screen.dose.due_on)
    if screen.answer is DoseAnswer.NOT_TAKEN:
        reason = reason_name(voice, screen.reason or NotTakenReason.OTHER)
        return voice.say("Recorded for %(day)s: not taken (%(reason)s).", day=day, reason=reason)
    if screen.taken_at is None:
        return voice.say("Recorded for %(day)s: %(tablets)s.", day=day, tablets=tablets(voice, screen.units))
    return voice.say(
        "Recorded for %(day)s: %(tablets)s, taken at %(time)s.",
        day=day,
        tablets=tablets(voice, screen.units),
        time=voice.clock(screen.taken_at),
    )


def _recorded_when(screen: screens.Recorded, voice: Voice) -> str:
    at = voice.moment(screen.recorded_at)
    if screen.by_other:
        return voice.say("Written down at %(at)s by someone who helps you or by your team.", at=at)
    if screen.already:
        return voice.say("This was already written down at %(at)s.", at=at)
    return voice.say("Written down at %(at)s. If it is not right, tap below.", at=at)


def undone(screen: screens.Undone, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = voice.say("Undone. Nothing is recorded for %(day)s now.", day=voice.day(dose.due_on))
    sure = "" if screen.can_take_now else str(Sure.DAY)
    buttons = [taken_button(voice, dose, sure), _earlier(voice, dose, sure), _not_taken(voice, dose, sure)]
    return Wording(text, rows(*buttons[0 if screen.can_take_now else 1 :]))


def correct(screen: screens.CorrectQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = voice.say("What is right for the dose of %(day)s?", day=voice.day(dose.due_on))
    return Wording(
        text,
        rows(
            _earlier(voice, dose, screen.sure),
            _not_taken(voice, dose, screen.sure),
            _other_number(voice, dose, screen.sure),
        ),
    )


def which_day(screen: screens.WhichDayQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say("Which dose do you mean? Nothing is recorded until you choose.")
    older = voice.say("The one of %(day)s", day=voice.day(screen.older.due_on))
    newer = voice.say("Today's, %(day)s", day=voice.day(screen.newer.due_on))
    return Wording(text, rows(Button(newer, screen.newer_tap), Button(older, screen.older_tap)))


def double_question(screen: screens.DoubleDoseQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "A dose is already recorded at %(at)s. Did you really take more tablets after that, or was it a slip?",
        at=voice.moment(screen.earlier_taken_at),
    )
    return Wording(
        text,
        rows(
            Button(voice.say("It was a slip"), screen.no),
            Button(voice.say("I really took more"), screen.yes, "danger"),
        ),
    )


def double_told(_screen: screens.DoubleDoseTold, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    return Wording(trial.texts.double_dose[reader.language] + "\n" + call_line(voice, reader))


def nothing_changed(_screen: screens.NothingChanged, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Nothing was changed."), rows(Button(voice.say("Today"), Tap(Verb.TODAY))))


def closed(screen: screens.ReportClosed, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "The dose of %(day)s lies too far back to be changed here. Your team can change it for you.",
        day=voice.day(screen.dose.due_on),
    )
    return Wording(text + "\n" + call_line(voice, reader))


def order_notice(screen: screens.OrderNotice, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    values = {"day": voice.day(screen.from_on), "tablets": tablets(voice, screen.units)}
    if screen.every_days > 1:
        text = voice.say(
            "From %(day)s your doctor has changed your dose: %(tablets)s, every %(days)d days.",
            **values,
            days=screen.every_days,
        )
    else:
        text = voice.say("From %(day)s your doctor has changed your dose: %(tablets)s a day.", **values)
    ask = voice.say("How many tablets will you take each time from then on?")
    buttons = [Button(tablets(voice, n), Tap(Verb.READ_BACK, screen.order_id, str(n))) for n in screen.choices]
    return Wording(text + "\n" + ask, rows(*buttons))


def read_back(screen: screens.ReadBackKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    if screen.right:
        return Wording(voice.say("Yes, %(tablets)s. Thank you.", tablets=tablets(voice, screen.units)))
    text = voice.say("That is not the number your doctor has ordered. Your team will call you before that day.")
    return Wording(text + "\n" + call_line(voice, reader))
