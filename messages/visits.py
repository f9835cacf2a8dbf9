"""What is said of a visit: when, what to bring, and whether somebody can come."""

from messages.courier import Button, Wording
from messages.phrases import Rows, call_line, lines, paragraphs, rows
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader, VisitOccasion, VisitShown
from protocol.taps import Tap, Verb
from protocol.trial import Trial


def notice(screen: screens.VisitNotice, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """The first line stands on a locked screen: a day, and nothing of what it is for."""
    at = when(screen.visit, voice)
    headlines = {
        VisitOccasion.WEEK: voice.say("A day to note: %(when)s", when=at),
        VisitOccasion.EVE: voice.say("Tomorrow, %(when)s", when=at),
        VisitOccasion.DAY: voice.say("Today, %(when)s", when=at),
        VisitOccasion.MOVED: voice.say("A new day: %(when)s", when=at),
    }
    asks = {
        VisitOccasion.WEEK: voice.say("Your next visit is on this day. Can you come?"),
        VisitOccasion.EVE: voice.say("Your visit is tomorrow. Can you come?"),
        VisitOccasion.DAY: voice.say("Your visit is today."),
        VisitOccasion.MOVED: voice.say("Your visit has another day now, and the earlier one is off. Can you come?"),
    }
    sure = voice.say("You have told us that you will come.") if screen.visit.confirmed else ""
    text = paragraphs(
        headlines[screen.occasion],
        lines(asks[screen.occasion], sure, bring(screen.visit, voice)),
        call_line(voice, reader),
    )
    today = screen.occasion is VisitOccasion.DAY
    return Wording(text, (not_confirming if today else visit_buttons)(screen.visit, voice))


def asked(screen: screens.VisitAsked, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("About %(day)s", day=voice.day(screen.visit.on)),
        voice.say("Were you at your visit on that day?"),
        call_line(voice, reader),
    )
    came = _button(voice.say("Yes, I was there"), Verb.VISIT_CAME, screen.visit)
    return Wording(text, rows(came, _button(voice.say("No, I was not there"), Verb.VISIT_MISSED, screen.visit)))


def taken_back(screen: screens.VisitTakenBack, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("Not needed: %(when)s", when=when(screen.visit, voice)),
        voice.say("You do not have to come on that day. All else stays as it is."),
        call_line(voice, reader),
    )
    return Wording(text)


def confirmed(screen: screens.VisitConfirmed, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Noted: you come on %(when)s.", when=when(screen.visit, voice)),
        bring(screen.visit, voice),
        call_line(voice, reader),
    )
    return Wording(text, visit_buttons(screen.visit, voice))


def other_day(screen: screens.VisitOtherDay, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    at = when(screen.visit, voice)
    said = (
        voice.say("Thank you for telling us. Your team knows, and looks for another day with you.")
        if screen.passed
        else voice.say("Your team knows that you cannot come on %(when)s, and looks for another day.", when=at)
    )
    text = lines(
        said,
        voice.say("Which days suit you? You can type it here, or call."),
        call_line(voice, reader),
    )
    after_all = _button(voice.say("I can come after all"), Verb.VISIT_COME, screen.visit)
    return Wording(text, () if screen.passed else rows(after_all))


def wish_kept(_screen: screens.VisitWishKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    told = voice.say("Thank you. Your team reads this and arranges the day with you.")
    return Wording(lines(told, call_line(voice, reader)))


def attended(screen: screens.VisitAttended, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Thank you. Noted: you were there on %(day)s.", day=voice.day(screen.visit.on)))


def way(screen: screens.VisitWay, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    return Wording(lines(screen.words or voice.say("Your team tells you the way."), call_line(voice, reader)))


def coming(screen: screens.Visits, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    if not screen.coming:
        return Wording(lines(voice.say("No visit is planned at present."), call_line(voice, reader)))
    first, *later = screen.coming
    listed = [_line(one, voice) for one in (first, *later)]
    text = paragraphs(
        voice.say("Your next visits"),
        lines(*listed),
        bring(first, voice),
        call_line(voice, reader),
    )
    return Wording(text, visit_buttons(first, voice))


def _line(visit: VisitShown, voice: Voice) -> str:
    at = when(visit, voice)
    return voice.say("%(when)s – you come", when=at) if visit.confirmed else at


def when(visit: VisitShown, voice: Voice) -> str:
    """The day, and the time where one is set."""
    day = voice.day(visit.on)
    if visit.at is None:
        return day
    return voice.say("%(day)s, %(time)s", day=day, time=voice.clock(visit.at))


def bring(visit: VisitShown, voice: Voice) -> str:
    fasting = voice.say("Please come without breakfast; water is fine.") if visit.fasting else ""
    return lines(voice.say("Please bring the tablet box with what is left in it, and your study card."), fasting)


def visit_buttons(visit: VisitShown, voice: Voice) -> Rows:
    come = _button(voice.say("I will come"), Verb.VISIT_COME, visit)
    return (*(() if visit.confirmed else rows(come)), *not_confirming(visit, voice))


def not_confirming(visit: VisitShown, voice: Voice) -> Rows:
    """That morning nobody is asked to confirm any more."""
    cannot = _button(voice.say("I cannot come"), Verb.VISIT_CANNOT, visit)
    return rows(cannot, _button(voice.say("How to get there"), Verb.VISIT_WAY, visit))


def _button(label: str, verb: Verb, visit: VisitShown) -> Button:
    """Bound to one day of one visit: after a move it says nothing about the new day."""
    return Button(label, Tap(verb, visit.visit_id, visit.slot().written()))
