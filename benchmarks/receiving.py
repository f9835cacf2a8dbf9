"""Receiving: a bare answerCallbackQuery and editMessageText, and a whole durable tap of ours."""

from typing import Any

import httpx
from sqlalchemy import insert
from sqlmodel import col, select

from actions.inbox import keep_updates
from benchmarks.rows import nth_user, prompt_row, table
from benchmarks.sending import BareSends, OurSends
from benchmarks.wordings import answer, reminder, taken
from bot.callback_data import encode
from models.dose import DoseEvent
from models.prompt import Prompt
from protocol.terms import PromptKind

Tapped = list[tuple[int, int, str]]


async def tap_all(api_url: str, taps: Tapped) -> list[dict[str, Any]]:
    """Everyone taps; the raw updates."""
    async with httpx.AsyncClient(trust_env=False) as client:
        found: list[dict[str, Any]] = (await client.post(f"{api_url}/taps", json=taps)).raise_for_status().json()
    return found


class BareTaps(BareSends):
    """Each tap is answered and its message edited; the text and buttons are made once."""

    def __init__(self, api_url: str, block: int) -> None:
        super().__init__(api_url, block)
        self._api_url = api_url
        self._updates: list[dict[str, Any]] = []
        self._answer, self._buttons = answer()

    async def ready(self, what: str) -> None:
        text, markup = reminder()
        sent = [
            await self.bot.send_message(nth_user(number), text, reply_markup=markup) for number in range(self._block)
        ]
        taps = [(message.chat_id, message.message_id, encode(taken("d1-1"))) for message in sent]
        self._updates = await tap_all(self._api_url, taps)

    async def run(self, what: str) -> int:
        for update in self._updates:
            query = update["callback_query"]
            chat, message = query["message"]["chat"]["id"], query["message"]["message_id"]
            await self.bot.answer_callback_query(query["id"])
            await self.bot.edit_message_text(self._answer, chat, message, reply_markup=self._buttons)
        return len(self._updates)


class OurTaps(OurSends):
    """Kept, handled in one transaction, answered and edited: `together` as one batch, or `alone`, one after another."""

    def __init__(self, api_url: str, block: int, store_url: str, study_url: str) -> None:
        super().__init__(api_url, block, store_url, study_url)
        self._api_url = api_url
        self._updates: list[dict[str, Any]] = []

    async def ready(self, what: str) -> None:
        """A day later everyone has had a reminder, has another one coming, and taps."""
        await super().ready("together")
        await super().run("together")
        store, at = self.system.store, self.clock.now()
        await keep_updates(store, (), at=at, since=at)
        async with store.engine.begin() as connection:
            coming = [_repeat(number, self.day) for number in self.numbers()]
            await connection.execute(insert(table(Prompt)), coming)
        async with store.read() as session:
            found = await session.execute(
                select(Prompt.dose_id, Prompt.message).where(col(Prompt.message).is_not(None), Prompt.sent_at == at)
            )
            sent = [(dose_id or "", int(message or 0)) for dose_id, message in found]
        taps = [(nth_user(_number(dose_id)), message, encode(taken(dose_id))) for dose_id, message in sent]
        self._updates = await tap_all(self._api_url, taps)

    async def run(self, what: str) -> int:
        store, at = self.system.store, self.clock.now()
        batches = [[update] for update in self._updates] if what == "alone" else [self._updates]
        for batch in batches:
            await keep_updates(store, batch, at=at, since=at)
            await self.system.worker.tick(at)
        return len(self._updates)

    async def recorded(self) -> int:
        """How many doses have been recorded."""
        async with self.system.store.read() as session:
            return len(list(await session.scalars(select(DoseEvent.id))))


def _number(dose_id: str) -> int:
    return int(dose_id[1:].partition("-")[0])


def _repeat(number: int, day: int) -> dict[str, Any]:
    again = {"id": f"a{number}-{day}", "key": f"d{number}-{day}:dose_repeat:1", "rung": 1}
    return prompt_row(number, day) | again | {"kind": PromptKind.DOSE_REPEAT}
