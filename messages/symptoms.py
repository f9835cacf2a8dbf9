"""The symptom check in words: one question a screen, thanks that reassure nobody, and the emergency text."""

from datetime import date

from messages.courier import Button, Wording
from messages.phrases import Rows, call_line, lines, pairs, paragraphs, rows, unwell_button
from messages.text import Voice
from protocol import screens
from protocol.answers import scale_of
from protocol.check_taps import argument, argument_of_option
from protocol.screens import Reader
from protocol.symptoms import Ask, Item, Occasion, ScaleWord
from protocol.taps import Tap, Verb
from protocol.trial import Trial
from protocol.typed_answers import AskAgain

SHORT = {"zh": 7, "en": 12}
"""Labels up to so many letters stand two a row."""
DEGREES = ("36.5", "37.0", "37.5", "38.0", "38.5", "39.0", "39.5", "40.0")
"""Tapped where no exact number is at hand; the nearest of them never falls below a threshold of its number."""


def emergency(_screen: screens.Emergency, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    return Wording(paragraphs(trial.texts.emergency[reader.language], call_line(voice, reader)))


def offer(screen: screens.SymptomOffer, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    texts = {
        Occasion.BASELINE: (
            voice.say("A few questions to begin with"),
            voice.say("How have you usually been of late? It takes about two minutes. You can stop at any time."),
        ),
        Occasion.WEEKLY: (
            voice.say("Questions of this week"),
            voice.say("How have you been? It takes a few minutes. You can stop at any time and go on later."),
        ),
        Occasion.AGAIN: (
            voice.say("A question once more"),
            voice.say("Earlier you told us of a raised temperature. How are you now? Please measure again."),
        ),
        Occasion.UNWELL: (voice.say("A few questions"), voice.say("Please tell us how you are.")),
    }
    first, text = texts[screen.occasion]
    offered = f"{screen.occasion}@{screen.on:%Y%m%d}"
    begin = Button(voice.say("Begin"), Tap(Verb.SYMPTOM_BEGIN, screen.follows, offered), "primary")
    return Wording(paragraphs(first, text), rows(begin, unwell_button(voice)))


def question(screen: screens.SymptomQuestion, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    """The progress, the item in the protocol's own words, and how it is answered."""
    item = trial.sheet.items[screen.item]
    progress = voice.say("Question %(place)d / %(count)d", place=screen.place, count=screen.count)
    asked = lines(item.text[reader.language], _how(screen, item, voice))
    text = paragraphs(progress, _again(screen.again, item, voice), asked)
    return Wording(text, (*_answers(screen, item, voice, reader, trial), *_ways(screen, voice)))


def _how(screen: screens.SymptomQuestion, item: Item, voice: Voice) -> str:
    if item.ask is Ask.AMOUNT:
        return voice.say("Now type the number.") if screen.unit else voice.say("Tap the unit first.")
    texts = {
        Ask.TEMPERATURE: voice.say("Type it, for example 36.8, or tap the nearest one."),
        Ask.DATE: voice.say("Tap a day, or type it, for example 3-28."),
        Ask.TEXT: voice.say("Type it here and send it."),
        Ask.PHOTO: voice.say("Send the photo here."),
    }
    return texts.get(item.ask, "")


def _again(again: AskAgain | None, item: Item, voice: Voice) -> str:
    if again is None:
        return ""
    if again is AskAgain.UNREADABLE and item.ask in (Ask.SEVERITY, Ask.YES_NO, Ask.CHOICE, Ask.SEVERAL):
        return voice.say("Please tap one of the buttons.")
    texts = {
        AskAgain.UNREADABLE: voice.say("We could not read that. Please write it once more."),
        AskAgain.IMPLAUSIBLE: voice.say("This number looks unusual. Please look once more and write it again."),
        AskAgain.IN_THE_FUTURE: voice.say("This day has not come yet. Please write the day once more."),
        AskAgain.TOO_LONG_AGO: voice.say("This day is long ago. Please write the day once more."),
        AskAgain.TOO_LONG: voice.say("This is too long for one message. Please write it in fewer words."),
    }
    return texts[again]


def _answers(screen: screens.SymptomQuestion, item: Item, voice: Voice, reader: Reader, trial: Trial) -> Rows:
    match item.ask:
        case Ask.SEVERITY | Ask.YES_NO:
            labels = [(value, trial.sheet.scale[ScaleWord(value)][reader.language]) for value in scale_of(item)]
            if item.ask is Ask.YES_NO:
                labels.reverse()
            return _buttons(screen, voice, labels)
        case Ask.CHOICE:
            return _buttons(screen, voice, [(key, text[reader.language]) for key, text in item.options.items()])
        case Ask.SEVERAL:
            return _several(screen, item, voice, reader, trial)
        case Ask.AMOUNT:
            units = [
                Button(
                    _marked(text[reader.language], key == screen.unit),
                    Tap(Verb.SYMPTOM_UNIT, screen.check_id, argument(item.key, key)),
                )
                for key, text in item.options.items()
            ]
            return rows(*units)
        case Ask.TEMPERATURE:
            return pairs([_answer(screen, value, value) for value in DEGREES])
        case Ask.DATE:
            return pairs([_answer(screen, on.isoformat(), voice.short_day(on)) for on in screen.days])
        case _:
            return ()


def _several(screen: screens.SymptomQuestion, item: Item, voice: Voice, reader: Reader, trial: Trial) -> Rows:
    """Options are marked and unmarked; with none marked, "none of these" is the answer, else "done"."""
    options = [
        _answer(screen, key, _marked(text[reader.language], key in screen.marked)) for key, text in item.options.items()
    ]
    if screen.marked:
        end = Button(voice.say("Done"), Tap(Verb.SYMPTOM_DONE, screen.check_id, item.key), "primary")
    else:
        none = trial.sheet.scale[ScaleWord.NONE_OF_THESE][reader.language]
        end = Button(none, Tap(Verb.SYMPTOM_NONE, screen.check_id, item.key))
    return rows(*options, end)


def _option(screen: screens.SymptomQuestion, key: str, label: str) -> Button:
    is_marked = key in screen.marked
    data = argument_of_option(screen.item, key, is_marked=is_marked)
    return Button(_marked(label, is_marked), Tap(Verb.SYMPTOM_ANSWER, screen.check_id, data))


def _marked(label: str, is_marked: bool) -> str:  # noqa: FBT001 - private
    return f"✓ {label}" if is_marked else label


def _answer(screen: screens.SymptomQuestion, value: str, label: str) -> Button:
    return Button(label, Tap(Verb.SYMPTOM_ANSWER, screen.check_id, argument(screen.item, value)))


def _buttons(screen: screens.SymptomQuestion, voice: Voice, labels: list[tuple[str, str]]) -> Rows:
    """What was answered before is marked; short labels stand two a row."""
    buttons = [_answer(screen, value, _marked(label, value in screen.marked)) for value, label in labels]
    short = max((len(label) for _, label in labels), default=0) <= SHORT[voice.language]
    return pairs(buttons) if short else rows(*buttons)


def _ways(screen: screens.SymptomQuestion, voice: Voice) -> Rows:
    back = Button(voice.say("Back"), Tap(Verb.SYMPTOM_BACK, screen.check_id, screen.item))
    skip = Button(voice.say("Skip"), Tap(Verb.SYMPTOM_SKIP, screen.check_id, screen.item))
    later = Button(voice.say("Stop, go on later"), Tap(Verb.SYMPTOM_STOP, screen.check_id))
    return ((back, skip) if screen.can_go_back else (skip,), (later,))


def stopped(screen: screens.SymptomStopped, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Your answers so far are kept."),
        voice.say("To go on, tap the button below. If you feel unwell, tap “I feel unwell”."),
    )
    go_on = Button(voice.say("Go on"), Tap(Verb.SYMPTOM_BEGIN, screen.check_id), "primary")
    return Wording(text, rows(go_on, unwell_button(voice)))


def thanks(screen: screens.SymptomThanks, voice: Voice, reader: Reader, trial: Trial) -> Wording:
    """Says what was done and nothing about how somebody is: a green answer is no all-clear."""
    kept = (
        voice.say("These questions are answered already. Thank you.")
        if screen.already
        else voice.say("Thank you. Your answers are kept.")
    )
    told = voice.say("Your team has been told.") if screen.told else ""
    watched = voice.say("This chat is not watched round the clock. If you feel unwell, tap “I feel unwell”.")
    if screen.emergency:
        approved = trial.texts.emergency[reader.language]
        return Wording(paragraphs(approved, call_line(voice, reader), lines(kept, told)), rows(unwell_button(voice)))
    text = paragraphs(lines(kept, told), lines(watched, call_line(voice, reader)))
    return Wording(text, rows(unwell_button(voice)))


# --- when the weekly check comes ------------------------------------------------------------------------------------


def check_time(screen: screens.CheckTimeQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    if screen.weekday is None:
        now = voice.say(
            "Now: every %(weekday)s, %(time)s.",
            weekday=_weekday(voice, screen.current_weekday),
            time=voice.spoken(screen.current_time),
        )
        days = [Button(_weekday(voice, number), Tap(Verb.CHECK_TIME, "", str(number))) for number in range(1, 8)]
        return Wording(lines(voice.say("On which day do you want the questions of the week?"), now), pairs(days))
    times = [
        Button(voice.clock(choice), Tap(Verb.CHECK_TIME, "", f"{screen.weekday}:{choice:%H%M}"))
        for choice in screen.choices
    ]
    text = lines(
        voice.say("Every %(weekday)s: at what time?", weekday=_weekday(voice, screen.weekday)),
        voice.say("Tap a time, or type it, for example 8:30."),
    )
    return Wording(text, pairs(times))


def check_time_changed(screen: screens.CheckTimeChanged, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say(
        "The questions of the week now come every %(weekday)s, %(time)s.",
        weekday=_weekday(voice, screen.weekday),
        time=voice.spoken(screen.wall_time),
    )
    following = "" if screen.next_at is None else voice.say("The next ones: %(at)s.", at=voice.moment(screen.next_at))
    return Wording(paragraphs(voice.say("Changed"), lines(text, following)))


def _weekday(voice: Voice, number: int) -> str:
    """The name of a day; Monday is 1."""
    return voice.weekday(date(2024, 1, number))  # a month that begins on a Monday
