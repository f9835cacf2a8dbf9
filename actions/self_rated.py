"""The self-rated items in the own chat: begun, answered one question a screen, put off, finished or closed.

Nothing here is triaged: no answer opens an alert or holds a dose, and no answer is shown to be good or bad.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlmodel import col, func, select

from actions.hearing import Heard
from actions.pro_plan import last_rated_on, may_rate, plan_self_rated
from models.self_rated import SelfRatedAnswer, SelfRatedCheck
from models.session import Change
from protocol.answers import AnswerState
from protocol.moments import local_date
from protocol.pro_ctcae import Attribute, ProWording, may_be_answered_by, may_be_asked_on, scores_of
from protocol.screens import Answer, How, NothingChanged, SelfRatedQuestion, SelfRatedStopped, SelfRatedThanks
from protocol.self_rated import Given, Question, next_question, question_before, walked
from protocol.taps import Tap, Verb
from protocol.terms import LinkRole

SELF_RATED_VERBS: Final = frozenset(
    {Verb.SELF_RATED_BEGIN, Verb.SELF_RATED_ANSWER, Verb.SELF_RATED_SKIP, Verb.SELF_RATED_BACK, Verb.SELF_RATED_STOP}
)
NOTHING: Final = (Answer(NothingChanged()),)


async def self_rated_tap(heard: Heard, tap: Tap) -> list[Answer]:
    """What one press leads to, in place of the message it stood on; only the participant's own chat may."""
    words = heard.trial.self_rated
    own = heard.chat.role is LinkRole.OWN and may_be_answered_by(heard.source)
    if words is None or not own or not may_rate(heard.participant, heard.trial):
        return [*NOTHING]
    if tap.verb is Verb.SELF_RATED_BEGIN and tap.argument:
        return await _begin(heard, tap, words)
    check = await heard.change.session.get(SelfRatedCheck, tap.record_id)
    if check is None or check.participant_id != heard.participant.id:
        return [*NOTHING]
    return await _walk(heard, tap, check, words)


async def self_rated_again(heard: Heard) -> list[Answer]:
    """The question of a round that was begun and not put off, once more; nothing where there is none."""
    words, check = heard.trial.self_rated, await _newest(heard)
    own = heard.chat.role is LinkRole.OWN and may_rate(heard.participant, heard.trial)
    if words is None or check is None or not own or not _is_under_way(check, heard.at):
        return []
    items, given = heard.trial.pro_ctcae.items, await answers_given(heard.change, check.id)
    asked = next_question(items, given)
    return [] if asked is None else [Answer(_screen(check, items, given, asked, words))]


def _is_under_way(check: SelfRatedCheck, at: datetime) -> bool:
    return check.stopped_at is None and check.closes_at is not None and check.closes_at > at


async def _begin(heard: Heard, tap: Tap, words: ProWording) -> list[Answer]:
    """A round that was offered; the same offer leads to the same round, and two never lie closer than 7 days."""
    zone = heard.participant.wall
    today, on = local_date(heard.at, zone), _day(tap.argument)
    newest = await _newest(heard)
    if on is None or on > today:
        return [*NOTHING]
    if newest is not None and local_date(newest.begun_at, zone) >= on:
        return await _walk(heard, tap, newest, words)
    is_old = today - on > heard.trial.check.closes_after
    if is_old or not may_be_asked_on(today, await last_rated_on(heard.change, heard.participant)):
        return [*NOTHING]
    if newest is not None:
        close_self_rated(heard.change, newest)
    check = SelfRatedCheck(
        id=heard.change.new_id(),
        participant_id=heard.participant.id,
        link_id=heard.chat.link_id,
        protocol_version=heard.trial.version,
        begun_at=heard.at,
        closes_at=heard.at + heard.trial.check.closes_after,
    )
    heard.change.session.add(check)
    await heard.change.session.flush()
    _leave(heard.change, check, "begin_self_rated")
    await plan_self_rated(heard.change, heard.participant, heard.trial)
    return await _shown(heard, check, words)


def _day(argument: str) -> date | None:
    try:
        return date.fromisoformat(argument)
    except ValueError:
        return None


async def _newest(heard: Heard) -> SelfRatedCheck | None:
    found: SelfRatedCheck | None = await heard.change.session.scalar(
        select(SelfRatedCheck)
        .where(SelfRatedCheck.participant_id == heard.participant.id)
        .order_by(col(SelfRatedCheck.begun_at).desc(), col(SelfRatedCheck.id))
        .limit(1)
    )
    return found


