"""The walk through a symptom check in a chat: each press or typed word is one answer, and the next question follows.

Where a check stands is computed from its answers (`protocol.check`). A button names its check and its item, so a
double press changes nothing and an old screen corrects the item it asked about.
"""

from datetime import date, timedelta
from typing import Final

from sqlmodel import col, select

from actions.hearing import Heard
from actions.symptom_typed import typed_choice
from actions.symptom_walk import (
    Walk,
    forget_check,
    may_be_asked,
    open_item,
    own_check,
    question_of,
    reporter_of,
    thanks_for,
    today_of,
    walk_of,
)
from actions.symptoms import (
    Judged,
    Said,
    begin_check,
    finish_check,
    record_answer,
    stop_check,
    unfinished_check,
)
from models.symptom import SymptomCheck
from protocol.answers import SENT, Answer, AnswerState
from protocol.check import finished, may_ask, question_before, skipped
from protocol.check_taps import answer_of, item_of, marked, value_of
from protocol.moments import local_date
from protocol.screens import Answer as Shown
from protocol.screens import Emergency, How, NothingChanged, SymptomStopped
from protocol.symptoms import Ask, Item, Occasion, Tier
from protocol.taps import Media, MediaKind, Tap, Typed, Verb
from protocol.triage import triage_of_answer
from protocol.typed_answers import AskAgain, typed_answer

FRESH: Final = timedelta(minutes=30)  # who feels unwell again later than that is asked from the beginning
LOOK_BACK: Final = 20  # checks of one occasion

CHECK_VERBS: Final = frozenset(
    {Verb.SYMPTOM_BEGIN, Verb.SYMPTOM_ANSWER, Verb.SYMPTOM_DONE, Verb.SYMPTOM_NONE, Verb.SYMPTOM_UNIT}
    | {Verb.SYMPTOM_SKIP, Verb.SYMPTOM_BACK, Verb.SYMPTOM_STOP}
)


# --- begin, go on, stop ---------------------------------------------------------------------------------------------


async def feels_unwell(heard: Heard) -> Shown:
    """The first question of a check of somebody who feels unwell now; the same one again within minutes."""
    found = await unfinished_check(heard.change, heard.participant, heard.chat.link_id)
    if found is None or found.occasion is not Occasion.UNWELL or heard.at - found.begun_at > FRESH:
        found = await begin_check(heard.change, heard.participant, Occasion.UNWELL, reporter_of(heard), heard.trial)
    return Shown(await question_of(await walk_of(heard, found)))


async def where_it_stands(heard: Heard) -> Shown | None:
    """The question of a check that was begun and not put off; None where there is none."""
    found = await unfinished_check(heard.change, heard.participant, heard.chat.link_id)
    if found is None or found.stopped_at is not None:
        return None
    return Shown(await question_of(await walk_of(heard, found)))


async def _begin(heard: Heard, tap: Tap) -> list[Shown]:
    """A check that was offered, or one that was put off. One that is done already is not asked twice."""
    if not tap.argument:
        return await _go_on(heard, tap)
    offered = _offered(tap)
    if offered is None:
        return [Shown(NothingChanged())]
    occasion, on = offered
    follows = await own_check(heard, tap.record_id, any_reporter=True) if tap.record_id else None
    before = await _same_before(heard, occasion, on, follows)
    if before is not None and before.finished_at is not None:
        return [Shown(await thanks_for(await walk_of(heard, before), already=True), How.EDIT)]
    found = before or await _still_unwell(heard)
    if found is None or found.closed_at is not None:
        follows_id = follows.id if follows is not None else None
        found = await begin_check(
            heard.change, heard.participant, occasion, reporter_of(heard), heard.trial, follows_id=follows_id
        )
    return await _shown(await walk_of(heard, found))


def _offered(tap: Tap) -> tuple[Occasion, date] | None:
    word, _, day = tap.argument.partition("@")
    try:
        return Occasion(word), date.fromisoformat(day)
    except ValueError:
        return None


