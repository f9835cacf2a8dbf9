"""The frame around a site's own self-rated questions: progress, back, skip, stop. The questions are not ours."""

from messages.courier import Button, Wording
from messages.phrases import Rows, call_line, lines, paragraphs, rows, unwell_button
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.trial import Trial


def offer(screen: screens.SelfRatedOffer, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say("How were the last 7 days? Please answer for yourself. You can stop at any time and go on later.")
    begin = Button(voice.say("Begin"), Tap(Verb.SELF_RATED_BEGIN, "", f"{screen.on:%Y%m%d}"), "primary")
    return Wording(paragraphs(voice.say("Questions about the last 7 days"), text), rows(begin, unwell_button(voice)))


def question(screen: screens.SelfRatedQuestion, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """The site's own words, unchanged."""
    progress = voice.say("Question %(place)d / %(count)d", place=screen.place, count=screen.count)
    text = paragraphs(progress, screen.question[reader.language])
    return Wording(text, (*_answers(screen, reader), *_ways(screen, voice)))


def _answers(screen: screens.SelfRatedQuestion, reader: Reader) -> Rows:
    about = _about(screen)
    return rows(
        *(
            Button(
                f"✓ {words[reader.language]}" if score == screen.marked else words[reader.language],
                Tap(Verb.SELF_RATED_ANSWER, screen.check_id, f"{about}:{score}"),
            )
            for score, words in enumerate(screen.answers)
        )
    )


def _ways(screen: screens.SelfRatedQuestion, voice: Voice) -> Rows:
    back = Button(voice.say("Back"), Tap(Verb.SELF_RATED_BACK, screen.check_id, _about(screen)))
    skip = Button(voice.say("Skip"), Tap(Verb.SELF_RATED_SKIP, screen.check_id, _about(screen)))
    later = Button(voice.say("Stop, go on later"), Tap(Verb.SELF_RATED_STOP, screen.check_id))
    return ((back, skip) if screen.can_go_back else (skip,), (later,))


def _about(screen: screens.SelfRatedQuestion) -> str:
    return f"{screen.number}:{screen.attribute}"


def stopped(screen: screens.SelfRatedStopped, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Your answers so far are kept."),
        voice.say("To go on, tap the button below. If you feel unwell, tap “I feel unwell”."),
    )
    go_on = Button(voice.say("Go on"), Tap(Verb.SELF_RATED_BEGIN, screen.check_id), "primary")
    return Wording(text, rows(go_on, unwell_button(voice)))


def thanks(screen: screens.SelfRatedThanks, voice: Voice, reader: Reader, _trial: Trial) -> Wording:
    """These answers are not looked at as they come, so who is unwell is told where to go."""
    kept = (
        voice.say("These questions are answered already. Thank you.")
        if screen.already
        else voice.say("Thank you. Your answers are kept.")
    )
    watched = voice.say("This chat is not watched round the clock. If you feel unwell, tap “I feel unwell”.")
    return Wording(paragraphs(kept, lines(watched, call_line(voice, reader))), rows(unwell_button(voice)))
