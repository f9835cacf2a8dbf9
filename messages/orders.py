"""What is said when the number of tablets changes: from which day, how many, and the participant reads it back."""

from datetime import date, timedelta

from messages.courier import Button, Wording
from messages.phrases import Rows, call_line, lines, pairs, paragraphs, rows, tablets
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.trial import Trial

IN_ONE_COLUMN = 4  # more numbers than this stand two a row


def order_notice(screen: screens.OrderNotice, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """Of a pause there is nothing to read back: a number offered beside "take none" would only confuse."""
    choices = () if screen.held else screen.choices
    text = paragraphs(
        voice.say("There is something new for you"),
        lines(_change(screen, voice), _until_then(screen, voice)),
        _asked(screen, voice) if choices else "",
        call_line(voice, reader),
    )
    return Wording(text, _numbers(screen.order_id, choices, voice))


def resume_notice(screen: screens.ResumeNotice, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """The end of a pause; what to take is read back only where it is another number than before."""
    text = paragraphs(
        voice.say("There is something new for you"),
        lines(
            voice.say("The pause ends: from %(day)s on, please take them again.", day=voice.day(screen.from_on)),
            _next_time(screen, voice),
        ),
        _how_many(voice, screen.asked_on) if screen.choices else "",
        call_line(voice, reader),
    )
    return Wording(text, _numbers(screen.order_id, screen.choices, voice))


def _next_time(screen: screens.ResumeNotice, voice: Voice) -> str:
    if screen.next_due_at is None:
        return voice.say("We will remind you when it is time.")
    at = voice.moment(screen.next_due_at)
    if screen.units is None:
        return voice.say("The next one is on %(at)s.", at=at)
    return voice.say("The next time is %(at)s: %(tablets)s.", at=at, tablets=tablets(voice, screen.units))


def _change(screen: screens.OrderNotice, voice: Voice) -> str:
    day, count = voice.day(screen.from_on), tablets(voice, screen.units)
    if screen.held:
        return voice.say("From %(day)s on, your doctor has ordered a pause: please take none.", day=day)
    if screen.then_units:
        return _in_turn(screen, voice)
    if screen.every_days == 1:
        return voice.say("From %(day)s on: %(tablets)s every day.", day=day, tablets=count)
    return voice.say(
        "From %(day)s on: %(tablets)s every %(days)d days.", day=day, tablets=count, days=screen.every_days
    )


def _in_turn(screen: screens.OrderNotice, voice: Voice) -> str:
    """Each day of one turn by its date: nobody has to count."""
    units = (screen.units, *screen.then_units)
    days = [
        voice.say(
            "%(day)s: %(tablets)s", day=voice.day(screen.from_on + timedelta(days=n)), tablets=tablets(voice, one)
        )
        for n, one in enumerate(units)
    ]
    opens = voice.say("From %(day)s on, the number changes from day to day:", day=voice.day(screen.from_on))
    ends = voice.say("After that it begins again. Every reminder names the number of its day.")
    return lines(opens, *days, ends)


def _asked(screen: screens.OrderNotice, voice: Voice) -> str:
    if screen.then_units:
        return _how_many(voice, screen.asked_on or screen.from_on)
    return _how_many(voice, None)


def _how_many(voice: Voice, on: date | None) -> str:
    """`on`: of a number that changes from day to day."""
    if on is not None:
        return voice.say("To be sure: how many will you take on %(day)s?", day=voice.day(on))
    return voice.say("To be sure: how many will you take each time from then on?")


def _until_then(screen: screens.OrderNotice, voice: Voice) -> str:
    if screen.held:
        return voice.say("Your team will tell you when to go on.")
    return voice.say("Until then nothing changes.")


def _numbers(order_id: str, choices: tuple[int, ...], voice: Voice) -> Rows:
    buttons = [Button(tablets(voice, units), Tap(Verb.READ_BACK, order_id, str(units))) for units in choices]
    return rows(*buttons) if len(buttons) <= IN_ONE_COLUMN else pairs(buttons)


def read_back(screen: screens.ReadBackKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    if screen.right:
        return Wording(voice.say("Thank you, that is right: %(tablets)s.", tablets=tablets(voice, screen.units)))
    text = lines(
        voice.say("You answered %(tablets)s. The new order says another number.", tablets=tablets(voice, screen.units)),
        voice.say("Your team has been told. Please speak with them before that day."),
    )
    return Wording(lines(text, call_line(voice, reader)))
