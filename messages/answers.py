"""What is said after an answer about a dose: what was recorded, how to change it, and which dose was meant."""

from messages.courier import Button, Wording
from messages.phrases import (
    advice_text,
    call_line,
    earlier_button,
    just_taken_button,
    lines,
    not_taken_button,
    other_number_button,
    paragraphs,
    reason_name,
    rows,
    tablets,
    taken_button,
    today_button,
    unwell_button,
)
from messages.text import Voice
from protocol import screens
from protocol.screens import LateAdvice, Reader, Shown
from protocol.taps import Sure, Tap, Verb
from protocol.terms import DoseAnswer, NotTakenReason
from protocol.trial import Trial


def recorded(screen: screens.Recorded, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    dose = screen.dose
    missed = screen.answer is DoseAnswer.NOT_TAKEN  # the only answer after which anything may still be taken
    advice = advice_text(screen.advice, reader, trial) if screen.advice and missed else ""
    text = paragraphs(
        voice.say("Recorded"),
        lines(_what(screen, voice), *_moments(screen, voice), _whose(screen, voice)),
        advice,
        _how_to_change(screen, voice, reader),
    )
    still = [taken_button(voice, dose)] if missed and screen.advice is LateAdvice.STILL_TAKE else []
    change = Button(voice.say("Change"), Tap(Verb.CORRECT, dose.dose_id))
    undo = Button(voice.say("Undo"), Tap(Verb.UNDO, dose.dose_id))
    second = [Button(voice.say("I took one more"), screen.second)] if screen.second else []
    return Wording(text, rows(*still, *([change, undo] if screen.can_change else []), *second))


def _what(screen: screens.Recorded, voice: Voice) -> str:
    at, count = voice.moment(screen.dose.due_at), tablets(voice, screen.units)
    if screen.answer is DoseAnswer.NOT_TAKEN:
        reason = reason_name(voice, screen.reason or NotTakenReason.OTHER)
        return voice.say("For %(at)s: not taken (%(reason)s)", at=at, reason=reason)
    if screen.answer is DoseAnswer.EXTRA:
        return voice.say("For %(at)s: %(tablets)s taken in all", at=at, tablets=count)
    if screen.answer is DoseAnswer.UNDONE:
        return voice.say("For %(at)s: nothing is recorded now", at=at)
    return voice.say("For %(at)s: %(tablets)s taken", at=at, tablets=count)


def _moments(screen: screens.Recorded, voice: Voice) -> list[str]:
    found = [voice.say("Recorded: %(at)s", at=voice.moment(screen.recorded_at))]
    if screen.taken_at is not None:
        found.insert(0, voice.say("Taken: %(at)s", at=voice.moment(screen.taken_at)))
    return found


def _whose(screen: screens.Recorded, voice: Voice) -> str:
    already = voice.say("It had been recorded before; it was not counted twice.") if screen.already else ""
    if screen.by_team:
        return lines(already, voice.say("Your team recorded it, as you told them on the phone."))
    return lines(already, voice.say("It was recorded by another person.") if screen.by_other else "")


def _how_to_change(screen: screens.Recorded, voice: Voice, reader: Reader) -> str:
    if screen.can_change:
        return voice.say("If this is not right, tap “Change” or “Undo”.")
    return lines(voice.say("To change this, please call your team."), call_line(voice, reader))


def undone(screen: screens.Undone, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose, sure = screen.dose, "" if screen.can_take_now else str(Sure.DAY)
    text = paragraphs(
        voice.say("Undone"),
        lines(
            voice.say("For %(at)s: nothing is recorded now", at=voice.moment(dose.due_at)),
            voice.say("Please tap what is right."),
        ),
    )
    now = [taken_button(voice, dose)] if screen.can_take_now else []
    return Wording(text, rows(*now, *_told(voice, dose, sure)))


def correct(screen: screens.CorrectQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    dose, sure = screen.dose, screen.sure
    text = lines(
        voice.say("For %(at)s: what is right?", at=voice.moment(dose.due_at)),
        voice.say("Nothing changes until you choose."),
    )
    now = [just_taken_button(voice, dose, sure)] if screen.is_today else []
    back = Button(voice.say("Go back"), Tap(Verb.KEEP, dose.dose_id))
    return Wording(text, rows(*now, *_told(voice, dose, sure), back))


def _told(voice: Voice, dose: Shown, sure: str) -> list[Button]:
    earlier, not_taken = earlier_button(voice, dose, sure), not_taken_button(voice, dose, sure)
    return [earlier, not_taken, other_number_button(voice, dose, sure)]


def which_day(screen: screens.WhichDayQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(voice.say("Which day do you mean?"), voice.say("Nothing is recorded until you choose."))
    older = Button(voice.short_moment(screen.older.due_at), screen.older_tap)
    return Wording(text, rows(older, Button(voice.short_moment(screen.newer.due_at), screen.newer_tap)))


def double_question(screen: screens.DoubleDoseQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Asked for a second dose, and for more tablets than ordered: the "yes" says how many it would record."""
    units = int(number) if (number := screen.yes.argument.partition("@")[0]).isdigit() else 0
    at = voice.moment(screen.earlier_taken_at)
    if units > screen.dose.units:
        told, planned = tablets(voice, units), tablets(voice, screen.dose.units)
        ask = voice.say(
            "You answered: %(tablets)s (%(at)s). The order is %(planned)s. Did you really take %(tablets)s?",
            at=at,
            tablets=told,
            planned=planned,
        )
    else:
        ask = voice.say("A dose of %(at)s is recorded already. Did you really take another one besides that?", at=at)
    text = paragraphs(voice.say("Please check once more"), ask)
    slip = Button(voice.say("No, a slip"), screen.no)
    return Wording(text, rows(slip, Button(voice.say("Yes, really taken"), screen.yes, "danger")))


def double_told(_screen: screens.DoubleDoseTold, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    text = lines(trial.texts.double_dose[reader.language], call_line(voice, reader))
    return Wording(text, rows(unwell_button(voice)))


def nothing_changed(_screen: screens.NothingChanged, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Nothing was changed."), rows(today_button(voice)))


def closed(screen: screens.ReportClosed, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "The dose of %(at)s lies some days back and can no longer be changed here. Your team can change it for you.",
        at=voice.moment(screen.dose.due_at),
    )
    return Wording(lines(text, call_line(voice, reader)), rows(today_button(voice)))
