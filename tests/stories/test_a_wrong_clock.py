"""The machine's clock is wrong, and set right at the worst moment."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from app.clock import ClockWatch, StillClock
from app.running import guarded
from protocol.taps import Verb
from simulation.built import WireRequest
from tests.stories.stage import Stage

TUESDAY = date(2026, 3, 3)


class WrongClock(StillClock):
    """Two hours ahead, until somebody sets it right: when the bot has asked Telegram for its time."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.clock.now())
        self._stage = stage

    def now(self) -> datetime:
        asked = any(call.method == "getMe" for call in self._stage.emulator.phone.calls)
        return super().now() + (timedelta() if asked else timedelta(hours=2))


async def test_a_clock_set_right_while_telegram_is_asked_for_the_time_sends_nothing_early(stage: Stage) -> None:
    """The moment that was read before the answer is not used after it."""
    fang = await stage.set_up()
    await fang.until(TUESDAY, 6, 30)
    before = len(fang.messages())
    stage.emulator.phone.calls.clear()
    telegram = WireRequest(stage.emulator.call, stage.clock.now)
    system = replace(stage.system, clock=WrongClock(stage), transport=replace(stage.system.transport, send=telegram))
    send = guarded(system, system.loop("send"), ClockWatch())
    assert await send()
    assert len(fang.messages()) == before
    await fang.until(TUESDAY, 8)
    assert fang.offers(Verb.TAKEN)
