"""A changed amount proposes a draw: staff accept, move or drop it; until then no message and no wait hang on it."""

from datetime import date

import pytest

from actions.facts import participant_by_code
from actions.visit_plan import visits_of
from actions.visits import VisitError, move_visit, settle_visit
from models.session import Actor
from models.study.visit import StudyVisit
from models.visit import Visit
from protocol.taps import Verb
from protocol.terms import OrderKind, PromptKind
from protocol.visits import VisitState
from reports.worklist import Section, worklist_report
from reports.worklist_rows import Why
from study.reconcile import reconcile
from tests.stories.sight import study_rows
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, day) for day in range(3, 6))
KEY = "unscheduled-trough-2"
WEEK_LATER = date(2026, 3, 12)  # of Thursday


async def troughs(stage: Stage) -> list[tuple[str, VisitState, date]]:
    async with stage.system.store.change(at=stage.clock.now()) as change:
        participant = await participant_by_code(change, "017")
        found = await visits_of(change.session, participant.id)
    return [(one.key, one.state, one.planned_on) for one in found if one.key.startswith("unscheduled-trough")]


async def settles(stage: Stage, state: VisitState) -> Visit:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        participant = await participant_by_code(change, "017")
        visit = next(one for one in await visits_of(change.session, participant.id) if one.key == KEY)
        await settle_visit(change, participant, visit, state, stage.system.trial, "li", on=None)
    stage.look_now()
    return visit


async def changed(stage: Stage) -> Member:
    """Day 1 on Tuesday, another amount from Thursday on."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 12)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    return fang


async def on_the_list(stage: Stage, site: str | None = None) -> list[tuple[str | None, date | None]]:
    work = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site=site)
    return [(row.code, row.due_on) for row in work.section(Section.VISIT) if row.why is Why.TROUGH_PROPOSED]


async def test_a_change_proposes_a_draw_that_stands_on_the_worklist_of_its_site(stage: Stage) -> None:
    await changed(stage)
    assert await troughs(stage) == [(KEY, VisitState.PROPOSED, WEEK_LATER)]
    assert await on_the_list(stage) == [("017", WEEK_LATER)]
    assert await on_the_list(stage, "ELSEWHERE") == []
    assert [row.state for row in await study_rows(stage, StudyVisit) if row.key == KEY] == [VisitState.PROPOSED]
    await stage.sync()
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_a_draw_that_nobody_accepted_withholds_no_dose_and_an_accepted_one_does(stage: Stage) -> None:
    fang = await changed(stage)
    await fang.until(WEEK_LATER, 8)
    assert fang.offers(Verb.TAKEN)
    kinds = {prompt.kind for prompt in await stage.prompts()}
    assert not kinds & {PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT}


async def test_an_accepted_draw_is_a_draw_day_and_leaves_the_list(stage: Stage) -> None:
    fang = await changed(stage)
    await settles(stage, VisitState.PLANNED)
    assert await on_the_list(stage) == []
    await fang.until(WEEK_LATER, 8)
    assert PromptKind.DRAW_WAIT in {prompt.kind for prompt in await stage.prompts() if prompt.sent_at is not None}
    with pytest.raises(VisitError):
        await settles(stage, VisitState.PLANNED)


async def test_it_moves_with_the_change_and_is_dropped_with_it(stage: Stage) -> None:
    await changed(stage)
    await stage.order("017", OrderKind.HOLD, THURSDAY, until_on=date(2026, 3, 8), reason="fever")
    assert await troughs(stage) == [(KEY, VisitState.PROPOSED, date(2026, 3, 16))]
    await stage.order("017", OrderKind.DOSE, date(2026, 3, 10), dose_mg=3.0)
    assert await troughs(stage) == [
        (KEY, VisitState.CANCELLED, date(2026, 3, 16)),
        ("unscheduled-trough-4", VisitState.PROPOSED, date(2026, 3, 17)),
    ]


async def test_what_staff_have_moved_or_cancelled_is_theirs(stage: Stage) -> None:
    await changed(stage)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        participant = await participant_by_code(change, "017")
        visit = next(one for one in await visits_of(change.session, participant.id) if one.key == KEY)
        await move_visit(change, participant, visit, date(2026, 3, 13), None, stage.system.trial, "li")
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, until_on=date(2026, 3, 8), reason="fever")
    assert await troughs(stage) == [(KEY, VisitState.PLANNED, date(2026, 3, 13))]
    await settles(stage, VisitState.CANCELLED)
    await stage.order("017", OrderKind.HOLD, date(2026, 3, 9), until_on=date(2026, 3, 9), reason="fever")
    assert await troughs(stage) == [(KEY, VisitState.CANCELLED, date(2026, 3, 13))]
