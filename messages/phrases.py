"""Phrases and buttons that stand on more than one screen; a dose's buttons come in the same order every day."""

from messages.courier import Button
from messages.text import Voice
from protocol.screens import LateAdvice, Reader, Shown
from protocol.taps import Tap, Verb
from protocol.terms import FoodMode, NotTakenReason
from protocol.trial import Trial

Rows = tuple[tuple[Button, ...], ...]


def rows(*buttons: Button) -> Rows:
    """One button a row: large targets."""
    return tuple((button,) for button in buttons)


def pairs(buttons: list[Button]) -> Rows:
    """Two short ones a row: numbers and times of the day."""
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def paragraphs(*parts: str) -> str:
    """A discreet first line, then the matter; nothing is lost where one of them is empty."""
    return "\n\n".join(part for part in parts if part)


def lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


# --- sentences ------------------------------------------------------------------------------------------------------


def tablets(voice: Voice, units: int) -> str:
    return voice.count("%(count)d tablet", "%(count)d tablets", units)


def with_food(voice: Voice, mode: FoodMode) -> str:
    if mode is FoodMode.WITH:
        return voice.say("Please take it with food.")
    return voice.say("Please take it without food.")


def food_name(voice: Voice, mode: FoodMode) -> str:
    return voice.say("With food") if mode is FoodMode.WITH else voice.say("Without food")


def call_line(voice: Voice, reader: Reader) -> str:
    """Name and number in full: a phone makes it a link by itself."""
    return voice.say("To call: %(name)s, %(phone)s", name=reader.contact_name, phone=reader.contact_phone)


def advice_text(advice: LateAdvice, reader: Reader, trial: Trial) -> str:
    texts = trial.texts.late_before_cutoff if advice is LateAdvice.STILL_TAKE else trial.texts.late_after_cutoff
    return texts[reader.language]


def reason_name(voice: Voice, reason: NotTakenReason) -> str:
    """The neutral reasons, as they stand on the buttons."""
    names = {
        NotTakenReason.FORGOT: voice.say("Forgot"),
        NotTakenReason.UNWELL: voice.say("Felt unwell"),
        NotTakenReason.RAN_OUT: voice.say("Ran out"),
        NotTakenReason.DOCTORS_ADVICE: voice.say("Doctor's advice"),
        NotTakenReason.CHOSE_NOT_TO: voice.say("Chose not to"),
        NotTakenReason.OTHER: voice.say("Another reason"),
    }
    return names[reason]


# --- buttons --------------------------------------------------------------------------------------------------------


def taken_button(voice: Voice, dose: Shown, sure: str = "") -> Button:
    label = voice.count("Taken: %(count)d tablet", "Taken: %(count)d tablets", dose.units)
    return Button(label, Tap(Verb.TAKEN, dose.dose_id, str(dose.units), sure), "primary")


def just_taken_button(voice: Voice, dose: Shown, sure: str = "") -> Button:
    """Late in the day "taken" could mean this morning, so the button says that it means now."""
    label = voice.count("Just now: %(count)d tablet", "Just now: %(count)d tablets", dose.units)
    return Button(label, Tap(Verb.TAKEN, dose.dose_id, str(dose.units), sure))


def earlier_button(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Taken earlier"), Tap(Verb.EARLIER, dose.dose_id, str(dose.units), sure))


def not_taken_button(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Not taken"), Tap(Verb.NOT_TAKEN, dose.dose_id, "", sure))


def later_button(voice: Voice, dose: Shown) -> Button:
    return Button(voice.say("Remind me later"), Tap(Verb.LATER, dose.dose_id))


def other_number_button(voice: Voice, dose: Shown, sure: str = "") -> Button:
    return Button(voice.say("Another number"), Tap(Verb.HOW_MANY, dose.dose_id, "", sure))


def today_button(voice: Voice) -> Button:
    return Button(voice.say("Today"), Tap(Verb.TODAY))


def unwell_button(voice: Voice) -> Button:
    return Button(voice.say("I feel unwell"), Tap(Verb.UNWELL))
