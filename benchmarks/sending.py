"""Sending: a bare send_message of the stock library, and a whole durable reminder of ours."""

from datetime import datetime, timedelta

from sqlalchemy import insert
from telegram import Bot
from telegram.request import HTTPXRequest

from benchmarks.house import build
from benchmarks.rows import DAY, NOON, dose_row, enrol_in_bulk, nth_user, prompt_row, table
from benchmarks.wordings import reminder
from models.dose import ScheduledDose
from models.prompt import Prompt

SECOND = timedelta(seconds=1)


class BareSends:
    """`Bot.send_message` over HTTPX with a pool of one; text and buttons are made once."""

    def __init__(self, api_url: str, block: int) -> None:
        request = HTTPXRequest(connection_pool_size=1)
        self.bot = Bot("1:EMULATOR", base_url=f"{api_url}/bot", request=request)
        self._block = block
        self._text, self._markup = reminder()

    async def open(self) -> None:
        await self.bot.initialize()

    async def ready(self, what: str) -> None:
        """Nothing to prepare."""

    async def run(self, what: str) -> int:
        for number in range(self._block):
            await self.bot.send_message(nth_user(number), self._text, reply_markup=self._markup)
        return self._block

    async def close(self) -> None:
        await self.bot.shutdown()


class OurSends:
    """Claimed, looked at, worded, sent and settled by `send_tick`: `together` in one tick, or `alone`, a tick each."""

    def __init__(self, api_url: str, block: int, store_url: str, study_url: str) -> None:
        self.system, self.clock = build(store_url, study_url, api_url, NOON)
        self._block = block
        self.day = 1

    async def open(self) -> None:
        await self.system.open()
        await enrol_in_bulk(self.system.store, 2 * self._block)

    def numbers(self) -> range:
        """Whose turn it is: one half, then the other, so that no chat's second has to be waited for."""
        first = self._block * (self.day % 2)
        return range(first, first + self._block)

    async def ready(self, what: str) -> None:
        """A day later everyone has a reminder due: all at once, or a second apart."""
        self.day += 1
        at = NOON + DAY * self.day
        self.clock.set(at)
        steps = SECOND if what == "alone" else timedelta()
        doses = [_at(dose_row(number, self.day), at) for number in self.numbers()]
        prompts = [_at(prompt_row(number, self.day), at + place * steps) for place, number in enumerate(self.numbers())]
        async with self.system.store.engine.begin() as connection:
            await connection.execute(insert(table(ScheduledDose)), doses)
            await connection.execute(insert(table(Prompt)), prompts)

    async def run(self, what: str) -> int:
        if what == "alone":
            for number in range(self._block):
                await self._tick(NOON + DAY * self.day + number * SECOND)
        else:
            await self._tick(self.clock.now())
        return self._block

    async def _tick(self, at: datetime) -> None:
        self.clock.set(at)
        await self.system.loop("send").tick(at)

    async def close(self) -> None:
        await self.system.close()


def _at(row: dict[str, object], at: datetime) -> dict[str, object]:
    """The row of a dose or a reminder that is due at this moment."""
    times = {"nominal_at": at, "due_at": at, "due_on": at.date(), "expires_at": at + DAY, "visible_at": at}
    return row | {name: value for name, value in times.items() if name in row}
