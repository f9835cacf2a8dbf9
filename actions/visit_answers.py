"""What a participant says about a visit: will come, cannot come, was there or not, and asks for the way."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.hearing import Heard, ask_typed, forget_question
from actions.messages_kept import emergency_of, keep_text
from actions.visit_tasks import call_about
from actions.visits import settle_visit
from models.participant import OpenQuestion
from models.site import Site
from models.visit import Visit
from protocol.moments import local_date
from protocol.screens import (
    Answer,
    How,
    NothingChanged,
    Screen,
    VisitAttended,
    VisitConfirmed,
    VisitNotice,
    VisitOccasion,
    VisitOtherDay,
    Visits,
    VisitShown,
    VisitWay,
    VisitWishKept,
)
from protocol.taps import Phrase, Tap, Typed, Verb
from protocol.terms import AlertKind, LinkRole
from protocol.visits import TO_COME, VisitState

QUESTION: Final = "visit_day"  # of the open question; its argument is the visit's id
LIVES: Final = timedelta(hours=24)
COMING: Final = 3  # so many are listed

VISIT_VERBS: Final = frozenset({Verb.VISIT_COME, Verb.VISIT_CANNOT, Verb.VISIT_WAY, Verb.VISIT_CAME, Verb.VISIT_MISSED})


async def coming_visits(heard: Heard) -> Screen:
    """The next visits, with the buttons of the first."""
    today = local_date(heard.at, ZoneInfo(heard.participant.tz))
    rows = await heard.change.session.scalars(
        select(Visit)
        .where(
            col(Visit.participant_id) == heard.participant.id,
            col(Visit.state).in_(TO_COME),
            col(Visit.planned_on) >= today,
        )
        .order_by(col(Visit.planned_on), col(Visit.key))
        .limit(COMING)
    )
    return Visits(tuple(shown_visit(row) for row in rows))


async def visit_tap(heard: Heard, tap: Tap) -> list[Answer]:
    """One press, bound to the day it was shown for: after a move it only shows the new one."""
    visit = await _own_visit(heard, tap.record_id)
    if visit is None or heard.chat.role is not LinkRole.OWN:
        return [Answer(NothingChanged())]
    if tap.verb is Verb.VISIT_WAY:
        return [Answer(await _way(heard))]
    if visit.state not in TO_COME:
        return [Answer(NothingChanged())]
    shown = shown_visit(visit)
    if shown.slot().written() != tap.argument:
        return [Answer(VisitNotice(shown, VisitOccasion.MOVED))]
    today = local_date(heard.at, ZoneInfo(heard.participant.tz))
    is_about_the_past = tap.verb in (Verb.VISIT_CAME, Verb.VISIT_MISSED)
    if visit.planned_on != today and is_about_the_past != (visit.planned_on < today):
        return [Answer(NothingChanged())]
    return [Answer(await _said(heard, tap.verb, visit), How.EDIT)]


async def _own_visit(heard: Heard, visit_id: str) -> Visit | None:
    """The visit a button names, if it is this participant's: a client can send anything."""
    visit = await heard.change.session.get(Visit, visit_id)
    return visit if visit is not None and visit.participant_id == heard.participant.id else None


async def _said(heard: Heard, verb: Verb, visit: Visit) -> Screen:
    if verb is Verb.VISIT_COME:
        if visit.state is not VisitState.CONFIRMED:
            await _settle(heard, visit, VisitState.CONFIRMED)
        await _forget_wish(heard)
        return VisitConfirmed(shown_visit(visit))
    if verb is Verb.VISIT_CAME:
        await _settle(heard, visit, VisitState.ATTENDED)
        return VisitAttended(shown_visit(visit))
    passed = verb is Verb.VISIT_MISSED
    if passed:
        await _settle(heard, visit, VisitState.MISSED)
    else:
        if visit.state is VisitState.CONFIRMED:
            await _settle(heard, visit, VisitState.PLANNED)
        await call_about(heard.change, heard.participant, visit, AlertKind.VISIT_CANNOT_COME)
    await ask_typed(heard, QUESTION, argument=visit.id)
    return VisitOtherDay(shown_visit(visit), passed)


async def _settle(heard: Heard, visit: Visit, state: VisitState) -> None:
    await settle_visit(heard.change, heard.participant, visit, state, heard.trial, heard.source, on=None)


async def _forget_wish(heard: Heard) -> None:
    question = await heard.change.session.get(OpenQuestion, heard.chat.link_id)
    if question is not None and question.question == QUESTION:
        await forget_question(heard)


async def typed_wish(heard: Heard, question: OpenQuestion, typed: Typed) -> list[Answer] | None:
    """Which days suit, in their own words: kept for staff and looked through as every text is. None: it is no wish."""
    visit = await _own_visit(heard, question.argument)
    if visit is None or typed.phrase is not Phrase.UNKNOWN or heard.at - question.at >= LIVES:
        return None
    await forget_question(heard)
    kept = await keep_text(heard, typed.text)
    kind = AlertKind.VISIT_MISSED if visit.state is VisitState.MISSED else AlertKind.VISIT_CANNOT_COME
    await call_about(heard.change, heard.participant, visit, kind, kept.message_id)
    return [*emergency_of(kept), Answer(VisitWishKept())]


async def _way(heard: Heard) -> VisitWay:
    """In the participant's language where the site has written it, else as it has."""
    site = await heard.change.session.get_one(Site, heard.participant.site_code)
    words = site.directions()
    return VisitWay(words.get(heard.participant.language) or next(iter(words.values()), ""))


def shown_visit(visit: Visit) -> VisitShown:
    return VisitShown(
        visit.id, visit.planned_on, visit.planned_time, visit.fasting, visit.state is VisitState.CONFIRMED
    )
