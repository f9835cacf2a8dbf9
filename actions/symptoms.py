"""Symptom checks in the record: begun, answered item by item, put off, finished or closed; each answer is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from actions.check_plan import ask_again_at
from actions.safety import act_on
from models.participant import Participant
from models.session import Change
from models.symptom import SymptomAnswer, SymptomCheck
from protocol.answers import SENT, Answer, Answers
from protocol.symptoms import Ask, Item, Occasion, Tier
from protocol.terms import Source
from protocol.triage import TIERS, Reason, Triage, added, triage
from protocol.trial import Trial

_ANSWERS: Final = (
    select(SymptomAnswer)
    .where(col(SymptomAnswer.check_id) == bindparam("check_id"))
    .order_by(col(SymptomAnswer.ordinal))
)
_UNFINISHED: Final = select(SymptomCheck).where(
    col(SymptomCheck.participant_id) == bindparam("participant"),
    col(SymptomCheck.reported_by) == bindparam("reporter"),
    col(SymptomCheck.finished_at).is_(None),
    col(SymptomCheck.closed_at).is_(None),
)
_BASELINE: Final = (
    select(SymptomAnswer)
    .join(SymptomCheck, col(SymptomCheck.id) == col(SymptomAnswer.check_id))
    .where(
        col(SymptomCheck.participant_id) == bindparam("participant"),
        col(SymptomCheck.occasion) == Occasion.BASELINE,
    )
    .order_by(col(SymptomCheck.begun_at), col(SymptomAnswer.ordinal))
)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who answers. `name` is the link's id, or the member of staff's name."""

    source: Source
    name: str
    link_id: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said. `cause_key`: one effect per update or call entry."""

    cause_key: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands after an answer. `news`: the reasons it has added, which staff were told of."""

    answers: Answers
    triage: Triage
    news: tuple[Reason, ...]

    @property
    def emergency(self) -> bool:
        """The emergency text is called for by what was just said."""
        return any(reason.emergency for reason in self.news)


async def unfinished_check(change: Change, participant: Participant, reporter: str) -> SymptomCheck | None:
    found: SymptomCheck | None = await change.session.scalar(
        _UNFINISHED, {"participant": participant.id, "reporter": reporter}
    )
    return found


async def begin_check(
    change: Change,
    participant: Participant,
    occasion: Occasion,
    reporter: Reporter,
    trial: Trial,
    *,
    follows_id: str | None = None,
) -> SymptomCheck:
    """A new check of this reporter; an unfinished one of theirs is closed, and its answers stay."""
    before = await unfinished_check(change, participant, reporter.name)
    if before is not None:
        await close_check(change, before)
    check = SymptomCheck(
        id=change.new_id(),
        participant_id=participant.id,
        link_id=reporter.link_id,
        reported_by=reporter.name,
        source=reporter.source,
        occasion=occasion,
        follows_id=follows_id,
        protocol_version=trial.version,
        begun_at=change.at,
        closes_at=change.at + trial.check.closes_after,
        tier=Tier.GREEN,
    )
    change.session.add(check)
    await change.session.flush()
    _leave(change, check, "begin_check")
    return check


async def answers_of(change: Change, check_id: str, trial: Trial) -> dict[str, Answer]:
    """The newest answer by item, texts unsealed."""
    rows = await change.session.scalars(_ANSWERS, {"check_id": check_id})
    return {row.item: opened(change, row, trial) for row in rows}


async def baseline_of(change: Change, participant: Participant, trial: Trial) -> Answers:
    """What was said at the baseline, also where it was never finished; the newest answer of an item counts."""
    rows = await change.session.scalars(_BASELINE, {"participant": participant.id})
    return {row.item: opened(change, row, trial) for row in rows}


async def has_baseline(change: Change, participant: Participant) -> bool:
    """A finished one."""
    found = await change.session.scalar(
        select(SymptomCheck.id).where(
            SymptomCheck.participant_id == participant.id,
            SymptomCheck.occasion == Occasion.BASELINE,
            col(SymptomCheck.finished_at).is_not(None),
        )
    )
    return found is not None


def opened(change: Change, row: SymptomAnswer, trial: Trial) -> Answer:
    """A kept answer as it was given; of a photo only that there is one."""
    if row.body is None:
        return Answer(row.item, row.value, row.state)
    item = trial.sheet.item(row.item)
    if item is not None and item.ask is Ask.PHOTO:
        return Answer(row.item, SENT, row.state)
    return Answer(row.item, change.vault.open(_place(row.id), row.body), row.state)


