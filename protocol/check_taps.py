"""What a button of the symptom check answers, read from the button alone: before anything kept is looked at."""

from protocol.answers import Answer, AnswerState, chosen
from protocol.check import skipped
from protocol.symptoms import Ask, Item
from protocol.taps import Tap, Verb
from protocol.triage import triage_of_answer
from protocol.trial import Trial
from protocol.typed_answers import AskAgain, tapped_answer

ONLY_TYPED = (Ask.TEXT, Ask.PHOTO, Ask.AMOUNT)
SEPARATOR = ":"  # between an item and a value, in the argument of a button


POINT = "_"  # stands for the point of a number, which no button can carry
NOT = (
    "-"  # before one of several options: not marked any more. A button says what is to be, so that two presses are one
)


def argument(item: str, value: str) -> str:
    """What the button of one answer carries."""
    return f"{item}{SEPARATOR}{value.replace('.', POINT)}"


def argument_of_option(item: str, option: str, *, is_marked: bool) -> str:
    """What the button of one of several options carries: the other of marked and not marked."""
    return argument(item, f"{NOT}{option}" if is_marked else option)


def item_of(tap: Tap, trial: Trial) -> Item | None:
    """The item that a button of the check is about; a client can send anything."""
    return trial.sheet.item(tap.argument.partition(SEPARATOR)[0])


def value_of(tap: Tap) -> str:
    return tap.argument.partition(SEPARATOR)[2]


def answer_of(tap: Tap, trial: Trial) -> Answer | None:
    """The answer that one press gives by itself; None where it gives none, or none that its item could have.

    One of several options is told alone: what was marked before is not known here.
    """
    item = item_of(tap, trial)
    if item is None:
        return None
    if tap.verb is Verb.SYMPTOM_SKIP:
        return skipped(item)
    if tap.verb is not Verb.SYMPTOM_ANSWER or item.ask in ONLY_TYPED:
        return None
    value = value_of(tap)
    if item.ask is Ask.SEVERAL and value.startswith(NOT):
        return Answer(item.key, "", AnswerState.CHOOSING)
    found = tapped_answer(item, value.replace(POINT, ".") if item.ask is Ask.TEMPERATURE else value)
    if isinstance(found, AskAgain):
        return None
    return Answer(item.key, found.value, AnswerState.CHOOSING) if item.ask is Ask.SEVERAL else found


def marked(tap: Tap, item: Item, before: Answer | None) -> Answer:
    """The answer after one of several options was marked, or not marked any more."""
    options = chosen(item, before.value) or frozenset() if before else frozenset()
    value = value_of(tap)
    now = options - {value[1:]} if value.startswith(NOT) else options | {value}
    return Answer(item.key, ",".join(sorted(now)), AnswerState.CHOOSING)


def is_red_tap(tap: Tap, trial: Trial) -> bool:
    """True when this press alone calls for the emergency text."""
    if tap.verb is Verb.UNWELL:
        return True
    found = answer_of(tap, trial)
    return found is not None and triage_of_answer(found, trial).emergency
