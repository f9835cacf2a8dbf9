"""What is said while a chat is set up: language, notice, consents, time, food, the practice tap."""

from messages.courier import Button, Wording
from messages.doses import call_line, rows
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.terms import FoodMode, Language
from protocol.trial import Trial


def language(_screen: screens.LanguageQuestion, _voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Bilingual in itself: nobody has to read the other language first."""
    return Wording(
        "请选择语言。\nPlease choose your language.",
        rows(
            Button("中文", Tap(Verb.LANGUAGE, "", Language.ZH)),
            Button("English", Tap(Verb.LANGUAGE, "", Language.EN)),
        ),
    )


def notice(screen: screens.PrivacyNotice, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    button = Button(voice.say("I have read this"), Tap(Verb.NOTICE_READ), "primary")
    return Wording(trial.texts.privacy_notice[reader.language], rows(button) if screen.asks else ())


def consent(screen: screens.ConsentQuestion, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    step = voice.say("Question %(step)d of %(steps)d", step=screen.step, steps=screen.steps)
    text = trial.consents[screen.purpose].text[reader.language]
    return Wording(
        step + "\n" + text,
        rows(
            Button(voice.say("I agree"), Tap(Verb.CONSENT, "", f"{screen.purpose}:yes")),
            Button(voice.say("I do not agree"), Tap(Verb.CONSENT, "", f"{screen.purpose}:no")),
        ),
    )


def consent_refused(_screen: screens.ConsentRefused, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "That is your choice, and your care stays the same. You will get no messages here; your team will call you."
    )
    return Wording(text + "\n" + call_line(voice, reader))


def reminder_time(screen: screens.ReminderTimeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    buttons = [
        Button(voice.clock(choice), Tap(Verb.REMINDER_TIME, "", choice.strftime("%H%M"))) for choice in screen.choices
    ]
    text = voice.say("At what time do you want to be reminded each day? Tap a time, or type it, for example 8:15.")
    if screen.current is not None:
        text += "\n" + voice.say("Now it is %(time)s.", time=voice.clock(screen.current))
    return Wording(text, rows(*buttons))


def food(_screen: screens.FoodQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("How will you take your tablets? Please keep to the same way every day."),
        rows(
            Button(voice.say("Always with food"), Tap(Verb.FOOD, "", FoodMode.WITH)),
            Button(voice.say("Always without food"), Tap(Verb.FOOD, "", FoodMode.WITHOUT)),
        ),
    )


def practice(_screen: screens.PracticeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("This is a test message. Please tap the button below, just to practise. Nothing is taken now."),
        rows(Button(voice.say("I have tapped"), Tap(Verb.PRACTICE), "primary")),
    )


def set_up_done(screen: screens.SetUpDone, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say("That worked. You will be reminded every day at %(time)s.", time=voice.clock(screen.reminder_time))
    if screen.next_due_at is not None:
        text += "\n" + voice.say("The first reminder comes on %(at)s.", at=voice.moment(screen.next_due_at))
    return Wording(text)


def helper(_screen: screens.HelperConsentQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "You have been named as someone who helps a participant. You can report doses for this person here, and it "
        "will be written down that you did. Do you agree?"
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
        return Wording(voice.say("Thank you. Tap Today to see what there is to report."))
    return Wording(voice.say("All right. This chat is not used any more."))


def refused(_screen: screens.InvitationRefused, _voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Bilingual: nobody knows who reads it."""
    return Wording(
        "这个链接不能使用。请向您的研究团队要一个新的。\n"
        "This link cannot be used. Please ask your study team for a new one."
    )
