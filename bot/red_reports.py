"""Red reports: whether what one person just said calls for the emergency text, from its words or its button alone."""

from collections.abc import Callable
from datetime import date

from bot.updates import Incoming
from protocol.answers import Answer
from protocol.check_taps import is_red_tap
from protocol.symptoms import Ask
from protocol.taps import Command, Media, Phrase, Tap, Typed
from protocol.triage import triage_of_answer, triage_of_text
from protocol.trial import Trial
from protocol.typed_answers import typed_answer

UNWELL_COMMAND = "symptom"


def red_reports(trial: Trial, read: Callable[[str], Typed]) -> Callable[[Incoming], bool]:
    """Judges without anything that is kept: it may say too much, and its handling finds out what there is to it."""

    def is_red(said: Incoming) -> bool:
        match said.intent:
            case Tap() as tap:
                return is_red_tap(tap, trial)
            case Command(name=name, argument=argument):
                return name == UNWELL_COMMAND or _is_emergency(argument)
            case Typed(text=text):
                return read(text).phrase is Phrase.UNWELL or _is_emergency(text) or _is_high_fever(text, trial)
            case Media(caption=caption):
                return _is_emergency(caption)

    def _is_emergency(text: str) -> bool:
        return triage_of_text(text, trial).emergency

    return is_red


def _is_high_fever(text: str, trial: Trial) -> bool:
    """A text that is a number and no more, as one answers the question for the temperature: 39, 38。5."""
    items = (item for item in trial.sheet.items.values() if item.ask is Ask.TEMPERATURE)
    found = (typed_answer(item, text, date.min) for item in items)
    return any(isinstance(answer, Answer) and triage_of_answer(answer, trial).emergency for answer in found)
