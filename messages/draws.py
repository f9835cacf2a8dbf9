"""What is said on a draw day, and on the evening before: blood first, then the dose."""

from messages.courier import Button, Wording
from messages.phrases import call_line, earlier_button, lines, paragraphs, rows, unwell_button
from messages.text import Voice
from messages.visits import not_confirming, visit_buttons, when
from protocol import screens
from protocol.screens import Reader, VisitShown
from protocol.taps import Sure, Tap, Verb
from protocol.trial import Trial


def notice(screen: screens.DrawNotice, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """About tomorrow only; says nothing that could hold back a dose of today."""
    text = paragraphs(
        voice.say("About tomorrow, %(day)s", day=voice.day(screen.dose.due_on)),
        lines(
            voice.say("Tomorrow: blood first, then the tablets. Today nothing changes."),
            voice.say("Tomorrow morning please do not take the tablets at home. Bring them with you."),
            _fasting(screen.fasting, voice),
            voice.say("After the blood was taken you will be reminded."),
        ),
        _visit(screen.visit, voice),
    )
    return Wording(text, visit_buttons(screen.visit, voice) if screen.visit is not None else ())


def wait(screen: screens.DrawWait, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    dose = screen.dose
    text = paragraphs(
        voice.say("%(day)s: please read this first", day=voice.day(dose.due_on)),
        lines(
            voice.say("Blood first, then the tablets. Please do not take them yet, and bring them with you."),
            _fasting(screen.fasting, voice),
            voice.say("When blood was taken, tap the button below. Then you will be reminded."),
            _visit(screen.visit, voice),
            call_line(voice, reader),
        ),
    )
    drawn = Button(voice.say("Blood was taken"), Tap(Verb.DRAWN, dose.dose_id))
    about_visit = () if screen.visit is None else not_confirming(screen.visit, voice)
    return Wording(text, (*rows(drawn, earlier_button(voice, dose), unwell_button(voice)), *about_visit))


def noted(screen: screens.DrawNoted, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """The reminder comes as a message of its own; here only the time of the dose before is confirmed."""
    parts = [voice.say("Noted: blood was taken at %(time)s.", time=voice.clock(screen.drawn_at))]
    parts.append(voice.say("The reminder for the tablets comes next."))
    mistake = Button(voice.say("No blood yet"), Tap(Verb.DRAWN, screen.dose.dose_id, "no"))
    before, taken_at = screen.before, screen.before_taken_at
    if before is None:
        return Wording(lines(*parts), rows(mistake))
    if taken_at is None:
        ask = voice.say("The dose of %(day)s: when was it taken?", day=voice.day(before.due_on))
        told = Button(voice.say("Tell the time"), Tap(Verb.EARLIER, before.dose_id, str(before.units), Sure.DAY))
        return Wording(paragraphs(lines(*parts), ask), rows(told, mistake))
    ask = voice.say("The dose before was taken on %(at)s. Is that right?", at=voice.moment(taken_at))
    right = Button(voice.say("Yes, that is right"), Tap(Verb.KEEP, before.dose_id))
    other = Button(voice.say("No, change it"), Tap(Verb.CORRECT, before.dose_id, "", Sure.DAY))
    return Wording(paragraphs(lines(*parts), ask), rows(right, other, mistake))


def after_dose(screen: screens.DrawAfterDose, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """Never a word of skipping the next one."""
    text = lines(
        voice.say("Noted. You have already told us about the tablets of today."),
        voice.say("Please stay for the other tests. Your team has been told and says what comes next."),
        voice.say("The next dose comes at the usual time."),
        call_line(voice, reader),
    )
    mistake = Button(voice.say("No blood yet"), Tap(Verb.DRAWN, screen.dose.dose_id, "no"))
    return Wording(text, rows(mistake))


def _visit(visit: VisitShown | None, voice: Voice) -> str:
    """The visit of that day, in the place of a message of its own."""
    return "" if visit is None else voice.say("Your visit: %(when)s.", when=when(visit, voice))


def _fasting(fasting: bool, voice: Voice) -> str:  # noqa: FBT001  one fact of the screen
    return voice.say("Please come without breakfast; water is fine.") if fasting else ""
