"""An ASGI application on a free loopback port, for as long as a test needs it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override


class Server(uvicorn.Server):
    """Leaves the signals to the test runner."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def serving(application: ASGIApp) -> AsyncIterator[str]:
    """Serves until the block ends; the value is the base URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            application, log_level="critical", ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
        server = Server(config)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
