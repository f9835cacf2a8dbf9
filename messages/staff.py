"""What staff read in their own chats: codes and neutral words only. And what a participant reads from staff."""

from messages.courier import Button, Wording
from messages.phrases import lines, pairs, paragraphs, rows, unwell_button
from messages.staff_words import alert_name, dose_name, level_name, person_name, why_name
from messages.text import Voice
from protocol import screens
from protocol.roles import ANSWERS, READS
from protocol.screens import Reader, StaffItem
from protocol.taps import Tap, Verb
from protocol.terms import Role
from protocol.trial import Trial

LABEL_MAX = 20


def alert(screen: screens.StaffAlert, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """Its first line rings on a locked screen: a code and a level."""
    since = voice.say("Since %(at)s", at=voice.moment(screen.opened_at))
    times = voice.count("came up %(count)d time", "came up %(count)d times", screen.times)
    text = paragraphs(
        _headline(screen, voice),
        lines(alert_name(voice, screen.kind), screen.text or "", since if screen.times == 1 else f"{since}, {times}"),
        lines(*_whose(screen, voice)),
    )
    return Wording(text, rows(*_alert_buttons(screen, voice)))


def _headline(screen: screens.StaffAlert, voice: Voice) -> str:
    level = level_name(voice, screen.level)
    if screen.participant_code is None:
        return voice.say("%(level)s: about the system", level=level)
    return voice.say("%(level)s: %(code)s", level=level, code=screen.participant_code)


def _whose(screen: screens.StaffAlert, voice: Voice) -> list[str]:
    if screen.closed:
        return [voice.say("This is closed.")]
    found = []
    if screen.seen_by is not None and screen.seen_at is not None:
        at = voice.moment(screen.seen_at)
        found.append(voice.say("Acknowledged by %(name)s, %(at)s", name=screen.seen_by, at=at))
    elif screen.reach > 1:
        found.append(voice.say("Nobody has acknowledged it yet. More people are told now."))
    if screen.owner is not None:
        found.append(voice.say("Taken over by %(name)s", name=screen.owner))
    return found


def _alert_buttons(screen: screens.StaffAlert, voice: Voice) -> list[Button]:
    code, found = screen.participant_code, []
    if not (screen.closed or screen.read_only):
        if screen.seen_by is None:
            found.append(Button(voice.say("Acknowledge"), Tap(Verb.STAFF_SEEN, screen.alert_id), "primary"))
        if screen.owner is None:
            found.append(Button(voice.say("I take it"), Tap(Verb.STAFF_TAKE, screen.alert_id)))
    if code is not None:
        found.append(Button(voice.say("Look up"), Tap(Verb.STAFF_WHO, "", code)))
        found += [] if screen.read_only else [_write_button(voice, code)]
    return found


def _write_button(voice: Voice, code: str) -> Button:
    return Button(voice.say("Write to them"), Tap(Verb.STAFF_ANSWER, "", code))


def _work_button(voice: Voice) -> Button:
    return Button(voice.say("Worklist"), Tap(Verb.STAFF_WORK, "", "1"))


# --- the chat itself ------------------------------------------------------------------------------------------------


def welcome(screen: screens.StaffWelcome, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        voice.say("This chat now belongs to the account %(name)s.", name=screen.staff_name),
        _privacy(voice),
        _commands(screen.role, voice),
    )
    return Wording(text, rows(_work_button(voice)) if screen.role in READS else ())


def _privacy(voice: Voice) -> str:
    return lines(
        voice.say("Telegram keeps its messages on servers abroad. People stand here by their code alone."),
        voice.say("Please write no name, no phone number, no diagnosis and no result here."),
    )


def help_text(screen: screens.StaffHelp, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(voice.say("What can be asked here"), _commands(screen.role, voice), _privacy(voice))
    return Wording(text, rows(_work_button(voice)) if screen.role in READS else ())


def _commands(role: Role, voice: Voice) -> str:
    reads = (
        voice.say("/worklist: what waits at your site"),
        voice.say("/who 017: where 017 stands"),
        voice.say("/adherence 017: the figures of 017"),
    )
    answers = (voice.say("/answer 017 and a text: a message to 017"),)
    return lines(
        *(reads if role in READS else ()),
        *(answers if role in ANSWERS else ()),
        voice.say("/language: language · 语言"),
        voice.say("/stop: this chat gets no more alerts"),
    )


def nothing_here(_screen: screens.StaffNothingHere, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("There is nothing under this code at your site."), rows(_work_button(voice)))


def read_only(_screen: screens.StaffReadOnly, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("Your role does not include this. Nothing was changed."))


def unlink_question(_screen: screens.StaffUnlinkQuestion, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = voice.say("Shall this chat get no more alerts? A new invitation is needed to link it again.")
    return Wording(text, rows(Button(voice.say("Yes, unlink"), Tap(Verb.STAFF_STOP)), _work_button(voice)))


def unlinked(_screen: screens.StaffUnlinked, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    return Wording(voice.say("This chat is unlinked. No more alerts come here."))


def how_to(_screen: screens.StaffHowTo, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = lines(
        voice.say("Nothing of this was kept or passed on."),
        voice.say("To write to 017: /answer 017 and your text, or reply to a message about 017."),
    )
    return Wording(text, rows(_work_button(voice)))


# --- what can be asked ----------------------------------------------------------------------------------------------


def work(screen: screens.StaffWork, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    first = voice.say("Worklist at %(at)s", at=voice.moment(screen.as_of))
    page = voice.say("Page %(page)d / %(pages)d", page=screen.page, pages=screen.pages) if screen.pages > 1 else ""
    listed = [f"{place}. {_item(item, voice)}" for place, item in enumerate(screen.items, 1)]
    text = paragraphs(lines(first, page), lines(*listed) or voice.say("Nothing waits for you."))
    return Wording(text, (*pairs(_item_buttons(screen.items)), *rows(*_pages(screen, voice))))


def _item(item: StaffItem, voice: Voice) -> str:
    name = alert_name(voice, item.kind) if item.kind else why_name(voice, item.why)
    level = level_name(voice, item.level) if item.level else ""
    words = [part for part in (item.participant_code, level, name) if part]
    seen = voice.say("seen by %(name)s", name=item.seen_by) if item.seen_by else ""
    return " · ".join([*words, voice.short_moment(item.since), *([seen] if seen else [])])


def _item_buttons(items: tuple[StaffItem, ...]) -> list[Button]:
    """A number a line; what leads to the same place stands once."""
    found: dict[Tap, str] = {}
    for place, item in enumerate(items, 1):
        tap = _item_tap(item)
        label = f"{place}. {item.participant_code}" if item.participant_code else str(place)
        if tap is not None:
            found.setdefault(tap, label if len(label) <= LABEL_MAX else str(place))
    return [Button(label, tap) for tap, label in found.items()]


def _item_tap(item: StaffItem) -> Tap | None:
    if item.alert_id is not None:
        return Tap(Verb.STAFF_ALERT, item.alert_id)
    return Tap(Verb.STAFF_WHO, "", item.participant_code) if item.participant_code else None


def _pages(screen: screens.StaffWork, voice: Voice) -> list[Button]:
    found = []
    if screen.page < screen.pages:
        found.append(Button(voice.say("Next page"), Tap(Verb.STAFF_WORK, "", str(screen.page + 1))))
    if screen.page > 1:
        found.append(Button(voice.say("Page before"), Tap(Verb.STAFF_WORK, "", str(screen.page - 1))))
    return found


def person(screen: screens.StaffPerson, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    text = paragraphs(
        f"{screen.participant_code} · {person_name(voice, screen.state)}",
        lines(*_standing(screen, voice)),
        lines(*[f"{place}. {_item(item, voice)}" for place, item in enumerate(screen.alerts, 1)]),
    )
    code = screen.participant_code
    ways = [Button(voice.say("Adherence"), Tap(Verb.STAFF_ADHERENCE, "", code))]
    ways += [] if screen.read_only else [_write_button(voice, code)]
    return Wording(text, (*pairs(_item_buttons(screen.alerts)), *rows(*ways, _work_button(voice))))


def _standing(screen: screens.StaffPerson, voice: Voice) -> list[str]:
    newest, said, coming = screen.newest, screen.last_said_at, screen.next_due_at
    return [
        dose_name(voice, newest) if newest else voice.say("No dose has been due yet."),
        voice.say("Last answer: %(at)s", at=voice.moment(said)) if said else voice.say("No answer yet."),
        voice.say("Next dose: %(at)s", at=voice.moment(coming)) if coming else voice.say("No dose is planned."),
        voice.say("Followed by phone.") if screen.by_phone else "",
        voice.say("The chat refuses our messages.") if screen.chat_refused else "",
        voice.say("Wants no messages.") if screen.messages_stopped else "",
        voice.say("An investigator has to decide before the next dose.") if screen.waits_for_investigator else "",
    ]


def adherence(screen: screens.StaffAdherence, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    cut = screen.synced_to
    until = (
        voice.say("Data up to %(at)s", at=voice.moment(cut))
        if cut
        else voice.say("The figures cannot be had at present.")
    )
    figures = (
        voice.say("Doses due: %(count)d", count=screen.scheduled),
        voice.say("Taken, of the reported ones: %(share)s", share=_percent(screen.reported)),
        voice.say(
            "Taken, of all: at least %(low)s, at most %(high)s",
            low=_percent(screen.at_least),
            high=_percent(screen.at_most),
        ),
        voice.say("Not reported: %(count)d", count=screen.unreported),
        voice.say("Not asked by the system: %(count)d", count=screen.not_asked),
    )
    code = screen.participant_code
    return Wording(
        paragraphs(voice.say("Adherence of %(code)s", code=code), lines(*figures), until),
        rows(Button(voice.say("Look up"), Tap(Verb.STAFF_WHO, "", code)), _work_button(voice)),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1f}%"


# --- messages to participants ---------------------------------------------------------------------------------------


def answer_how(screen: screens.StaffAnswerHow, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    code = screen.participant_code or "017"
    text = lines(
        voice.say("Write in this form: /answer %(code)s and your text.", code=code),
        voice.say("Or reply to a message about them. Plain words, nothing that names an illness or a result."),
    )
    return Wording(text, ())


def will_send(screen: screens.StaffWillSend, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    when = (
        voice.say("It is night there: it goes out in the morning.") if screen.quiet else voice.say("It goes out now.")
    )
    return Wording(lines(voice.say("Your message to %(code)s is kept.", code=screen.participant_code), when))


def not_sent(screen: screens.StaffNotSent, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    nothing = voice.say("Nothing was sent.")
    if screen.found is not None:
        return Wording(lines(nothing, voice.say("This word may not stand in a chat: %(word)s", word=screen.found)))
    if screen.too_long:
        return Wording(lines(nothing, voice.say("The text is too long. Please write less, or call.")))
    return Wording(lines(nothing, voice.say("No chat reaches this participant. Please call.")))


def writes(screen: screens.StaffWrites, voice: Voice, _reader: Reader, _trial: Trial) -> Wording:
    """To the participant. The text is staff's own; the frame around it is ours."""
    not_watched = voice.say("This chat is not watched round the clock. If you feel unwell, tap “I feel unwell”.")
    text = paragraphs(voice.say("A message from your study team:"), screen.text, not_watched)
    return Wording(text, rows(unwell_button(voice)))
