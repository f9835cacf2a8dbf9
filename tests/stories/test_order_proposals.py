"""A proposed amount is no order: nothing changes before an investigator signs it; what is sent equals the preview."""

from datetime import date

import pytest

from actions.dose_orders import NewOrder
from actions.facts import participant_by_code
from actions.order_preview import OrderPreview, preview_order
from actions.order_proposals import propose_order, step_proposal
from actions.read_backs import OrderError
from messages.screens import word
from models.order_proposal import OrderProposal
from models.session import Actor
from models.study.order_proposal import StudyOrderProposal
from protocol.order_proposal import ProposalError, ProposalState
from protocol.orders import DoseOrder, NotComposableError
from protocol.taps import Verb
from protocol.terms import DoseState, OrderKind, PromptKind
from reports.worklist import Section, worklist_report
from study.reconcile import reconcile
from tests.stories.sight import orders, study_rows
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in range(3, 8))


async def at_noon(stage: Stage) -> Member:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 12)
    return fang


async def proposes(stage: Stage, from_on: date, dose_mg: float = 2.0, then_mg: tuple[float, ...] = ()) -> OrderProposal:
    li = await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        participant = await participant_by_code(change, "017")
        order = DoseOrder(0, OrderKind.DOSE, from_on, dose_mg, reason="trough 3 ng/mL", then_mg=then_mg)
        return await propose_order(change, participant, order, li, stage.system.trial)


async def steps(stage: Stage, state: ProposalState, number: int = 1, by: str = "han") -> OrderProposal:
    staff = await stage.staff(by)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", by)) as change:
        participant = await participant_by_code(change, "017")
        trial = stage.system.trial
        row, _ = await step_proposal(change, participant, number, state, staff, trial, reason="as agreed")
    stage.look_now()
    return row


async def previewed(stage: Stage, from_on: date, dose_mg: float = 2.0, then_mg: tuple[float, ...] = ()) -> OrderPreview:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        participant = await participant_by_code(change, "017")
        new = NewOrder(OrderKind.DOSE, from_on, "preview", "li", dose_mg, then_mg=then_mg)
        return await preview_order(change, participant, new, stage.system.trial)


async def standing(stage: Stage) -> tuple[list[object], list[object], int]:
    """Everything that is planned and sent."""
    doses = [(dose.id, dose.units, dose.due_at, dose.state, dose.order_version) for dose in await stage.doses()]
    prompts = [(one.id, one.kind, one.due_at, one.expires_at, one.state) for one in await stage.prompts()]
    return list(doses), list(prompts), len(await orders(stage))


async def waiting(stage: Stage) -> list[tuple[str, str | None, date | None]]:
    work = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site="PUMCH")
    assert not [row for row in work.section(Section.ORDER) if row.until and row.until <= stage.clock.now()]
    return [(row.why, row.code, row.due_on) for row in work.section(Section.ORDER)]


async def test_the_list_shows_what_waits_for_a_signature_and_then_for_the_participants_answer(stage: Stage) -> None:
    fang = await at_noon(stage)
    assert await waiting(stage) == []
    await proposes(stage, THURSDAY)
    assert await waiting(stage) == [("proposal_unsigned", "017", THURSDAY)]
    elsewhere = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site="OTHER")
    assert elsewhere.section(Section.ORDER) == ()
    await steps(stage, ProposalState.SIGNED)
    assert await waiting(stage) == [("read_back_open", "017", THURSDAY)]
    await stage.settle()
    await fang.tap(Verb.READ_BACK, "2")
    assert await waiting(stage) == []


async def test_a_proposal_never_changes_a_prompt_before_its_signature(stage: Stage) -> None:
    fang = await at_noon(stage)
    before = await standing(stage)
    await proposes(stage, WEDNESDAY)
    assert await standing(stage) == before
    await steps(stage, ProposalState.REFUSED)
    await proposes(stage, THURSDAY)
    assert await standing(stage) == before
    await fang.until(WEDNESDAY, 8)
    assert "1片" in fang.text()
    await fang.tap(Verb.TAKEN)
    signed = await steps(stage, ProposalState.SIGNED, 2)
    assert signed.order_version == 2
    await fang.until(THURSDAY, 8)
    assert "2片" in fang.text()
    assert [(row.number, row.state) for row in await study_rows(stage, StudyOrderProposal)] == [
        (1, "proposed"),
        (1, "refused"),
        (2, "proposed"),
        (2, "signed"),
    ]
    await stage.sync()
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_only_an_investigator_signs_and_only_what_was_seen(stage: Stage) -> None:
    await at_noon(stage)
    await proposes(stage, THURSDAY)
    with pytest.raises(ProposalError, match="investigator"):
        await steps(stage, ProposalState.SIGNED, by="li")
    with pytest.raises(OrderError, match="waits already"):
        await proposes(stage, FRIDAY)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="fever")
    with pytest.raises(ProposalError, match="over version 1"):
        await steps(stage, ProposalState.SIGNED)
    with pytest.raises(OrderError, match="no proposal 7"):
        await steps(stage, ProposalState.SIGNED, 7)
    await steps(stage, ProposalState.WITHDRAWN, by="li")
    with pytest.raises(NotComposableError):
        await proposes(stage, THURSDAY, 1.5)
    assert [row.version for row in await orders(stage)] == [1, 2]


async def test_the_preview_stores_nothing_and_what_is_then_sent_equals_it(stage: Stage) -> None:
    fang = await at_noon(stage)
    before = await standing(stage)
    seen = await previewed(stage, THURSDAY, 1.0, (2.0,))
    assert await standing(stage) == before
    assert {change.on for change in seen.difference.doses} == {date(2026, 3, day) for day in range(6, 20, 2)}
    assert {change.on for change in seen.difference.prompts} == {date(2026, 3, day) for day in range(6, 20, 2)}
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.0, then_mg=(2.0,))
    await fang.until(TUESDAY, 12, 5)
    assert fang.text() == word(seen.notice, seen.reader, stage.system.trial).text
    altered = {change.on: change.after for change in seen.difference.prompts if change.kind is PromptKind.DOSE_REMINDER}
    for day in (WEDNESDAY, THURSDAY, FRIDAY, SATURDAY):
        await fang.until(day, 8)
        after = altered.get(day)
        assert f"{after[1] if after is not None else 1}片" in fang.text()
        if after is not None:
            assert after[0] == stage.clock.now()
        await fang.tap(Verb.TAKEN)
    assert (await stage.dose(1)).state is DoseState.TAKEN
