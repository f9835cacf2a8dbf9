"""What is said about the guards: the approved text, and that it was understood."""

from messages.courier import Button, Wording
from messages.phrases import call_line, paragraphs, rows
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.trial import Trial


def notice(screen: screens.GuardNotice, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    seen = Button(voice.say("I have understood"), Tap(Verb.GUARD, argument=screen.guard))
    return Wording(_text(screen.guard, voice, reader, trial), rows(seen))


def understood(screen: screens.GuardUnderstood, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    """The text stays, so that it can be read again."""
    return Wording(paragraphs(_text(screen.guard, voice, reader, trial), voice.say("Thank you for reading it.")))


def _text(key: str, voice: Voice, reader: Reader, trial: Trial) -> str:
    text = next((one.text[reader.language] for one in trial.guards if one.key == key), "")
    return paragraphs(voice.say("A reminder from your team"), text, call_line(voice, reader))
