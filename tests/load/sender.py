"""One process of several: sends what is due until it is told to end, and alerts at moments that it is given.

Arguments: store, study, the Bot API's address, and seconds after the go at which an alert is put in. It says "ready",
takes a line as the go, and says for each alert how long it took until Telegram had it, and in the end how many turns
it could not use because the machine let it run too late.
"""

import asyncio
import signal
import sys

from app.clock import MovableClock
from app.office import new_id
from app.running import guarded
from app.settings import Settings
from app.wiring import Chance, System, Transport, assemble
from benchmarks.house import vault
from benchmarks.rows import NOON
from bot.transport import AiohttpRequest
from messages.courier import Wording
from protocol.terms import Lane
from tests.load.wire import STAFF

LIMIT = 25


async def main(store_url: str, study_url: str, api_url: str, alerts: list[float]) -> None:
    settings = Settings(database_url=store_url, study_database_url=study_url, telegram_api_url=api_url)
    transport = Transport(AiohttpRequest(), AiohttpRequest(), LIMIT)
    system = assemble(settings, MovableClock(NOON), Chance(new_id), transport, vault=vault())
    await system.open()
    ends = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ends.set)
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    async with asyncio.TaskGroup() as tasks:
        for at in alerts:
            tasks.create_task(alert(system, at))
        while not ends.is_set():
            await guarded(system, system.loop("send"))()
            await asyncio.sleep(0.2)
    say(f"lost {getattr(system.courier._limiter, 'lost', 0)}")
    await system.close()


async def alert(system: System, at: float) -> None:
    await asyncio.sleep(at)
    began = asyncio.get_running_loop().time()
    await system.courier.send(str(STAFF), Wording("Alert: 017"), lane=Lane.ALERT)
    say(f"alert {asyncio.get_running_loop().time() - began:.3f}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], [float(each) for each in sys.argv[4:]]))