async def _same_before(heard: Heard, occasion: Occasion, on: date, follows: SymptomCheck | None) -> SymptomCheck | None:
    """The newest check that this offer has led to already."""
    mine = (SymptomCheck.participant_id == heard.participant.id, SymptomCheck.occasion == occasion)
    rows = await heard.change.session.scalars(
        select(SymptomCheck)
        .where(*mine, SymptomCheck.reported_by == heard.chat.link_id)
        .order_by(col(SymptomCheck.begun_at).desc(), col(SymptomCheck.id))
        .limit(LOOK_BACK)
    )
    zone = heard.participant.wall
    for row in rows:
        if occasion is Occasion.BASELINE or (follows is not None and row.follows_id == follows.id):
            return row
        if occasion is Occasion.WEEKLY and local_date(row.begun_at, zone) >= on:
            return row
    return None


async def _still_unwell(heard: Heard) -> SymptomCheck | None:
    """What somebody who feels unwell is being asked right now goes before any other check."""
    found = await unfinished_check(heard.change, heard.participant, heard.chat.link_id)
    is_now = found is not None and found.occasion is Occasion.UNWELL and heard.at - found.begun_at <= FRESH
    return found if is_now else None


async def _go_on(heard: Heard, tap: Tap) -> list[Shown]:
    check = await own_check(heard, tap.record_id)
    if check is None:
        return [Shown(NothingChanged())]
    if check.finished_at is not None:
        return [Shown(await thanks_for(await walk_of(heard, check), already=True), How.EDIT)]
    if check.closed_at is not None:
        check = await begin_check(heard.change, heard.participant, check.occasion, reporter_of(heard), heard.trial)
    check.stopped_at = None
    return await _shown(await walk_of(heard, check))


# --- presses --------------------------------------------------------------------------------------------------------


async def check_tap(heard: Heard, tap: Tap) -> list[Shown]:
    """What one press of the check leads to; in place of the message it stood on."""
    if not may_be_asked(heard):
        return [Shown(NothingChanged())]
    if tap.verb is Verb.SYMPTOM_BEGIN:
        return await _begin(heard, tap)
    check = await own_check(heard, tap.record_id)
    if check is None:
        return [Shown(NothingChanged())]
    if tap.verb is Verb.SYMPTOM_STOP:
        stop_check(heard.change, check)
        await forget_check(heard)
        return [Shown(SymptomStopped(check.id), How.EDIT)]
    return await _answered(heard, tap, check)


async def _answered(heard: Heard, tap: Tap, check: SymptomCheck) -> list[Shown]:
    walk = await walk_of(heard, check)
    item = item_of(tap, heard.trial)
    if item is None or not may_ask(item, check.occasion, walk.asked):
        return await _shown(walk)
    if tap.verb is Verb.SYMPTOM_BACK:
        before = question_before(heard.trial.sheet, check.occasion, walk.asked, walk.answers, item.key)
        return await _shown(walk, before)
    if tap.verb is Verb.SYMPTOM_UNIT:
        return await _shown(walk, item, unit=value_of(tap))
    answer = _answer(walk, tap, item)
    if isinstance(answer, AskAgain):
        return await _shown(walk, item, again=answer)
    if _is_over(walk):
        return await _after_its_time(walk, answer)
    return await _record(walk, answer)


def _answer(walk: Walk, tap: Tap, item: Item) -> Answer | AskAgain:
    before = walk.answers.get(item.key)
    if tap.verb is Verb.SYMPTOM_DONE:
        return finished(item, walk.answers)
    if tap.verb is Verb.SYMPTOM_NONE:
        return Answer(item.key, "")
    if tap.verb is Verb.SYMPTOM_SKIP:
        # What is marked is told, whatever is pressed next.
        return finished(item, walk.answers) if before is not None and _is_marked(before) else skipped(item)
    if item.ask is Ask.DATE:
        return typed_answer(item, value_of(tap), today_of(walk.heard))
    found = answer_of(tap, walk.heard.trial)
    if found is None:
        return AskAgain.UNREADABLE
    return marked(tap, item, before) if item.ask is Ask.SEVERAL else found


def _is_marked(answer: Answer) -> bool:
    return answer.state is AnswerState.CHOOSING and bool(answer.value)


