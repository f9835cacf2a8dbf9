"""Readiness: what keeps this process from doing its work, in words that are safe to show."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from actions.gaps import LISTENING
from app.wiring import System
from models.inbox import Note

SILENT_FOR = timedelta(seconds=90)


def readiness_of(system: System) -> Callable[[], Awaitable[list[str]]]:
    """A function that names what is not ready; an empty list means ready."""

    async def readiness() -> list[str]:
        problems: list[str] = []
        try:
            async with system.store.read() as session:
                note = await session.get(Note, LISTENING)
            if note is None or system.clock.now() - note.at > SILENT_FOR:
                problems.append("no updates have been received from Telegram lately")
        except (SQLAlchemyError, OSError):
            problems.append("the operational store does not answer")
        try:
            async with system.study.read() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            problems.append("the study database does not answer")
        if system.courier.token_dead:
            problems.append("Telegram refuses the bot's token")
        return problems

    return readiness
