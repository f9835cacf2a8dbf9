"""Several processes on one store: one polls, all handle, and everybody is heard once and in order."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise

from sqlmodel import col, select

from actions.leases import LENGTH
from app.wiring import System, receive_once
from bot.receiving import PollFailure
from models.alert import Alert
from models.identity import ParticipantMessage
from models.inbox import InboxUpdate
from models.ledger import AuditEntry
from tests.stories.stage import Stage


async def kept_by(system: System) -> int | PollFailure:
    """What one look for updates brought, or why not."""
    found = await receive_once(system, wait_seconds=0)
    return found.kept if found.failure is None else found.failure


async def test_one_process_polls_and_another_takes_over_when_it_says_nothing_any_more(stage: Stage) -> None:
    fang = await stage.set_up()
    other = stage._assemble()
    await other.open()
    assert await kept_by(stage.system) == 0
    stage.emulator.phone.send_text(fang.user, "/today")
    assert await kept_by(other) is PollFailure.STANDBY
    stage.clock.set(stage.clock.now() + LENGTH)
    assert await kept_by(other) == 1
    stage.emulator.phone.send_text(fang.user, "/history")
    assert await kept_by(stage.system) is PollFailure.STANDBY
    assert await kept_by(other) == 1
    await other.close()
    assert await kept_by(stage.system) == 0, "one that ends in good order is followed at once"


async def test_three_handlers_take_each_update_once_and_one_persons_in_order(stage: Stage) -> None:
    """Guards `actions.inbox.begin`: three processes look at the same waiting updates at the same moment."""
    people = [await stage.at_home(f"{number:03}") for number in range(1, 7)]
    systems = [stage.system, stage._assemble(), stage._assemble()]
    for system in systems[1:]:
        await system.open()
    for number in range(4):
        for person in people:
            stage.emulator.phone.send_text(person.user, f"{person.code} {number}")
    assert await kept_by(stage.system) == 24
    before = {person.code: len(person.messages()) for person in people}
    for _ in range(40):
        await asyncio.gather(*(system.loop("handle").tick(stage.clock.now()) for system in systems))
        stage.clock.set(stage.clock.now() + timedelta(seconds=1))
        if not await _waiting(stage):
            break
    for system in systems[1:]:
        await system.close()
    heard = await _heard(stage)
    assert Counter(heard) == Counter(f"{person.code} {number}" for person in people for number in range(4))
    for person in people:
        own = [text for text in heard if text.startswith(person.code)]
        assert all(earlier < later for earlier, later in pairwise(own))
        assert len(person.messages()) > before[person.code]
    async with stage.system.store.read() as session:
        states = set(await session.scalars(select(InboxUpdate.state)))
        assert states == {"done"}
        assert {kind for kind in await session.scalars(select(Alert.kind)) if kind == "bad_update"} == set()


async def _waiting(stage: Stage) -> list[int]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(InboxUpdate.update_id).where(InboxUpdate.state == "new")))


async def _heard(stage: Stage) -> list[str]:
    """What participants wrote, in the order in which it was committed: that of the audit chain."""
    async with stage.system.store.read() as session:
        order = list(await session.scalars(select(AuditEntry.record_id).order_by(col(AuditEntry.seq))))
        kept = {row.id: row for row in await session.scalars(select(ParticipantMessage))}
    vault = stage.system.store.vault
    return [
        vault.open(f"participant_message.body/{record}", kept[record].body or "") for record in order if record in kept
    ]
