"""Proposed amounts as actions of the pages: a coordinator proposes, an investigator signs or refuses."""

from dataclasses import dataclass
from typing import Final

from actions.order_proposals import newest_steps, proposals_of, propose_order, step_proposal
from actions.read_backs import OrderError
from models.order_proposal import OrderProposal
from models.participant import Participant
from models.session import Change
from protocol.order_proposal import ProposalError, ProposalState
from protocol.orders import DoseOrder, NotComposableError, PatternError
from protocol.standing import may_get_orders
from protocol.terms import OrderKind
from web.amount_fields import amount_fields, amount_typed
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed
from web.asking_fields import reason_field
from web.deed_groups import DeedGroup
from web.permissions import Permission

REFUSALS: Final = (OrderError, ProposalError, NotComposableError, PatternError)


async def _form(asking: Asking) -> Form:
    return [Group((*amount_fields(asking), reason_field(asking)))]


async def _propose(change: Change, asking: Asking, typed: Typed) -> None:
    one = amount_typed(asking, typed)
    asked = DoseOrder(0, OrderKind.DOSE, one.from_on, one.dose_mg, one.every_days, None, typed["reason"], one.then_mg)
    await propose_order(change, asking.person, asked, asking.who.staff, asking.desk.trial)


@dataclass(frozen=True, slots=True)
class _Step:
    """Signed, refused or withdrawn: the one proposal that waits."""

    state: ProposalState

    async def form(self, asking: Asking) -> Form:
        say = asking.say
        async with asking.desk.store.change(at=asking.at, actor=asking.who.actor) as change:
            steps = newest_steps(await proposals_of(change, asking.person))
        waiting = [one for one in steps if one.state is ProposalState.PROPOSED]
        options = tuple((str(one.number), _said(asking, one)) for one in waiting)
        hint = "" if options else say("No proposal waits.")
        which = Field("number", say("Proposal"), FieldKind.CHOICE, options=options or (("", "–"),), hint=hint)
        why = Field("reason", say("Reason"), FieldKind.LONG, required=False)
        return [Group((which, why if self.state is ProposalState.SIGNED else reason_field(asking)))]

    async def do(self, change: Change, asking: Asking, typed: Typed) -> None:
        number, trial = int(typed["number"]), asking.desk.trial
        await step_proposal(change, asking.person, number, self.state, asking.who.staff, trial, reason=typed["reason"])


def _said(asking: Asking, one: OrderProposal) -> str:
    amounts = ", ".join(f"{mg:g} mg" for mg in (one.dose_mg, *one.amounts()))
    spacing = asking.texts.ngettext("every %(num)d day", "every %(num)d days", one.every_days) % {"num": one.every_days}
    return f"{one.number} · {amounts} · {spacing} · {asking.dates.day(one.from_on)} · {one.reason} ({one.recorded_by})"


def _orders(person: Participant) -> bool:
    return may_get_orders(person.state)


def _deed(name: str, state: ProposalState, who: Permission) -> Deed:
    step, proven = _Step(state), who is Permission.SIGN
    return Deed(name, who, step.form, step.do, DeedGroup.DOSES, REFUSALS, proven=proven, offered=_orders)


PROPOSAL_DEEDS: Final = (
    Deed("propose", Permission.RECORD, _form, _propose, DeedGroup.DOSES, REFUSALS, offered=_orders),
    _deed("proposal-sign", ProposalState.SIGNED, Permission.SIGN),
    _deed("proposal-refuse", ProposalState.REFUSED, Permission.SIGN),
    _deed("proposal-withdraw", ProposalState.WITHDRAWN, Permission.RECORD),
)
