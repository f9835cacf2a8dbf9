"""What happens in the cohort's time beside the daily answers: joining, orders, calls, unwell days, staff at work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from actions.alerts import acknowledge, close
from actions.dose_orders import NewOrder
from models.alert import Alert
from models.session import Actor
from protocol.terms import AlertKind, Channel, Language, OrderKind
from simulation.cohort import CAST, Member, Stage, add_phone, call, day_of, join, order, user_id

UNWELL_WORDS = {Language.ZH: "我不舒服", Language.EN: "I feel unwell"}
DESK_TIME = 0.31  # of a day that begins at 01:00 UTC: the middle of the afternoon in Beijing
LEFT_OPEN = 2.2  # days before the end; what came later still waits for the reader
SEEN_AFTER = timedelta(minutes=40)
CLOSED_AFTER = timedelta(hours=20)
OUTCOMES = {
    AlertKind.FEELS_UNWELL: "Called at once: a cold, no fever. Seen at the clinic the next morning, feels better.",
    AlertKind.DOSES_UNREPORTED: "Called: was travelling without the phone. Answers again.",
    AlertKind.DOSES_NOT_TAKEN: "Called: mornings are hectic. Talked over where the tablets are kept.",
    AlertKind.EVENING_TAKER: "Blood draws arranged for the evening clinic.",
    AlertKind.MESSAGE: "Read and called back.",
    AlertKind.READ_BACK: "Called: the new amount is understood.",
}
OTHERWISE = "Called; nothing further to do."

Act = Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing at a moment, in days from the start."""

    day: float
    label: str
    act: Act


def script(stage: Stage, start: datetime) -> list[Happening]:
    """Everything of the cast that falls into this time, in order; nobody does anything before joining."""
    found = []
    for member in CAST:
        joins = day_of(member.joins_on, stage.end) + 0.1
        own = [Happening(joins, f"{member.code} joins", _joining(stage, member, start))]
        own += _orders(stage, member, start)
        own += _deeds(stage, member)
        if joins > 0:
            found += [item for item in own if joins <= item.day < stage.end]
    desk = [Happening(day + DESK_TIME, "staff at work", _desk(stage, start)) for day in range(int(stage.end))]
    return sorted([*found, *desk], key=lambda item: item.day)


def _joining(stage: Stage, member: Member, start: datetime) -> Act:
    async def act(at: datetime) -> None:
        token = await join(stage, member, at)
        if token:
            add_phone(stage, member, start)
            stage.phones.start(user_id(member), token)

    return act


def _orders(stage: Stage, member: Member, start: datetime) -> list[Happening]:
    found = []
    if member.hold:
        day, days = day_of(member.hold[0], stage.end), member.hold[1]
        first = (start + timedelta(days=day)).date()
        hold = NewOrder(OrderKind.HOLD, first, "low platelets", "Dr Han", until_on=first + timedelta(days=days - 1))
        found.append(Happening(day - 0.6, f"{member.code} hold", _order(stage, member, hold)))
    if member.raised_on is not None:
        day = day_of(member.raised_on, stage.end)
        from_on = (start + timedelta(days=day + 1)).date()
        raised = NewOrder(OrderKind.DOSE, from_on, "low trough", "Dr Han", 2.0)
        found.append(Happening(day - 0.6, f"{member.code} new order", _order(stage, member, raised)))
    return found


def _order(stage: Stage, member: Member, new: NewOrder) -> Act:
    async def act(at: datetime) -> None:
        await order(stage, member, new, at)

    return act


def _deeds(stage: Stage, member: Member) -> list[Happening]:
    """What the person does, or what staff do for one without a chat."""
    user, found = user_id(member), []
    for day in member.unwell_on:
        words = UNWELL_WORDS[member.language]
        found.append(Happening(day_of(day, stage.end), f"{member.code} unwell", _said(stage, user, words)))
    if member.blocks_on is not None:
        found.append(Happening(day_of(member.blocks_on, stage.end), f"{member.code} blocks", _blocking(stage, user)))
    if member.channel is Channel.PHONE:
        days = range(int(member.joins_on) + 2, int(stage.end) - 1, 2)
        found += [Happening(day + 0.3, f"{member.code} call", _calling(stage, member)) for day in days]
    return found


def _said(stage: Stage, user: int, words: str) -> Act:
    async def act(at: datetime) -> None:  # noqa: ARG001
        stage.phones.send_text(user, words)

    return act


def _blocking(stage: Stage, user: int) -> Act:
    async def act(at: datetime) -> None:  # noqa: ARG001
        stage.phones.block(user)

    return act


def _calling(stage: Stage, member: Member) -> Act:
    async def act(at: datetime) -> None:
        await call(stage, member, at)

    return act


def _desk(stage: Stage, start: datetime) -> Act:
    """The coordinator goes through the alerts once a day; the newest of the whole time are left to the reader."""
    actor = Actor("staff", stage.coordinator.name, stage.coordinator.role)
    by = stage.coordinator.name
    left = start + timedelta(days=stage.end - LEFT_OPEN)

    async def act(at: datetime) -> None:
        async with stage.store.change(at=at, actor=actor) as change:
            opened = await change.session.scalars(
                select(Alert).where(col(Alert.closed_at).is_(None), col(Alert.opened_at) < min(at - SEEN_AFTER, left))
            )
            for alert in list(opened):
                await acknowledge(change, alert.id, by)
                if alert.opened_at < at - CLOSED_AFTER:
                    await close(change, alert.id, by, OUTCOMES.get(alert.kind, OTHERWISE))

    return act
