"""One process of several: sends what is due as fast as it can, and writes down to whom. Telegram is a file.

Arguments: store, the file for what it sends, a file with the time it is, and where to stop itself (SIGSTOP) once:
`nowhere`, `claimed` (before the mark "sending") or `marked` (after it, when its turn has come).
It says "ready", takes a line as the go, and ends when nothing is due any more.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

from app.office import new_id
from benchmarks.house import open_store
from messages.courier import TOO_LATE, DeliveryError, Wording
from messages.screens import word
from models.protocol_file import load_trial
from protocol.terms import Channel, Lane
from scheduler.prompts import Post
from scheduler.ticks import send_tick


class Freeze:
    """Stops this process once; whoever sends SIGCONT lets it go on."""

    def __init__(self, where: str) -> None:
        self._where = where

    def at(self, where: str) -> None:
        if where == self._where:
            self._where = "nowhere"
            os.kill(os.getpid(), signal.SIGSTOP)


class Wire:
    """A courier whose Telegram is a file: one line a message, written at once."""

    def __init__(self, sent: Path, freeze: Freeze) -> None:
        self._sent = sent.open("a", encoding="utf-8", buffering=1)
        self._freeze = freeze

    async def send(
        self,
        chat: str,
        wording: Wording,
        *,
        lane: Lane,
        silent: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> str:
        del wording, lane, silent
        self._freeze.at("marked")
        if not in_time():
            raise DeliveryError(TOO_LATE)
        self._sent.write(f"{chat}\n")
        return "1"

    async def edit(self, chat: str, message: str, wording: Wording, *, lane: Lane) -> None:
        raise NotImplementedError

    async def toast(self, press: str, text: str, *, modal: bool = False) -> None:
        raise NotImplementedError


async def main(store_url: str, sent: Path, clock: Path, where: str) -> None:
    store = open_store(store_url)
    freeze = Freeze(where)

    def now() -> datetime:
        return datetime.fromisoformat(clock.read_text(encoding="utf-8"))

    looks = count()

    def is_held() -> bool:
        """Asked once when a tick begins, then again for each group, between the claim and the mark."""
        if next(looks):
            freeze.at("claimed")
        return False

    post = Post(store, load_trial(None), word, {Channel.TELEGRAM: Wire(sent, freeze)}, now, is_held)
    owner = new_id()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    while await send_tick(post, at := now(), owner=owner) <= at:
        pass
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))
