"""A proposed dose order: a coordinator proposes, an investigator signs or refuses, and nothing is in force before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from protocol.terms import Role


class ProposalState(StrEnum):
    """How a proposal stands; each state but the first ends it."""

    PROPOSED = "proposed"
    SIGNED = "signed"  # only now it is an order
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProposalError(ValueError):
    """The step cannot be taken, hence nothing was recorded; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


MAY: Final[Mapping[ProposalState, Role]] = {
    ProposalState.PROPOSED: Role.COORDINATOR,  # an investigator orders himself
    ProposalState.SIGNED: Role.INVESTIGATOR,
    ProposalState.REFUSED: Role.INVESTIGATOR,
    ProposalState.WITHDRAWN: Role.COORDINATOR,
}
"""Who takes which step."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What decides on a step. `over_version`: the newest order that stood when it was proposed."""

    from_on: date  # first day of the proposed order, on the participant's wall
    over_version: int
    steps: tuple[ProposalState, ...] = ()  # oldest first

    @property
    def state(self) -> ProposalState | None:
        """None: it was not proposed yet."""
        return self.steps[-1] if self.steps else None


def proposal_after(
    proposal: Proposal, step: ProposalState, *, role: Role, today: date, newest_version: int, reason: str = ""
) -> Proposal:
    """The proposal with one step more. `today`: on the participant's wall; `newest_version`: of the orders that stand.

    Raises ProposalError, with every reason at once.
    """
    if problems := tuple(_problems(proposal, step, role, today, newest_version, reason)):
        raise ProposalError(problems)
    return Proposal(proposal.from_on, proposal.over_version, (*proposal.steps, step))


def _problems(
    proposal: Proposal, step: ProposalState, role: Role, today: date, newest_version: int, reason: str
) -> Iterable[str]:
    begins = step is ProposalState.PROPOSED
    if role is not MAY[step]:
        yield f"{step}: is the {MAY[step]}'s step"
    if begins and proposal.steps:
        yield f"this proposal is {proposal.state} already; propose another"
    if not begins and proposal.state is not ProposalState.PROPOSED:
        yield f"this proposal is {proposal.state or 'not made yet'}; only one that waits can be {step}"
    if step in (ProposalState.PROPOSED, ProposalState.SIGNED):
        if proposal.from_on < today:
            yield f"the order would begin on {proposal.from_on}, today is {today}; propose another from today or later"
        if proposal.over_version != newest_version:
            # What the coordinator saw is not what the investigator would change.
            yield f"it was proposed over version {proposal.over_version}, now {newest_version} stands; propose another"
    if step is not ProposalState.SIGNED and not reason.strip():
        yield f"{step}: needs its reason"
