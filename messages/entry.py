"""What is said while a chat is set up: language, notice, consents, time, food, the practice tap."""

from messages.courier import Button, Wording
from messages.phrases import call_line, food_name, lines, pairs, paragraphs, rows
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.terms import FoodMode, Language, Purpose
from protocol.trial import Trial

OWN_NAMES = {Language.ZH: "中文", Language.EN: "English"}
"""Each language in its own writing, whatever the rest is written in."""


def in_both(message: str) -> str:
    """For a reader whose language nobody knows yet."""
    return "\n".join(Voice(language, "UTC").say(message) for language in Language)


def language(screen: screens.LanguageQuestion, _voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Bilingual in itself: nobody has to read the other language first."""
    ask = in_both("Please choose your language.")
    text = paragraphs(in_both("Welcome."), ask) if screen.first else ask
    buttons = [Button(OWN_NAMES[choice], Tap(Verb.LANGUAGE, "", choice)) for choice in Language]
    return Wording(text, rows(*buttons))


def notice(screen: screens.PrivacyNotice, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    button = Button(voice.say("I have read this"), Tap(Verb.NOTICE_READ), "primary")
    first = voice.say("Your personal information")
    return Wording(paragraphs(first, trial.texts.privacy_notice[reader.language]), rows(button) if screen.asks else ())


def consent(screen: screens.ConsentQuestion, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    purpose = purpose_name(voice, screen.purpose)
    first = voice.say(
        "Question %(step)d of %(steps)d: %(purpose)s", step=screen.step, steps=screen.steps, purpose=purpose
    )
    return Wording(
        paragraphs(first, trial.consents[screen.purpose].text[reader.language], voice.say("Do you agree to this?")),
        rows(
            Button(voice.say("I agree"), Tap(Verb.CONSENT, "", f"{screen.purpose}:yes")),
            Button(voice.say("I do not agree"), Tap(Verb.CONSENT, "", f"{screen.purpose}:no")),
        ),
    )


def purpose_name(voice: Voice, purpose: Purpose) -> str:
    """What is asked consent for, each apart."""
    names = {
        Purpose.MESSAGING: voice.say("messages in this chat"),
        Purpose.SENSITIVE_DATA: voice.say("sensitive personal information"),
        Purpose.CROSS_BORDER: voice.say("information that leaves the country"),
    }
    return names[purpose]


def consent_refused(_screen: screens.ConsentRefused, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("That is your choice. You take part all the same."),
        voice.say("You will get no messages here. Your team will phone you instead."),
    )
    return Wording(lines(text, call_line(voice, reader)))


def reminder_time(screen: screens.ReminderTimeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    buttons = [
        Button(voice.clock(choice), Tap(Verb.REMINDER_TIME, "", choice.strftime("%H%M"))) for choice in screen.choices
    ]
    now = "" if screen.current is None else voice.say("Now it is %(time)s.", time=voice.spoken(screen.current))
    text = lines(
        voice.say("At what time do you want to be reminded each day?"),
        now,
        voice.say("Tap a time, or type it, for example 8:30."),
    )
    return Wording(text, pairs(buttons))


def food(screen: screens.FoodQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    now = "" if screen.current is None else voice.say("Now: %(food)s.", food=food_name(voice, screen.current))
    text = lines(
        voice.say("Do you take your tablets with food or without?"),
        voice.say("Please choose as your doctor told you, and keep to it every day."),
        now,
    )
    return Wording(text, rows(*[Button(food_name(voice, mode), Tap(Verb.FOOD, "", mode)) for mode in FoodMode]))


def practice(_screen: screens.PracticeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("This is only for practice. You do not take anything now."),
        voice.say("Please tap the button below once."),
    )
    return Wording(text, rows(Button(voice.say("Practice: tap here"), Tap(Verb.PRACTICE), "primary")))


def set_up_done(screen: screens.SetUpDone, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    coming = screen.next_due_at
    text = paragraphs(
        voice.say("That worked. Everything is ready."),
        lines(
            voice.say("You will be reminded every day at %(time)s.", time=voice.spoken(screen.reminder_time)),
            voice.say("Always the same way: %(food)s.", food=food_name(voice, screen.food)),
            "" if coming is None else voice.say("The next one is on %(at)s.", at=voice.moment(coming)),
        ),
        voice.say("Below there are three buttons that you can tap at any time: “Today”, “I feel unwell” and “Call”."),
    )
    return Wording(text)


def helper(_screen: screens.HelperConsentQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Someone has named you as family who may answer for them here."),
        voice.say("Your answers are kept and marked as given by family. You can stop at any time."),
        voice.say("Do you agree to this?"),
    )
    return Wording(
        text,
        rows(
            Button(voice.say("I agree"), Tap(Verb.HELPER, "", "yes")),
            Button(voice.say("I do not agree"), Tap(Verb.HELPER, "", "no")),
        ),
    )


def helper_ready(screen: screens.HelperReady, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    if screen.accepted:
        return Wording(voice.say("Thank you. Tap “Today” to see what can be answered."))
    return Wording(voice.say("All right. This chat will not be used."))


def refused(_screen: screens.InvitationRefused, _voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Bilingual: nobody knows who reads it. It says nothing about why."""
    return Wording(in_both("This link does not work. Please ask the person who gave it to you for a new one."))
