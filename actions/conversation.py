"""The conversation: what was said in a chat becomes an effect and the screens that answer it. Channel-neutral."""

from dataclasses import replace
from datetime import timedelta

from actions.check_settings import QUESTION as CHECK_TIME
from actions.check_settings import choose_check_time, typed_check_time
from actions.dose_answers import answer_tap
from actions.dose_reports import first_is_asked
from actions.entry import STEPS, entry_answer, question_screen
from actions.guards import understood
from actions.hearing import Heard, doses_in_reach, forget_question, newer_open_dose, open_question, own_dose, shown
from actions.menu import (
    change_setting,
    command_screen,
    history,
    is_at_home,
    resume_messages,
    setting_question,
    stop,
    today,
    unwell,
)
from actions.messages_kept import Kept, emergency_of, keep_media, keep_text, takes_photos
from actions.read_back_answers import answer_read_back
from actions.returning import heard_again
from actions.self_rated import SELF_RATED_VERBS, self_rated_again, self_rated_tap
from actions.symptom_flow import (
    CHECK_VERBS,
    check_tap,
    feels_unwell,
    may_mean_the_check,
    photo_to_check,
    question_again,
    typed_to_check,
    where_it_stands,
)
from actions.symptom_walk import may_be_asked
from actions.tablet_counts import QUESTION as TABLETS
from actions.tablet_counts import tablet_question, typed_tablets
from actions.taking import typed_time
from actions.travel_answers import travel_screen
from actions.visit_answers import QUESTION as VISIT_DAY
from actions.visit_answers import VISIT_VERBS, typed_wish, visit_tap
from models.participant import OpenQuestion
from protocol.screens import (
    Answer,
    AskAgain,
    Contact,
    Emergency,
    FirstDoseQuestion,
    GuardUnderstood,
    How,
    KeptForStaff,
    NothingChanged,
    PhotoNotKept,
    Screen,
    Slower,
    SymptomQuestion,
    WhichDayQuestion,
)
from protocol.symptoms import Tier
from protocol.taps import Command, Intent, Media, MediaKind, Phrase, Sure, Tap, Typed, Verb
from protocol.terms import DoseState, LinkRole
from protocol.triage import triage_of_text

QUESTION_LIVES = timedelta(hours=2)  # a typed time later than that may mean another dose
URGENT_COMMANDS = ("symptom", "contact", "help", "privacy")
TYPED_VERBS = {Phrase.TAKEN: Verb.TAKEN, Phrase.NOT_TAKEN: Verb.NOT_TAKEN, Phrase.LATER: Verb.LATER}


async def answer(heard: Heard, intent: Intent) -> list[Answer]:
    """One intent, one effect, and what to show for it. A command "start" shows where the chat stands."""
    await heard_again(heard.change, heard.participant)
    if isinstance(intent, Command) and intent.name not in ("start", "symptom"):
        return [*await _heeded(heard, intent.argument), *await _answer(heard, intent)]
    return await _answer(heard, intent)


async def _answer(heard: Heard, intent: Intent) -> list[Answer]:
    if _is_urgent(intent):
        return await _urgent(heard, intent)
    if isinstance(intent, Tap) and intent.verb in CHECK_VERBS | SELF_RATED_VERBS:
        return await (check_tap if intent.verb in CHECK_VERBS else self_rated_tap)(heard, intent)
    if _is_too_much(heard, intent):
        return await _slowed(heard, intent)
    if isinstance(intent, Command) and intent.name == "start":
        return await _where_we_are(heard)
    if not _is_about_a_dose(heard, intent) and (asked := await entry_answer(heard, intent)) is not None:
        return [*await _kept(heard, intent), *asked] if _is_free(intent) else asked
    if heard.chat.role is LinkRole.OWN and heard.participant.set_up_at is None:
        return await _kept(heard, intent)  # consent refused: nothing is asked, nothing is lost
    if isinstance(intent, Tap):
        return await _tap(heard, intent)
    if isinstance(intent, Command):
        screen = await command_screen(heard, intent.name)
        open_too = await _left_open(heard) if intent.name == "today" else []
        return [Answer(screen or AskAgain(None), keyboard=screen is None), *open_too]
    if isinstance(intent, Typed):
        return await _typed(heard, intent)
    return await _shown_or_said(heard, intent)


async def _shown_or_said(heard: Heard, media: Media) -> list[Answer]:
    """A photo that the check has asked for, else one more thing for staff."""
    asked_for = await photo_to_check(heard, media)
    if asked_for is None:
        return [*await _kept(heard, media), *await question_again(heard)]
    return [*emergency_of(await keep_media(heard, media)), *asked_for]


def _is_urgent(intent: Intent) -> bool:
    """What must be answered whatever question is open."""
    if isinstance(intent, Command):
        return intent.name in URGENT_COMMANDS
    if isinstance(intent, Tap):
        return intent.verb is Verb.UNWELL
    return isinstance(intent, Typed) and intent.phrase in (Phrase.UNWELL, Phrase.CALL)


