"""Where a symptom check stands, as it is shown: its next question, its thanks, and who is asked what."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from actions.hearing import Heard, ask_typed, forget_question, open_question
from actions.symptoms import Reporter, answers_of, judged
from models.participant import OpenQuestion
from models.site import Site
from models.symptom import SymptomCheck
from protocol.answers import Answers, AnswerState, chosen
from protocol.check import Asked, may_ask, next_question, questions
from protocol.moments import local_date
from protocol.screens import SymptomQuestion, SymptomThanks
from protocol.standing import has_left
from protocol.symptoms import Ask, Item
from protocol.terms import LinkRole
from protocol.typed_answers import AskAgain

QUESTION: Final = "symptom"  # of the open question that a typed word may answer
QUESTION_LIVES: Final = timedelta(hours=2)
DAYS_OFFERED: Final = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """One check on its way: who is asked, and what was answered so far."""

    heard: Heard
    check: SymptomCheck
    asked: Asked
    answers: Answers

    def next_item(self) -> Item | None:
        return next_question(self.heard.trial.sheet, self.check.occasion, self.asked, self.answers)


def may_be_asked(heard: Heard) -> bool:
    """Entry is done, and the study not left: before the consents nothing about how somebody feels is asked for."""
    if has_left(heard.participant.state):
        return False
    return heard.participant.set_up_at is not None if heard.chat.role is LinkRole.OWN else heard.chat.accepted


def reporter_of(heard: Heard) -> Reporter:
    return Reporter(heard.source, heard.chat.link_id, heard.chat.link_id)


async def question_of(
    walk: Walk, item: Item | None = None, *, unit: str = "", again: AskAgain | None = None
) -> SymptomQuestion:
    heard, check = walk.heard, walk.check
    asked = item or walk.next_item()
    open_items = questions(heard.trial.sheet, check.occasion, walk.asked, walk.answers)
    asked = asked or open_items[-1]
    await ask_typed(heard, QUESTION, argument=f"{check.id}:{asked.key}:{unit}")
    keys = [one.key for one in open_items]
    place = keys.index(asked.key) if asked.key in keys else 0
    return SymptomQuestion(
        check.id,
        asked.key,
        place + 1,
        len(keys),
        marked=_marks(asked, walk.answers),
        unit=unit,
        can_go_back=place > 0,
        again=again,
        days=_days(heard, asked),
    )


def _marks(item: Item, answers: Answers) -> tuple[str, ...]:
    kept = answers.get(item.key)
    if kept is None or kept.state is AnswerState.SKIPPED:
        return ()
    return tuple(sorted(chosen(item, kept.value) or ())) if item.ask is Ask.SEVERAL else (kept.value,)


def _days(heard: Heard, item: Item) -> tuple[date, ...]:
    if item.ask is not Ask.DATE:
        return ()
    return tuple(today_of(heard) - timedelta(days=back) for back in range(min(DAYS_OFFERED, (item.days_back or 0) + 1)))


async def thanks_for(walk: Walk, *, already: bool = False) -> SymptomThanks:
    heard = walk.heard
    found = await judged(heard.change, heard.participant, walk.check, walk.answers, heard.trial)
    return SymptomThanks(emergency=found.emergency, told=bool(found.reasons), already=already)


async def walk_of(heard: Heard, check: SymptomCheck) -> Walk:
    return Walk(heard, check, await asked_in(heard), await answers_of(heard.change, check.id, heard.trial))


async def asked_in(heard: Heard) -> Asked:
    """Who is asked in this chat: a helper is shown no restricted item."""
    site = await heard.change.session.get_one(Site, heard.participant.site_code)
    concerns = heard.participant.pregnancy_item
    return Asked(
        applies=frozenset() if concerns is None else frozenset({concerns}),
        helper=heard.chat.role is LinkRole.HELPER,
        photos=bool(getattr(site, "takes_photos", False)),
    )


async def own_check(heard: Heard, check_id: str, *, any_reporter: bool = False) -> SymptomCheck | None:
    """The check a button names, if it was walked in this chat: a client can send anything."""
    check = await heard.change.session.get(SymptomCheck, check_id)
    if check is None or check.participant_id != heard.participant.id:
        return None
    return check if any_reporter or check.reported_by == heard.chat.link_id else None


async def forget_check(heard: Heard) -> None:
    question = await open_question(heard)
    if question is not None and question.question == QUESTION:
        await forget_question(heard)


def today_of(heard: Heard) -> date:
    return local_date(heard.at, heard.participant.wall)


async def open_item(heard: Heard) -> tuple[Walk, Item, str] | None:
    question: OpenQuestion | None = await open_question(heard)
    if question is None or question.question != QUESTION or heard.at - question.at > QUESTION_LIVES:
        return None
    check_id, key, unit = (*question.argument.split(":"), "", "")[:3]
    check, item = await own_check(heard, check_id), heard.trial.sheet.item(key)
    if check is None or item is None or check.closed_at is not None:
        return None
    walk = await walk_of(heard, check)
    return (walk, item, unit) if may_ask(item, check.occasion, walk.asked) else None
