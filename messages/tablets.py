"""What is said about how many tablets are left, and when they will be used up."""

from messages.courier import Button, Wording
from messages.phrases import call_line, lines, paragraphs, rows, tablets
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.trial import Trial


def question(screen: screens.TabletQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("That is more than we have written down for you. Please count once more.") if screen.again else "",
        voice.say("How many tablets are left? Please count them and type the number, for example: 28"),
    )
    return Wording(text)


def count_kept(screen: screens.TabletCountKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    looked_at = screen.told or screen.refill
    text = lines(
        voice.say("Thank you. Written down: %(tablets)s left.", tablets=tablets(voice, screen.units)),
        voice.say("It is another number than ours. Your team will look at it.") if screen.told else "",
        voice.say("Your team knows now that more are needed soon.") if screen.refill else "",
        call_line(voice, reader) if looked_at else voice.say("A mistake? Tap the button and type the right number."),
    )
    return Wording(text, rows(count_button(voice)))


def refill(_screen: screens.RefillNotice, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("There is something to arrange"),
        lines(
            voice.say("Your tablets will be used up in some days. Please ask your team when to fetch more."),
            voice.say("Until then nothing changes."),
        ),
        voice.say("It helps to know how many are left: tap the button and type the number."),
        call_line(voice, reader),
    )
    return Wording(text, rows(count_button(voice)))


def count_button(voice: Voice) -> Button:
    return Button(voice.say("Count the tablets"), Tap(Verb.TABLETS))
