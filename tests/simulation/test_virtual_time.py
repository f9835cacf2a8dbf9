"""Virtual time moves on where a loop would sleep, never by itself, and a wait for nothing is found out."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from simulation.alarm import Alarm
from simulation.virtual import DeadlockError, VirtualLoop, WallClock, WorldClock

START = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_year_passes_in_the_order_of_its_moments() -> None:
    loop, told = VirtualLoop(), []

    async def tells(after: float) -> None:
        await asyncio.sleep(after)
        told.append((after, loop.time()))

    async def all_of_them() -> None:
        await asyncio.gather(tells(365 * 86_400.0), tells(0.5), tells(3600.0))

    loop.run_until_complete(all_of_them())
    loop.close()
    assert [after for after, _ in told] == [0.5, 3600.0, 365 * 86_400.0]
    assert [at for _, at in told] == pytest.approx([after for after, _ in told], abs=0.01)


def test_a_wait_that_nothing_can_end_is_a_deadlock() -> None:
    loop = VirtualLoop()
    with pytest.raises(DeadlockError):
        loop.run_until_complete(asyncio.Event().wait())
    loop.close()


def test_a_wrong_clock_and_a_sleeping_machine_deceive_only_their_own_process() -> None:
    seconds = 0.0
    world = WorldClock(START, lambda: seconds)
    wall = WallClock(world)
    wall.skew = timedelta(hours=2)
    seconds, wall.slept = 7200.0, 3600.0
    assert world.now() == START + timedelta(hours=2)
    assert wall.now() == START + timedelta(hours=4)
    assert wall.ticking() == 3600.0


def test_an_alarm_ends_a_wait_early_and_a_ring_before_it_is_not_lost() -> None:
    loop = VirtualLoop()

    async def waits() -> list[float]:
        alarm, at = Alarm(), []
        loop.call_later(3.0, alarm.ring)
        await alarm.wait(100.0)
        at.append(loop.time())
        alarm.ring()
        await alarm.wait(100.0)
        at.append(loop.time())
        await alarm.wait(100.0)
        return [*at, loop.time()]

    assert loop.run_until_complete(waits()) == pytest.approx([3.0, 3.0, 103.0], abs=0.01)
    loop.close()