def _is_about_a_dose(heard: Heard, intent: Intent) -> bool:
    """On a new phone, entered once more: a prompt's button counts before the questions of entry do."""
    own = heard.chat.role is LinkRole.OWN and heard.participant.set_up_at is not None
    return own and isinstance(intent, Tap) and bool(intent.record_id)


def _is_free(intent: Intent) -> bool:
    """Words, a photo or a voice message that no question has asked for."""
    return isinstance(intent, Media) or (isinstance(intent, Typed) and intent.phrase is Phrase.UNKNOWN)


def _is_too_much(heard: Heard, intent: Intent) -> bool:
    """Chatter by the rule of `actions.chatter`, and more of it than anyone says in a minute."""
    if heard.chatter is None or not (isinstance(intent, Command) or _is_free(intent)):
        return False
    return heard.chatter.is_too_much(heard.chat.link_id, heard.at)


async def _slowed(heard: Heard, intent: Intent) -> list[Answer]:
    """Words are kept all the same; told once a minute."""
    kept = await _kept(heard, intent) if _is_free(intent) else []
    tells = heard.chatter is not None and heard.chatter.tells(heard.chat.link_id, heard.at)
    return [*(item for item in kept if isinstance(item.screen, Emergency)), *([Answer(Slower())] if tells else [])]


async def _urgent(heard: Heard, intent: Intent) -> list[Answer]:
    if isinstance(intent, Command) and intent.name != "symptom":
        return [Answer(await command_screen(heard, intent.name) or Contact(is_at_home(heard)), keyboard=True)]
    if isinstance(intent, Typed) and intent.phrase is Phrase.CALL:
        return [Answer(Contact(is_at_home(heard)), keyboard=True)]
    if isinstance(intent, Typed | Command):
        await keep_text(heard, intent.text if isinstance(intent, Typed) else intent.argument)
    first = [Answer(Emergency()), Answer(await unwell(heard), keyboard=True)]
    return [*first, await feels_unwell(heard)] if may_be_asked(heard) else first


async def _where_we_are(heard: Heard) -> list[Answer]:
    """The open question of entry, else of a check or of the self-rated items, else today."""
    question = await open_question(heard)
    if question is not None and question.question in STEPS:
        return [Answer(question_screen(heard, question.question))]
    return await _left_open(heard) or [Answer(await today(heard), keyboard=True)]


async def _left_open(heard: Heard) -> list[Answer]:
    """The question that stands open and was not put off, once more: of a check, else of the self-rated items."""
    check = await where_it_stands(heard)
    return await self_rated_again(heard) if check is None else [check]


async def _tap(heard: Heard, tap: Tap) -> list[Answer]:
    if tap.verb in MENU:
        screen = await _menu(heard, tap)
        return [Answer(screen or NothingChanged(), How.EDIT if screen else How.SEND)]
    if tap.verb in VISIT_VERBS:
        return await visit_tap(heard, tap)
    if tap.verb is Verb.READ_BACK:
        return [await answer_read_back(heard, tap)]
    if tap.verb is Verb.GUARD:
        return [await _guard(heard, tap)]
    if tap.record_id:
        return await answer_tap(heard, tap)
    return [Answer(await today(heard))]


async def _guard(heard: Heard, tap: Tap) -> Answer:
    """A helper's chat gets no guard, and answers for nobody."""
    own = heard.chat.role is LinkRole.OWN
    found = await understood(heard.change, heard.participant, tap.argument, heard.trial) if own else None
    return Answer(GuardUnderstood(found.key), How.EDIT) if found is not None else Answer(NothingChanged())


MENU = frozenset(
    {Verb.LANGUAGE, Verb.REMINDER_TIME, Verb.FOOD, Verb.SETTINGS, Verb.STOP, Verb.STOP_SURE, Verb.RESUME_MESSAGES}
    | {Verb.TODAY, Verb.HISTORY, Verb.CHECK_TIME, Verb.TABLETS, Verb.TRAVEL}
)
OWN_ONLY = MENU - {Verb.TODAY, Verb.HISTORY, Verb.TABLETS}


async def _menu(heard: Heard, tap: Tap) -> Screen | None:
    if tap.verb in OWN_ONLY and heard.chat.role is not LinkRole.OWN:
        return None
    if tap.verb is Verb.TODAY:
        return await today(heard)
    if tap.verb is Verb.HISTORY:
        return await history(heard, tap.argument)
    if tap.verb is Verb.TABLETS:
        return await tablet_question(heard)
    if tap.verb is Verb.TRAVEL:
        return await travel_screen(heard, tap.argument)
    if tap.verb is Verb.SETTINGS:
        return await setting_question(heard, tap.argument)
    if tap.verb is Verb.RESUME_MESSAGES:
        return await resume_messages(heard)
    if tap.verb is Verb.CHECK_TIME:
        return await choose_check_time(heard, tap)
    if tap.verb in (Verb.STOP, Verb.STOP_SURE):
        return await stop(heard, tap.argument, sure=tap.verb is Verb.STOP_SURE)
    return await change_setting(heard, tap)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004