def _is_over(walk: Walk) -> bool:
    """Closed, or so old that an answer says how somebody is now and not then."""
    check = walk.check
    late = walk.heard.at - check.begun_at > walk.heard.trial.check.closes_after
    return check.closed_at is not None or (check.finished_at is not None and late)


async def _after_its_time(walk: Walk, answer: Answer) -> list[Shown]:
    """An old button: what staff must know counts as told now, in a new check; the rest changes nothing."""
    heard, item = walk.heard, walk.heard.trial.sheet.items[answer.item]
    if triage_of_answer(answer, heard.trial).tier is Tier.GREEN or not may_ask(item, Occasion.UNWELL, walk.asked):
        return [Shown(NothingChanged())]
    check = await begin_check(heard.change, heard.participant, Occasion.UNWELL, reporter_of(heard), heard.trial)
    return await _record(await walk_of(heard, check), answer)


# --- typed words and photos -----------------------------------------------------------------------------------------


async def typed_to_check(heard: Heard, typed: Typed) -> list[Shown] | None:
    """A typed word as the answer to the question that is open; None where it answers none."""
    found = await open_item(heard)
    if found is None:
        return None
    walk, item, unit = found
    if item.ask in (Ask.TEMPERATURE, Ask.AMOUNT, Ask.DATE, Ask.TEXT):
        answer = typed_answer(item, typed.text, today_of(heard), unit=unit)
        if isinstance(answer, AskAgain):
            return [Shown(await question_of(walk, item, unit=unit, again=answer))]
        return await _record(walk, answer, How.SEND)
    chosen_one = typed_choice(item, typed, heard.trial.sheet, walk.answers.get(item.key))
    return None if chosen_one is None else await _record(walk, chosen_one, How.SEND)


async def photo_to_check(heard: Heard, media: Media) -> list[Shown] | None:
    """A photo that was asked for; None for any other."""
    found = await open_item(heard)
    if found is None or found[1].ask is not Ask.PHOTO or media.kind is not MediaKind.PHOTO:
        return None
    walk, item, _ = found
    return await _record(walk, Answer(item.key, SENT), How.SEND, photo=media.reference)


async def question_again(heard: Heard) -> list[Shown]:
    """The question that is open, below what was kept for staff meanwhile."""
    found = await open_item(heard)
    return [] if found is None else [Shown(await question_of(found[0], found[1], unit=found[2]))]


async def may_mean_the_check(heard: Heard) -> bool:
    """True while "taken" could answer a question of the check as well as a dose's, so that nothing is recorded."""
    found = await open_item(heard)
    return found is not None and found[1].ask in (Ask.YES_NO, Ask.TEXT)


# --- the record, and what is shown next -----------------------------------------------------------------------------


async def _record(walk: Walk, answer: Answer, how: How = How.EDIT, *, photo: str = "") -> list[Shown]:
    """Writes the answer, unless it stands so already; the emergency text goes before everything else."""
    heard = walk.heard
    if walk.answers.get(answer.item) == answer and not photo:
        return await _shown(walk, _same_item(walk, answer), how=how)
    said = Said(heard.cause_key, heard.said_at)
    now: Judged = await record_answer(
        heard.change, heard.participant, walk.check, answer, said, reporter_of(heard), heard.trial, photo=photo
    )
    after = Walk(heard, walk.check, walk.asked, now.answers)
    if not now.emergency:
        return await _shown(after, _same_item(after, answer), how=how)
    return [Shown(Emergency()), *await _shown(after, _same_item(after, answer), how=How.SEND)]


def _same_item(walk: Walk, answer: Answer) -> Item | None:
    """While options are being marked the screen stays."""
    return walk.heard.trial.sheet.items[answer.item] if answer.state is AnswerState.CHOOSING else None


async def _shown(
    walk: Walk, item: Item | None = None, *, how: How = How.EDIT, unit: str = "", again: AskAgain | None = None
) -> list[Shown]:
    """This question, else the next one, else thanks: the check is done."""
    asked = item or (None if walk.check.finished_at is not None else walk.next_item())
    if asked is not None:
        return [Shown(await question_of(walk, asked, unit=unit, again=again), how)]
    finish_check(walk.heard.change, walk.check)
    await forget_check(walk.heard)
    return [Shown(await thanks_for(walk), how)]
