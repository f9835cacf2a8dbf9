"""What can be asked for at any time: settings, help, contact, stopping, and "I feel unwell"."""

from messages.courier import Button, Wording
from messages.entry import OWN_NAMES
from messages.phrases import Rows, call_line, food_name, lines, paragraphs, rows, today_button, unwell_button
from messages.tablets import count_button
from messages.text import Voice
from messages.travel import travel_button
from protocol import screens
from protocol.screens import Reader
from protocol.taps import MediaKind, Tap, Verb
from protocol.terms import StopKind
from protocol.trial import Trial


def settings(screen: screens.Settings, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("Your settings"),
        lines(
            voice.say("Reminder: every day at %(time)s", time=voice.spoken(screen.reminder_time)),
            voice.say("Food: %(food)s", food=food_name(voice, screen.food)),
            voice.say("Language: %(language)s", language=OWN_NAMES[screen.language]),
            voice.say("Messages are stopped at present.") if screen.messages_stopped else "",
        ),
        voice.say("What do you want to change?"),
    )
    messages = (
        Button(voice.say("Messages on again"), Tap(Verb.RESUME_MESSAGES), "primary")
        if screen.messages_stopped
        else Button(voice.say("Stop messages only"), Tap(Verb.STOP, "", StopKind.MESSAGES))
    )
    return Wording(
        text,
        rows(
            Button(voice.say("Reminder time"), Tap(Verb.SETTINGS, "", "time")),
            Button(voice.say("Food"), Tap(Verb.SETTINGS, "", "food")),
            Button(voice.say("Weekly questions"), Tap(Verb.SETTINGS, "", "check")),
            Button(voice.say("Language · 语言"), Tap(Verb.SETTINGS, "", "language")),
            count_button(voice),
            travel_button(voice),
            messages,
        ),
    )


def setting_changed(screen: screens.SettingChanged, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    texts = {
        "language": voice.say("From now on we write in English."),
        "time": voice.say("You will be reminded every day at %(time)s.", time=voice.spoken(screen.reminder_time)),
        "food": voice.say("Always the same way: %(food)s.", food=food_name(voice, screen.food)),
    }
    coming = screen.next_due_at
    following = "" if coming is None else voice.say("The next one is on %(at)s.", at=voice.moment(coming))
    return Wording(paragraphs(voice.say("Changed"), lines(texts[screen.what], following)))


def help_text(screen: screens.Help, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("How this works"),
        lines(
            voice.say("1. Each day you get a reminder at your time. One tap is enough."),
            voice.say("2. A mistake? Tap “Change” or “Undo”."),
            voice.say("3. A button does not answer? Type it, for example: taken 8:30."),
            voice.say("4. Tap “Today” at any time to see what is open."),
            voice.say("5. Swallow the tablets whole."),
        ),
        lines(_not_watched(voice), call_line(voice, reader)),
    )
    return Wording(text, _ways_on(screen.own, voice))


def _ways_on(own: bool, voice: Voice) -> Rows:  # noqa: FBT001
    """What nobody should have to type a command for."""
    settings_button = Button(voice.say("Settings"), Tap(Verb.SETTINGS))
    return rows(settings_button, Button(voice.say("I want to stop"), Tap(Verb.STOP))) if own else ()


def _not_watched(voice: Voice) -> str:
    """The approved sentence also says that a message has come in; here none has."""
    return voice.say("This chat is not watched round the clock. If you feel unwell, tap “I feel unwell”.")


def contact(screen: screens.Contact, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    return Wording(paragraphs(call_line(voice, reader), _not_watched(voice)), _ways_on(screen.own, voice))


# --- stopping -------------------------------------------------------------------------------------------------------


def stop_question(_screen: screens.StopQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        voice.say("What do you want to stop? These are four different things."),
        rows(
            Button(voice.say("Stop messages only"), Tap(Verb.STOP, "", StopKind.MESSAGES)),
            Button(voice.say("Stop the tablets"), Tap(Verb.STOP, "", StopKind.DRUG)),
            Button(voice.say("Leave the study"), Tap(Verb.STOP, "", StopKind.STUDY)),
            Button(voice.say("Withdraw consent"), Tap(Verb.STOP, "", StopKind.CONSENT)),
        ),
    )


def stop_confirm(_screen: screens.StopConfirm, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Shall we really send no more messages?"),
        voice.say("Only the messages stop. Your tablets and your visits stay as they are."),
    )
    yes = Button(voice.say("Yes, stop messages"), Tap(Verb.STOP_SURE, "", StopKind.MESSAGES))
    return Wording(text, rows(yes, Button(voice.say("No, go on"), Tap(Verb.TODAY))))


def stop_answered(screen: screens.StopAnswered, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    nothing_deleted = voice.say("Nothing is deleted.")
    if screen.kind is StopKind.MESSAGES:
        text = lines(voice.say("You will get no more messages. Your team has been told."), nothing_deleted)
        return Wording(text, rows(Button(voice.say("Messages on again"), Tap(Verb.RESUME_MESSAGES))))
    if screen.kind is StopKind.DRUG:
        text = trial.texts.stop_drug[reader.language]
    elif screen.kind is StopKind.STUDY:
        text = lines(
            voice.say("You may leave at any time."),
            voice.say("Please speak with your study doctor or your team first. They have been told that you asked."),
        )
    else:
        text = lines(
            voice.say("You may withdraw your consent at any time."),
            voice.say("Please speak with your study doctor or your team first. They have been told that you asked."),
        )
    return Wording(paragraphs(text, lines(nothing_deleted, call_line(voice, reader))))


def messages_resumed(screen: screens.MessagesResumed, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    coming = screen.next_due_at
    following = "" if coming is None else voice.say("The next one is on %(at)s.", at=voice.moment(coming))
    return Wording(lines(voice.say("Messages are on again."), following))


# --- unwell, and everything that is not understood ------------------------------------------------------------------


def unwell(_screen: screens.Unwell, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Your team has been told. You can write here in your own words what you feel."))


def kept(screen: screens.KeptForStaff, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    unseen = {
        MediaKind.VOICE: voice.say("Nobody has listened to your voice message yet."),
        MediaKind.PHOTO: voice.say("Nobody has looked at your photo yet."),
        MediaKind.OTHER: voice.say("Nobody has looked at what you sent yet."),
    }
    text = lines(trial.texts.not_watched[reader.language], unseen[screen.media] if screen.media else "")
    text = paragraphs(text, call_line(voice, reader) if screen.call else "")
    return Wording(text, rows(today_button(voice), unwell_button(voice)))


def photo_not_kept(screen: screens.PhotoNotKept, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Photos cannot be kept here. Nobody has seen this one."),
        voice.say("What you wrote below it is kept for your team.")
        if screen.words_kept
        else voice.say("Please write in your own words what it shows, or call."),
    )
    watched = lines(_not_watched(voice), call_line(voice, reader))
    return Wording(paragraphs(text, watched), rows(today_button(voice), unwell_button(voice)))


def ask_again(screen: screens.AskAgain, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    which = (
        voice.say("To answer for %(at)s, please tap “Today”.", at=voice.moment(screen.dose.due_at))
        if screen.dose
        else voice.say("Please tap “Today” to see what is open.")
    )
    text = lines(voice.say("We did not understand that, so nothing was recorded."), which)
    return Wording(text, rows(today_button(voice), unwell_button(voice)))


def slower(_screen: screens.Slower, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(
        lines(
            voice.say("Many messages came at once. Please wait a minute, then go on."),
            voice.say("What you have written is kept for your team. Answers about your tablets always count."),
        ),
        rows(today_button(voice), unwell_button(voice)),
    )
