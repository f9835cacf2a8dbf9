"""What is said when the number of tablets changes: from which day, how many, and the participant reads it back."""

from messages.courier import Button, Wording
from messages.phrases import call_line, lines, pairs, paragraphs, rows, tablets
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
        voice.say("To be sure: how many will you take each time from then on?") if choices else "",
        call_line(voice, reader),
    )
    buttons = [_number(screen, voice, units) for units in choices]
    return Wording(text, rows(*buttons) if len(buttons) <= IN_ONE_COLUMN else pairs(buttons))


def _change(screen: screens.OrderNotice, voice: Voice) -> str:
    day, count = voice.day(screen.from_on), tablets(voice, screen.units)
    if screen.held:
        return voice.say("From %(day)s on, your doctor has ordered a pause: please take none.", day=day)
    if screen.every_days == 1:
        return voice.say("From %(day)s on: %(tablets)s every day.", day=day, tablets=count)
    return voice.say(
        "From %(day)s on: %(tablets)s every %(days)d days.", day=day, tablets=count, days=screen.every_days
    )


def _until_then(screen: screens.OrderNotice, voice: Voice) -> str:
    if screen.held:
        return voice.say("Your team will tell you when to go on.")
    return voice.say("Until then nothing changes.")


def _number(screen: screens.OrderNotice, voice: Voice, units: int) -> Button:
    return Button(tablets(voice, units), Tap(Verb.READ_BACK, screen.order_id, str(units)))


def read_back(screen: screens.ReadBackKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    if screen.right:
        return Wording(voice.say("Thank you, that is right: %(tablets)s.", tablets=tablets(voice, screen.units)))
    text = lines(
        voice.say("You answered %(tablets)s. The new order says another number.", tablets=tablets(voice, screen.units)),
        voice.say("Your team has been told. Please speak with them before that day."),
    )
    return Wording(lines(text, call_line(voice, reader)))
