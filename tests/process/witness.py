"""The emulator as a witness: what it was asked, what it showed, and the call at which it ends a process."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import asyncpg
from typing_extensions import override

from bot.callback_data import decode
from emulator.refusals import ConnectionCut
from emulator.server import Answer, Emulator
from protocol.taps import Tap, Verb
from tests.process.living import TOKEN, now
from tests.process.raw import Raw

SHOWS = ("sendMessage", "editMessageText")


@dataclass
class Deed:
    """What is done at the n-th call of a method: before Telegram takes it, or after that and before the answer."""

    method: str
    nth: int
    after: bool
    work: Callable[[], None]


class Witness(Emulator):
    """Keeps a record of its own, which shares nothing with the store."""

    def __init__(self) -> None:
        super().__init__(now=now, token=TOKEN, username="anshi_real_bot")
        self.asked: dict[str, int] = {}  # dose -> messages that brought its question, edits not counted
        self.recorded = 0  # how often a dose was shown as recorded
        self.lies: list[str] = []  # doses shown as recorded before any committed event named them
        self.confirmed = 0  # every update below has been confirmed
        self.polls = 0
        self.deed: Deed | None = None
        self.store: Raw | None = None

    @override
    async def call(self, token: str, method: str, params: Mapping[str, object]) -> Answer:
        if method == "getUpdates":
            self.polls += 1
            self.confirmed = max(self.confirmed, int(str(params.get("offset") or 0)))
        deed = self._due(method)
        if deed is not None and not deed.after:
            deed.work()
            raise ConnectionCut(delivered=False)
        answer = await super().call(token, method, params)
        if method in SHOWS and answer[0] == HTTPStatus.OK:
            await self._note(method, taps_of(params))
        if deed is not None:
            deed.work()
            raise ConnectionCut(delivered=True)
        return answer

    def _due(self, method: str) -> Deed | None:
        deed = self.deed
        if deed is None or deed.method != method:
            return None
        deed.nth -= 1
        if deed.nth > 0:
            return None
        self.deed = None
        return deed

    async def _note(self, method: str, taps: list[Tap]) -> None:
        if method == "sendMessage":
            for dose in {tap.record_id for tap in taps if tap.verb is Verb.TAKEN}:
                self.asked[dose] = self.asked.get(dose, 0) + 1
        for tap in taps:
            if tap.verb is Verb.UNDO:
                self.recorded += 1
                await self._believe(tap.record_id)

    async def _believe(self, dose: str) -> None:
        """Who may undo a report finds it committed already."""
        if self.store is not None:
            query = f"SELECT 1 AS there FROM dose_event WHERE dose_id = '{dose}' LIMIT 1"  # noqa: S608  an id
            if not await answer_of(self.store, query):
                self.lies.append(dose)


async def answer_of(store: Raw, query: str) -> list[Any]:
    """What the store says as soon as it answers: it may be away for a while."""
    while True:
        try:
            return await store.rows(query)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.1)


def taps_of(params: Mapping[str, object]) -> list[Tap]:
    """The meanings of all buttons of a call."""
    markup: Any = params.get("reply_markup") or {}
    if isinstance(markup, str):
        markup = json.loads(markup)
    found = [decode(button.get("callback_data", "")) for row in markup.get("inline_keyboard", []) for button in row]
    return [tap for tap in found if tap is not None]
