"""A proposal is no order before an investigator has signed what was proposed, and it ends once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.order_proposal import MAY, Proposal, ProposalError, ProposalState, proposal_after
from protocol.terms import Role

TODAY = date(2026, 3, 2)
NEW = Proposal(from_on=date(2026, 3, 5), over_version=1)
WAITING = replace(NEW, steps=(ProposalState.PROPOSED,))
ENDS = [state for state in ProposalState if state is not ProposalState.PROPOSED]


def after(
    proposal: Proposal, step: ProposalState, role: Role | None = None, *, today: date = TODAY, newest: int = 1
) -> Proposal:
    return proposal_after(
        proposal, step, role=role or MAY[step], today=today, newest_version=newest, reason="level of 3 March"
    )


@pytest.mark.parametrize("end", ENDS)
def test_a_proposal_waits_and_then_ends_once(end: ProposalState) -> None:
    ended = after(after(NEW, ProposalState.PROPOSED), end)
    assert ended.state is end
    for step in ProposalState:
        with pytest.raises(ProposalError, match="this proposal is"):
            after(ended, step)


@pytest.mark.parametrize("end", ENDS)
def test_what_nobody_proposed_cannot_be_decided(end: ProposalState) -> None:
    with pytest.raises(ProposalError, match="not made yet"):
        after(NEW, end)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INVESTIGATOR])
def test_nobody_but_an_investigator_signs_or_refuses(role: Role) -> None:
    for step in (ProposalState.SIGNED, ProposalState.REFUSED):
        with pytest.raises(ProposalError, match="investigator's step"):
            after(WAITING, step, role)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_but_a_coordinator_proposes_or_withdraws(role: Role) -> None:
    with pytest.raises(ProposalError, match="coordinator's step"):
        after(NEW, ProposalState.PROPOSED, role)
    with pytest.raises(ProposalError, match="coordinator's step"):
        after(WAITING, ProposalState.WITHDRAWN, role)


def test_an_order_of_the_past_is_neither_proposed_nor_signed_but_may_be_refused() -> None:
    late = date(2026, 3, 6)
    for proposal, step in ((NEW, ProposalState.PROPOSED), (WAITING, ProposalState.SIGNED)):
        with pytest.raises(ProposalError, match="propose another from today"):
            after(proposal, step, today=late)
    assert after(WAITING, ProposalState.REFUSED, today=late).state is ProposalState.REFUSED
    assert after(WAITING, ProposalState.SIGNED, today=WAITING.from_on).state is ProposalState.SIGNED


def test_a_proposal_over_an_order_that_has_changed_is_not_signed() -> None:
    with pytest.raises(ProposalError, match="over version 1, now 2 stands"):
        after(WAITING, ProposalState.SIGNED, newest=2)
    assert after(WAITING, ProposalState.WITHDRAWN, newest=2).state is ProposalState.WITHDRAWN


@pytest.mark.parametrize("step", [step for step in ProposalState if step is not ProposalState.SIGNED])
def test_every_step_but_the_signature_needs_its_reason(step: ProposalState) -> None:
    proposal = NEW if step is ProposalState.PROPOSED else WAITING
    with pytest.raises(ProposalError, match="needs its reason"):
        proposal_after(proposal, step, role=MAY[step], today=TODAY, newest_version=1, reason="  ")


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(ProposalError) as refused:
        after(WAITING, ProposalState.SIGNED, Role.COORDINATOR, today=date(2026, 4, 1), newest=3)
    assert len(refused.value.problems) == 3


@given(st.lists(st.tuples(st.sampled_from(ProposalState), st.sampled_from(Role)), max_size=8))
def test_whatever_is_tried_a_signed_one_was_proposed_first_and_signed_by_an_investigator(
    tried: list[tuple[ProposalState, Role]],
) -> None:
    proposal, taken = NEW, []
    for step, role in tried:
        try:
            proposal = after(proposal, step, role)
        except ProposalError:
            continue
        taken.append((step, role))
    if proposal.state is ProposalState.SIGNED:
        assert taken == [
            (ProposalState.PROPOSED, Role.COORDINATOR),
            (ProposalState.SIGNED, Role.INVESTIGATOR),
        ]
    assert len(taken) <= 2
