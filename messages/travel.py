"""What is said about a journey: where, when, by which clock, and the doses around it with their distances."""

from messages.courier import Button, Wording
from messages.phrases import call_line, lines, pairs, paragraphs, rows
from messages.places import place_name
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader, TravelDoseLine
from protocol.taps import Tap, Verb
from protocol.terms import TravelClock
from protocol.travel import PLACES
from protocol.trial import Trial

DAY_FORMAT = "%y%m%d"


def travel_button(voice: Voice) -> Button:
    return Button(voice.say("I am going away"), Tap(Verb.TRAVEL))


def place_question(screen: screens.PlaceQuestion, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        lines(
            voice.say("Where are you going?"),
            voice.say("Choose the place with the same time as where you will be."),
        ),
        voice.say("Not in the list? Your team can set it for you."),
        call_line(voice, reader),
    )
    places = [Button(place_name(PLACES[code], voice.language), Tap(Verb.TRAVEL, "", code)) for code in screen.places]
    back = Button(voice.say("Not now"), Tap(Verb.SETTINGS))
    return Wording(text, (*pairs(places), (back,)))


def day_question(screen: screens.TravelDayQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    place = place_name(PLACES[screen.place], voice.language)
    if screen.from_on is None:
        text, start = voice.say("%(place)s: which is your first day there?", place=place), f"{screen.place}@"
    else:
        text = lines(
            voice.say("%(place)s, from %(day)s.", place=place, day=voice.day(screen.from_on)),
            voice.say("Which is your last day there?"),
        )
        start = f"{screen.place}@{screen.from_on:{DAY_FORMAT}}-"
    days = [Button(voice.short_day(on), Tap(Verb.TRAVEL, "", f"{start}{on:{DAY_FORMAT}}")) for on in screen.days]
    later = Button(voice.say("Later days"), Tap(Verb.TRAVEL, "", f"{start}p{screen.page + 1}"))
    again = Button(voice.say("Another place"), Tap(Verb.TRAVEL))
    return Wording(text, (*pairs(days), (later,), (again,)))


def clock_question(screen: screens.ClockQuestion, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    days = f"{screen.from_on:{DAY_FORMAT}}-{screen.until_on:{DAY_FORMAT}}"
    text = paragraphs(
        _where(voice, PLACES[screen.place], screen),
        voice.say("By which clock do you want to be reminded? Both keep a safe distance between the tablets."),
        lines(voice.say("① As at home, at the same moments:"), *_doses(voice, screen.at_home)),
        lines(voice.say("② At your usual time on the clock there:"), *_doses(voice, screen.at_local)),
        _visits(voice, reader, screen),
    )
    choices = {
        TravelClock.HOME: voice.say("① As at home"),
        TravelClock.LOCAL: voice.say("② By the clock there"),
    }
    buttons = [
        Button(label, Tap(Verb.TRAVEL, "", f"{screen.place}@{days}:{clock}")) for clock, label in choices.items()
    ]
    return Wording(text, rows(*buttons, Button(voice.say("Other days"), Tap(Verb.TRAVEL, "", screen.place))))


def journey(screen: screens.JourneyShown, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    clocks = {
        TravelClock.HOME: voice.say("You are reminded at the same moments as at home."),
        TravelClock.LOCAL: voice.say("You are reminded at your usual time on the clock there."),
    }
    text = paragraphs(
        voice.say("Noted") if screen.new else voice.say("Your journey"),
        lines(_where(voice, screen.tz, screen), clocks[screen.clock]),
        lines(*_doses(voice, screen.doses)),
        _visits(voice, reader, screen),
    )
    label = voice.say("I am back") if screen.under_way else voice.say("I am not going")
    return Wording(text, rows(Button(label, Tap(Verb.TRAVEL, "", f"end:{screen.number}"))))


def over(screen: screens.JourneyOver, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        lines(voice.say("Back to normal"), voice.say("You are reminded by the clock at home again.")),
        lines(*_doses(voice, screen.doses)),
    )
    return Wording(text, rows(travel_button(voice)))


def not_possible(_screen: screens.JourneyNotPossible, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("These days cannot be noted, so nothing has changed."),
        voice.say("Please choose other days, or call your team."),
        call_line(voice, reader),
    )
    return Wording(text, rows(travel_button(voice)))


def _where(voice: Voice, tz: str, screen: screens.ClockQuestion | screens.JourneyShown) -> str:
    place, first, last = place_name(tz, voice.language), voice.day(screen.from_on), voice.day(screen.until_on)
    return voice.say("%(place)s: %(first)s to %(last)s", place=place, first=first, last=last)


def _doses(voice: Voice, doses: tuple[TravelDoseLine, ...]) -> list[str]:
    """Each on the wall where they are then."""
    return [_dose(Voice(voice.language, dose.tz), dose) for dose in doses]


def _dose(there: Voice, dose: TravelDoseLine) -> str:
    at, place = there.short_moment(dose.due_at), place_name(dose.tz, there.language)
    if not dose.hours:
        return there.say("• %(at)s (%(place)s)", at=at, place=place)
    hours = f"{dose.hours:g}"
    return there.say("• %(at)s (%(place)s), %(hours)s hours after the last", at=at, place=place, hours=hours)


def _visits(voice: Voice, reader: Reader, screen: screens.ClockQuestion | screens.JourneyShown) -> str:
    if not screen.visit_days:
        return ""
    days = voice.say(", ").join(voice.short_day(on) for on in screen.visit_days)
    asks = voice.say("A visit falls into these days: %(days)s. Please ask for another day.", days=days)
    return lines(asks, call_line(voice, reader))