async def record_answer(
    change: Change,
    participant: Participant,
    check: SymptomCheck,
    answer: Answer,
    said: Said,
    reporter: Reporter,
    trial: Trial,
    *,
    photo: str = "",
) -> Judged:
    """Writes one answer and does what its triage calls for, once per cause. `photo`: the channel's reference of it.

    `participant` is locked by the caller.
    """
    before = await answers_of(change, check.id, trial)
    was = await judged(change, participant, check, before, trial)
    if await _is_recorded(change, said.cause_key):
        return Judged(before, was, ())
    await _append(change, check, answer, said, reporter, trial, photo)
    answers = {**before, answer.item: answer}
    now = await judged(change, participant, check, answers, trial)
    news = added(was, now)
    check.stopped_at = None
    check.tier = max(check.tier, now.tier, key=TIERS.index)
    await act_on(change, participant, trial, news, check_id=check.id)
    await _again(change, participant, check, now, said)
    change.owe(check, participant_id=participant.id)
    return Judged(answers, now, news)


async def judged(
    change: Change, participant: Participant, check: SymptomCheck, answers: Answers, trial: Trial
) -> Triage:
    """The triage of a check. The baseline is how somebody usually is: nothing in it is worse than itself."""
    is_baseline = check.occasion is Occasion.BASELINE
    return triage(answers, answers if is_baseline else await baseline_of(change, participant, trial), trial)


async def _is_recorded(change: Change, cause_key: str) -> bool:
    found = await change.session.scalar(select(SymptomAnswer.id).where(SymptomAnswer.cause_key == cause_key))
    return found is not None


async def _append(
    change: Change, check: SymptomCheck, answer: Answer, said: Said, reporter: Reporter, trial: Trial, photo: str
) -> None:
    newest = await change.session.scalar(
        select(func.max(SymptomAnswer.ordinal)).where(SymptomAnswer.check_id == check.id)
    )
    row_id = change.new_id()
    body = _body(trial.sheet.item(answer.item), answer, photo)
    row = SymptomAnswer(
        id=row_id,
        check_id=check.id,
        participant_id=check.participant_id,
        ordinal=(newest or 0) + 1,
        item=answer.item,
        value="" if body else answer.value,
        body=change.vault.seal(_place(row_id), body) if body else None,
        state=answer.state,
        source=reporter.source,
        reported_by=reporter.name,
        cause_key=said.cause_key,
        said_at=said.said_at,
        recorded_at=change.at,
    )
    change.session.add(row)
    change.audit(
        "record_answer",
        "symptom_answer",
        row_id,
        participant_id=check.participant_id,
        new={"check": check.id, "item": answer.item, "value": row.value, "state": answer.state, "text": bool(body)},
    )
    change.owe(row, participant_id=check.participant_id)


def _body(item: Item | None, answer: Answer, photo: str) -> str:
    """What is sealed: a text in own words, or where a photo is."""
    if item is None or item.ask not in (Ask.TEXT, Ask.PHOTO):
        return ""
    return photo if item.ask is Ask.PHOTO else answer.value


def _place(row_id: str) -> str:
    return f"symptom_answer.body/{row_id}"


async def _again(change: Change, participant: Participant, check: SymptomCheck, now: Triage, said: Said) -> None:
    """A raised temperature is asked about again, as long as nothing red has taken its place."""
    again_at = None if now.again_after is None else check.again_at or said.said_at + now.again_after
    if again_at != check.again_at:
        check.again_at = again_at
        await ask_again_at(change, participant, check.id, again_at)


def stop_check(change: Change, check: SymptomCheck) -> None:
    """Put off: what is answered is kept, and the next question stays the same one."""
    if check.stopped_at is None and check.finished_at is None and check.closed_at is None:
        check.stopped_at = change.at
        _leave(change, check, "stop_check")


def finish_check(change: Change, check: SymptomCheck) -> None:
    """Every question that the answers call for has one."""
    if check.finished_at is None:
        check.finished_at, check.closes_at, check.closed_at = change.at, None, None
        _leave(change, check, "finish_check")


async def close_check(change: Change, check: SymptomCheck) -> None:
    """Ended unfinished; its answers stay and count."""
    if check.finished_at is None and check.closed_at is None:
        check.closed_at, check.closes_at = change.at, None
        _leave(change, check, "close_check")
        await change.session.flush()


def _leave(change: Change, check: SymptomCheck, action: str) -> None:
    told: Mapping[str, object] = {"occasion": check.occasion, "source": check.source, "tier": check.tier}
    change.audit(action, "symptom_check", check.id, participant_id=check.participant_id, new=told)
    change.owe(check, participant_id=check.participant_id)
