"""Ticks: plan, send and settle, with nothing due and with something due, in stores of different sizes."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from benchmarks.house import open_store
from benchmarks.rows import NOON, enrol_in_bulk
from messages.courier import Wording
from messages.screens import word
from models.dose import ScheduledDose
from models.participant import Participant
from models.prompt import Prompt
from models.protocol_file import load_trial
from models.session import Store
from protocol.terms import Channel, Lane
from scheduler.prompts import Post
from scheduler.ticks import plan_tick, send_tick, settle_tick

EMPTY_TICKS = 20


class Accepting:
    """A courier that takes everything: what is measured is the tick."""

    async def send(
        self,
        chat: str,
        wording: Wording,
        *,
        lane: Lane,
        silent: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> str:
        return "1"

    async def edit(self, chat: str, message: str, wording: Wording, *, lane: Lane) -> None:
        """Taken."""

    async def toast(self, press: str, text: str, *, modal: bool = False) -> None:
        """Taken."""


class Ticks:
    """`empty N` and `due N`: N is how many are enrolled. A due tick plans, reminds and settles `due` people each."""

    def __init__(self, stores: dict[str, str], due: int) -> None:
        self._stores = {size: open_store(url) for size, url in stores.items()}
        self._posts = {size: _post(store) for size, store in self._stores.items()}
        self._due = due
        self._from = dict.fromkeys(stores, 0)

    async def open(self) -> None:
        for size, store in self._stores.items():
            await enrol_in_bulk(store, int(size))

    async def ready(self, what: str) -> None:
        kind, size = what.split()
        if kind == "due":
            first = self._from[size]
            self._from[size] += 2 * self._due
            await _make_due(self._stores[size], range(first, first + self._due), self._due)

    async def run(self, what: str) -> int:
        kind, size = what.split()
        for _ in range(1 if kind == "due" else EMPTY_TICKS):
            await self._tick(size)
        return self._due if kind == "due" else EMPTY_TICKS

    async def _tick(self, size: str) -> None:
        post = self._posts[size]
        await plan_tick(post.store, post.trial, NOON)
        await send_tick(post, NOON, owner="bench")
        await settle_tick(post.store, post.trial, NOON)

    async def close(self) -> None:
        for store in self._stores.values():
            await store.close()


def _post(store: Store) -> Post:
    return Post(store, load_trial(None), word, {Channel.TELEGRAM: Accepting()}, lambda: NOON)


async def _make_due(store: Store, numbers: Sequence[int], apart: int) -> None:
    """A plan and a reminder are due for these, and the silence of as many others."""
    people: Any = [f"p{number}" for number in numbers]
    others = [f"p{number + apart}" for number in numbers]
    async with store.engine.begin() as connection:
        await connection.execute(update(Participant).where(col(Participant.id).in_(people)).values(plan_due_at=NOON))
        await connection.execute(update(Prompt).where(col(Prompt.participant_id).in_(people)).values(visible_at=NOON))
        await connection.execute(
            update(ScheduledDose).where(col(ScheduledDose.participant_id).in_(others)).values(settle_at=NOON)
        )