async def _typed(heard: Heard, typed: Typed) -> list[Answer]:
    question = await open_question(heard)
    if question is not None and question.question == "unwell":
        await forget_question(heard)
        return _told(await keep_text(heard, typed.text))
    if question is not None and question.question == VISIT_DAY and (told := await typed_wish(heard, question, typed)):
        return told
    if question is not None and (screen := await _to_question(heard, question, typed)) is not None:
        return [Answer(screen)]
    if typed.phrase is Phrase.TODAY:
        return [Answer(await today(heard), keyboard=True), *await _left_open(heard)]
    if typed.phrase in TYPED_VERBS and await may_mean_the_check(heard):
        return [Answer(AskAgain(None)), *await question_again(heard)]
    if typed.phrase in TYPED_VERBS:
        return [Answer(await _about_a_dose(heard, typed))]
    if (answered := await typed_to_check(heard, typed)) is not None:
        unread = any(isinstance(item.screen, SymptomQuestion) and item.screen.again for item in answered)
        return [*(await _heeded(heard, typed.text) if unread else []), *answered]
    return [*await _kept(heard, typed), *await question_again(heard)]


async def _to_question(heard: Heard, question: OpenQuestion, typed: Typed) -> Screen | None:
    """A typed word as the answer to the question that is open; None where it answers something else."""
    if question.question == "reminder_time" and typed.clock is not None:
        return await change_setting(heard, typed)
    if question.question == TABLETS:
        return await typed_tablets(heard, question, typed)
    if question.question == CHECK_TIME:
        return await typed_check_time(heard, typed, question.argument)
    if question.question == "when" and typed.clock is not None and question.dose_id:
        dose = await own_dose(heard, question.dose_id)
        if dose is not None and heard.at - question.at < QUESTION_LIVES:
            units, _, sure = question.argument.partition(":")
            return await typed_time(heard, dose, typed.clock, _number(units) or dose.units, sure)
    return None


async def _about_a_dose(heard: Heard, typed: Typed) -> Screen:
    """A typed answer belongs to the one open dose; with two of them it asks which, with none it says so."""
    reach = [dose for dose in await doses_in_reach(heard) if dose.state is not DoseState.HELD]
    unanswered = [dose for dose in reach if dose.state in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED)]
    if not reach:
        return AskAgain(None)
    newest = unanswered[0] if unanswered else reach[0]
    if await first_is_asked(heard, newest):
        return FirstDoseQuestion(shown(newest))
    tap = Tap(TYPED_VERBS[typed.phrase], newest.id, str(typed.units or newest.units))
    older = [dose for dose in unanswered if dose.ordinal == newest.ordinal - 1 and dose.state is DoseState.OPEN]
    if older and typed.phrase is not Phrase.LATER:
        chosen = replace(tap, sure=str(Sure.DAY))
        return WhichDayQuestion(shown(older[0]), shown(newest), replace(chosen, record_id=older[0].id), chosen)
    if typed.clock is not None and typed.phrase is Phrase.TAKEN:
        return await typed_time(heard, newest, typed.clock, typed.units or newest.units, "")
    newer = await newer_open_dose(heard, newest)
    if newer is not None:
        tap = replace(tap, sure=str(Sure.DAY))
    return (await answer_tap(heard, tap))[0].screen


async def _kept(heard: Heard, intent: Intent) -> list[Answer]:
    """Everything else is kept for staff and answered at once: this is not watched."""
    if isinstance(intent, Media):
        return await _media(heard, intent)
    if isinstance(intent, Typed) and intent.phrase is Phrase.UNKNOWN:
        return _told(await keep_text(heard, intent.text))
    reach = await doses_in_reach(heard)
    return [Answer(AskAgain(shown(reach[0]) if reach else None), keyboard=True)]


async def _media(heard: Heard, media: Media) -> list[Answer]:
    """A photo is kept where the site takes photos; elsewhere its words alone, and that is said."""
    if media.kind is not MediaKind.PHOTO or await takes_photos(heard):
        return _told(await keep_media(heard, media), media.kind)
    kept = await keep_text(heard, media.caption)
    told = [Answer(PhotoNotKept(words_kept=kept.message_id is not None), keyboard=True)]
    return [*emergency_of(kept), *told]


def _told(kept: Kept, media: MediaKind | None = None) -> list[Answer]:
    """The emergency text first, where the words call for it; the phone where they are red without being one."""
    call = kept.triage.tier is Tier.RED and not kept.triage.emergency
    return [*emergency_of(kept), Answer(KeptForStaff(media, call), keyboard=True)]


async def _heeded(heard: Heard, text: str) -> list[Answer]:
    """Words beside what was asked: kept where they say something that staff must know, else let go."""
    if not triage_of_text(text, heard.trial).reasons:
        return []
    return emergency_of(await keep_text(heard, text))
