"""What can be read at any time: today, the month, settings, help, contact, stopping, and "I feel unwell"."""

from collections.abc import Sequence
from datetime import date, timedelta

from messages.courier import Button, Wording
from messages.doses import call_line, rows, tablets
from messages.text import Voice
from protocol import screens
from protocol.screens import DayLine, Reader
from protocol.taps import Tap, Verb
from protocol.terms import DoseState, FoodMode, StopKind
from protocol.trial import Trial

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
        DoseState.OPEN: voice.say("not reported yet"),
        DoseState.TAKEN: voice.say("taken"),
        DoseState.TAKEN_PARTLY: voice.say("taken in part"),
        DoseState.NOT_TAKEN: voice.say("not taken"),
        DoseState.UNREPORTED: voice.say("no report"),
        DoseState.NOT_ASKED: voice.say("we did not ask"),
        DoseState.HELD: voice.say("paused by your doctor"),
    }
    return names[state]


def today(screen: screens.Today, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    lines = [_line(voice, line) for line in screen.today] or [voice.say("There is nothing to report now.")]
    if screen.held:
        lines.append(voice.say("Your doctor has paused your tablets. Please do not take any until you are told."))
    if screen.next_due_at is not None:
        lines.append(voice.say("The next dose is due on %(at)s.", at=voice.moment(screen.next_due_at)))
    return Wording("\n".join(lines), rows(Button(voice.say("The month"), Tap(Verb.HISTORY))))


def _line(voice: Voice, line: DayLine) -> str:
    state = state_name(voice, line.state)
    if line.taken_at is not None:
        at = voice.clock(line.taken_at)
        count = tablets(voice, line.units)
        return voice.say(
            "%(day)s: %(state)s, %(tablets)s at %(time)s.",
            day=voice.day(line.due_on),
            state=state,
            tablets=count,
            time=at,
        )
    return voice.say("%(day)s: %(state)s.", day=voice.day(line.due_on), state=state)


def history(screen: screens.History, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    lines = [voice.month(screen.month), *_weeks(screen), "", *_legend(screen.days, voice)]
    if not screen.days:
        lines = [voice.month(screen.month), voice.say("Nothing is recorded in this month.")]
    buttons = []
    if screen.earlier:
        before = screen.month - timedelta(days=1)
        buttons.append(Button(voice.say("Earlier"), Tap(Verb.HISTORY, "", before.strftime("%Y%m"))))
    if screen.later:
        after = (screen.month + timedelta(days=32)).replace(day=1)
        buttons.append(Button(voice.say("Later"), Tap(Verb.HISTORY, "", after.strftime("%Y%m"))))
    return Wording("\n".join(lines), rows(*buttons))


def _weeks(screen: screens.History) -> list[str]:
    """A line a week: the days of the week, each with its mark; digits of equal width keep it in step."""
    by_day: dict[date, DayLine] = {line.due_on: line for line in screen.days}
    weeks: dict[int, list[str]] = {}
    for on in sorted(by_day):
        monday = on.toordinal() - on.weekday()
        weeks.setdefault(monday, []).append(f"{on.day:02d}{MARKS[by_day[on].state]}")
    return ["  ".join(days) for _, days in sorted(weeks.items())]


def _legend(days: Sequence[DayLine], voice: Voice) -> list[str]:
    found = []
    for state, mark in MARKS.items():
        count = sum(1 for line in days if line.state is state)
        if count:
            label = voice.count(
                "%(mark)s %(state)s: %(count)d day",
                "%(mark)s %(state)s: %(count)d days",
                count,
                mark=mark,
                state=state_name(voice, state),
            )
            found.append(label)
    return found


def settings(screen: screens.Settings, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    with_food = voice.say("with food") if screen.food is FoodMode.WITH else voice.say("without food")
    text = voice.say(
        "Daily reminder: %(time)s\nTablets: always %(food)s", time=voice.clock(screen.reminder_time), food=with_food
    )
    buttons = [
        Button(voice.say("Reminder time"), Tap(Verb.SETTINGS, "", "time")),
        Button(voice.say("Food"), Tap(Verb.SETTINGS, "", "food")),
        Button(voice.say("Language · 语言"), Tap(Verb.SETTINGS, "", "language")),
    ]
    if screen.messages_stopped:
        buttons.insert(0, Button(voice.say("Messages on again"), Tap(Verb.RESUME_MESSAGES), "primary"))
    return Wording(text, rows(*buttons))


def setting_changed(screen: screens.SettingChanged, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    texts = {
        "language": voice.say("From now on in English."),
        "time": voice.say("You will be reminded every day at %(time)s.", time=voice.clock(screen.reminder_time)),
        "food": voice.say("Always with food.") if screen.food is FoodMode.WITH else voice.say("Always without food."),
    }
    lines = [texts[screen.what]]
    if screen.next_due_at is not None:
        lines.append(voice.say("The next dose is due on %(at)s.", at=voice.moment(screen.next_due_at)))
    return Wording("\n".join(lines))


def help_text(_screen: screens.Help, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    text = voice.say(
        "Each day I remind you at your time; one tap on the button is enough. If a button does not answer, type what "
        "happened, for example: taken 8:30. Tap Today to see what is open."
    )
    return Wording(text + "\n" + trial.texts.not_watched[reader.language] + "\n" + call_line(voice, reader))


def contact(_screen: screens.Contact, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    return Wording(call_line(voice, reader) + "\n" + trial.texts.not_watched[reader.language])


def stop_question(_screen: screens.StopQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("What do you want to stop?"),
        rows(
            Button(voice.say("Only the messages"), Tap(Verb.STOP, "", StopKind.MESSAGES)),
            Button(voice.say("The tablets"), Tap(Verb.STOP, "", StopKind.DRUG)),
            Button(voice.say("Leave the study"), Tap(Verb.STOP, "", StopKind.STUDY)),
            Button(voice.say("Withdraw consent"), Tap(Verb.STOP, "", StopKind.CONSENT)),
        ),
    )


def stop_confirm(_screen: screens.StopConfirm, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("Shall I really send no more messages? Your tablets and your visits stay as they are."),
        rows(
            Button(voice.say("Yes, no messages"), Tap(Verb.STOP_SURE, "", StopKind.MESSAGES)),
            Button(voice.say("No, go on"), Tap(Verb.TODAY)),
        ),
    )


def stop_answered(screen: screens.StopAnswered, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    if screen.kind is StopKind.MESSAGES:
        text = voice.say("You will get no more messages. Your team has been told. Nothing is deleted.")
        return Wording(text, rows(Button(voice.say("Messages on again"), Tap(Verb.RESUME_MESSAGES))))
    if screen.kind is StopKind.DRUG:
        text = trial.texts.stop_drug[reader.language]
    elif screen.kind is StopKind.STUDY:
        text = voice.say("You may leave at any time. Please speak with your team about how; they have been told.")
    else:
        text = voice.say("You may withdraw at any time. Please speak with your team about it; they have been told.")
    return Wording(text + "\n" + call_line(voice, reader))


def messages_resumed(screen: screens.MessagesResumed, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    lines = [voice.say("Messages are on again.")]
    if screen.next_due_at is not None:
        lines.append(voice.say("The next dose is due on %(at)s.", at=voice.moment(screen.next_due_at)))
    return Wording("\n".join(lines))


def unwell(_screen: screens.Unwell, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    """The approved text before anything else."""
    after = voice.say("Your team has been told. You can write here in your own words what you feel.")
    return Wording("\n".join([trial.texts.emergency[reader.language], call_line(voice, reader), after]))


def kept(_screen: screens.KeptForStaff, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    text = voice.say("Your message is kept for your team.")
    return Wording(
        text + "\n" + trial.texts.not_watched[reader.language],
        rows(Button(voice.say("I feel unwell"), Tap(Verb.UNWELL)), Button(voice.say("Today"), Tap(Verb.TODAY))),
    )


def ask_again(_screen: screens.AskAgain, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("I am not sure what you mean, so nothing was recorded. Please tap a button."),
        rows(Button(voice.say("Today"), Tap(Verb.TODAY)), Button(voice.say("I feel unwell"), Tap(Verb.UNWELL))),
    )


def slower(_screen: screens.Slower, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Please wait a little, then tap once more."))