async def _walk(heard: Heard, tap: Tap, check: SelfRatedCheck, words: ProWording) -> list[Answer]:
    if check.finished_at is not None:
        return [Answer(SelfRatedThanks(already=True), How.EDIT)]
    if check.closes_at is None or check.closes_at <= heard.at:
        return [*NOTHING]
    if tap.verb is Verb.SELF_RATED_STOP:
        if check.stopped_at is None:
            check.stopped_at = heard.at
            _leave(heard.change, check, "stop_self_rated")
        return [Answer(SelfRatedStopped(check.id), How.EDIT)]
    check.stopped_at = None
    if tap.verb is Verb.SELF_RATED_BEGIN:
        return await _shown(heard, check, words)
    return await _answered(heard, tap, check, words)


async def _answered(heard: Heard, tap: Tap, check: SelfRatedCheck, words: ProWording) -> list[Answer]:
    """A client can send anything: what was not asked is not answered."""
    items = heard.trial.pro_ctcae.items
    given, asked = await answers_given(heard.change, check.id), _asked(tap)
    if asked is None or asked[0] not in walked(items, given):
        return await _shown(heard, check, words)
    question, score = asked
    if tap.verb is Verb.SELF_RATED_BACK:
        return await _shown(heard, check, words, question_before(items, given, question))
    if tap.verb is Verb.SELF_RATED_ANSWER and score not in scores_of(question[1]):
        return await _shown(heard, check, words, question)
    value = score if tap.verb is Verb.SELF_RATED_ANSWER else None
    if question not in given or given[question] != value:
        await _append(heard, check, question, value, words)
    return await _shown(heard, check, words)


def _asked(tap: Tap) -> tuple[Question, int | None] | None:
    number, attribute, score = [*tap.argument.split(":"), "", ""][:3]
    if not number.isdecimal() or attribute not in list(Attribute):
        return None
    return (int(number), Attribute(attribute)), int(score) if score.isdecimal() else None


async def answers_given(change: Change, check_id: str) -> Given:
    """The newest answer to each question of a round."""
    rows = await change.session.scalars(
        select(SelfRatedAnswer).where(SelfRatedAnswer.check_id == check_id).order_by(col(SelfRatedAnswer.ordinal))
    )
    return {(row.number, row.attribute): row.value for row in rows}


async def _append(
    heard: Heard, check: SelfRatedCheck, question: Question, value: int | None, words: ProWording
) -> None:
    change, (number, attribute) = heard.change, question
    if await change.session.scalar(select(SelfRatedAnswer.id).where(SelfRatedAnswer.cause_key == heard.cause_key)):
        return
    newest = await change.session.scalar(
        select(func.max(SelfRatedAnswer.ordinal)).where(SelfRatedAnswer.check_id == check.id)
    )
    row = SelfRatedAnswer(
        id=change.new_id(),
        check_id=check.id,
        participant_id=check.participant_id,
        ordinal=(newest or 0) + 1,
        number=number,
        attribute=attribute,
        value=value,
        state=AnswerState.SKIPPED if value is None else AnswerState.ANSWERED,
        cause_key=heard.cause_key,
        wording_version=words.version,
        said_at=heard.said_at,
        recorded_at=heard.at,
    )
    change.session.add(row)
    seen = {"check": check.id, "number": number, "attribute": attribute, "value": value}
    change.audit("answer_self_rated", "self_rated_answer", row.id, participant_id=check.participant_id, new=seen)
    change.owe(row, participant_id=check.participant_id)
    await change.session.flush()


async def _shown(
    heard: Heard, check: SelfRatedCheck, words: ProWording, question: Question | None = None
) -> list[Answer]:
    """This question, else the next one, else thanks: the round is done."""
    items, given = heard.trial.pro_ctcae.items, await answers_given(heard.change, check.id)
    asked = question or next_question(items, given)
    if asked is None:
        check.finished_at, check.closes_at = heard.at, None
        _leave(heard.change, check, "finish_self_rated")
        return [Answer(SelfRatedThanks(), How.EDIT)]
    return [Answer(_screen(check, items, given, asked, words), How.EDIT)]


def _screen(
    check: SelfRatedCheck, items: Sequence[int], given: Given, asked: Question, words: ProWording
) -> SelfRatedQuestion:
    number, attribute = asked
    return SelfRatedQuestion(
        check_id=check.id,
        number=number,
        attribute=attribute,
        question=words.questions[asked],
        answers=words.answers[attribute],
        place=items.index(number) + 1,
        count=len(items),
        marked=given.get(asked),
        can_go_back=question_before(items, given, asked) is not None,
    )


def close_self_rated(change: Change, check: SelfRatedCheck) -> None:
    """Ended unfinished; its answers stay. Nobody is told: a missed round is no alert."""
    if check.finished_at is None and check.closed_at is None:
        check.closed_at, check.closes_at = change.at, None
        _leave(change, check, "close_self_rated")


def _leave(change: Change, check: SelfRatedCheck, action: str) -> None:
    change.audit(action, "self_rated_check", check.id, participant_id=check.participant_id)
    change.owe(check, participant_id=check.participant_id)
