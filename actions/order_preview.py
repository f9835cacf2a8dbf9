"""A preview: what another amount would change of the plan and the messages, computed as the plan is; nothing stays."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from actions.dose_orders import NewOrder, check_order
from actions.planning import HORIZON, facts_as_they_stand, recent_doses
from models.participant import Participant
from models.session import Change
from models.site import Site
from protocol.amount_notice import amount_notice
from protocol.moments import moment
from protocol.orders import DoseOrder, first_new_dose
from protocol.plan import plan
from protocol.plan_difference import PlanDifference, plan_difference
from protocol.screens import OrderNotice, Reader
from protocol.terms import OrderKind
from protocol.trial import Trial

SHOWN: Final = timedelta(days=14)
"""So long after its first day: a whole turn of any pattern, twice."""


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """`notice` and `reader`: what the participant would be told, and how they read it."""

    difference: PlanDifference
    notice: OrderNotice
    reader: Reader


async def preview_order(change: Change, participant: Participant, order: NewOrder, trial: Trial) -> OrderPreview:
    """What this amount would do if it were ordered now; nothing is written.

    Raises OrderError, NotComposableError, PatternError.
    """
    check_order(change, participant, order)
    facts = await facts_as_they_stand(change, participant, await recent_doses(change, participant.id))
    zone = ZoneInfo(participant.tz)
    until = max(change.at + HORIZON, moment(order.from_on, participant.reminder_time, zone) + SHOWN)
    version = max((one.version for one in facts.orders), default=0) + 1
    amount = (order.dose_mg, order.every_days, None, order.reason, order.then_mg)
    new = DoseOrder(version, OrderKind.DOSE, order.from_on, *amount)
    orders = (*facts.orders, new)
    notice = amount_notice("", new, first_new_dose(orders, version), trial.product)
    before = plan(facts, trial, at=change.at, until=until)
    after = plan(replace(facts, orders=orders), trial, at=change.at, until=until)
    site = await change.session.get_one(Site, participant.site_code)
    reader = Reader(participant.language, participant.wall.key, site.contact_name, site.contact_phone)
    return OrderPreview(plan_difference(before, after), notice, reader)
