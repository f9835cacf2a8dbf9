"""Enrolled participants in bulk: the rows that a month of use would have left, written straight into the tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from models.chat_access import chat_index, seal_chat
from models.dose import DoseOrderRow, ScheduledDose
from models.identity import ChatLink
from models.inbox import Note
from models.participant import Consent, Participant
from models.prompt import Prompt
from models.session import Store
from models.site import Site
from models.vault import Keys, Vault
from protocol.terms import (
    Channel,
    DoseState,
    FoodMode,
    Language,
    LinkRole,
    OrderKind,
    ParticipantState,
    PromptKind,
    PromptState,
    Purpose,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 at the site
FAR = timedelta(days=30)
DAY = timedelta(days=1)
USER_FROM = 10_000
AT_ONCE = 5_000
KEYS = Keys({"k1": b"1" * 32}, b"2" * 32)


def nth_user(number: int) -> int:
    """The Telegram id of participant `number`."""
    return USER_FROM + number


async def enrol_in_bulk(store: Store, count: int) -> None:
    """`count` participants with chat, consents, order, one open dose and its reminder, all of it far ahead."""
    async with store.engine.begin() as connection:
        await connection.execute(insert(table(Site)), [_site()])
        await connection.execute(insert(table(Note)), [{"name": "listening", "value": "", "at": NOON}])
        for start in range(0, count, AT_ONCE):
            await _some(connection, store.vault, range(start, min(start + AT_ONCE, count)))
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def _some(connection: AsyncConnection, vault: Vault, numbers: Sequence[int]) -> None:
    await connection.execute(insert(table(Participant)), [_participant(number) for number in numbers])
    await connection.execute(insert(table(ChatLink)), [_chat(vault, number) for number in numbers])
    await connection.execute(insert(table(Consent)), [row for number in numbers for row in _consents(number)])
    await connection.execute(insert(table(DoseOrderRow)), [_order(number) for number in numbers])
    await connection.execute(insert(table(ScheduledDose)), [dose_row(number) for number in numbers])
    await connection.execute(insert(table(Prompt)), [prompt_row(number) for number in numbers])


def table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


def _site() -> dict[str, Any]:
    return {
        "code": "S",
        "contact_name": "研究团队",
        "contact_phone": "010-69150000",
        "tz": "Asia/Shanghai",
        "created_at": NOON,
    }


def _participant(number: int) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "code": f"P{number}",
        "site_code": "S",
        "state": ParticipantState.ACTIVE,
        "channel": Channel.TELEGRAM,
        "language": Language.ZH,
        "tz": "Asia/Shanghai",
        "reminder_time": time(12),
        "food": FoodMode.WITH,
        "enrolled_at": NOON - DAY,
        "starts_at": NOON - DAY,
        "set_up_at": NOON - DAY,
        "protocol_version": "1",
        "plan_due_at": NOON + FAR,
    }


def _chat(vault: Vault, number: int) -> dict[str, Any]:
    user = str(nth_user(number))
    return {
        "id": f"l{number}",
        "participant_id": f"p{number}",
        "role": LinkRole.OWN,
        "channel": Channel.TELEGRAM,
        "chat": seal_chat(vault, f"l{number}", user),
        "chat_index": chat_index(vault, Channel.TELEGRAM, user),
        "linked_at": NOON - DAY,
    }


def _consents(number: int) -> Iterator[dict[str, Any]]:
    for purpose in Purpose:
        yield {
            "id": f"c{number}{purpose}",
            "participant_id": f"p{number}",
            "purpose": purpose,
            "text_version": "1",
            "given": True,
            "recorded_at": NOON - DAY,
        }


def _order(number: int) -> dict[str, Any]:
    return {
        "id": f"o{number}",
        "participant_id": f"p{number}",
        "version": 1,
        "kind": OrderKind.DOSE,
        "from_on": date(2026, 3, 1),
        "dose_mg": 2.0,
        "units": 2,
        "every_days": 1,
        "reason": "protocol",
        "ordered_by": "protocol",
        "recorded_at": NOON - DAY,
    }


def dose_row(number: int, ordinal: int = 1) -> dict[str, Any]:
    """One open dose at noon, settled far ahead."""
    return {
        "id": f"d{number}-{ordinal}",
        "participant_id": f"p{number}",
        "ordinal": ordinal,
        "nominal_at": NOON,
        "due_at": NOON,
        "due_on": NOON.date(),
        "due_tz": "Asia/Shanghai",
        "dose_mg": 2.0,
        "units": 2,
        "order_version": 1,
        "is_first": False,
        "state": DoseState.OPEN,
        "cause": None,
        "settle_at": NOON + FAR,
    }


def prompt_row(number: int, ordinal: int = 1) -> dict[str, Any]:
    """The reminder of that dose, visible far ahead."""
    return {
        "id": f"r{number}-{ordinal}",
        "key": f"d{number}-{ordinal}:dose_reminder:0",
        "participant_id": f"p{number}",
        "dose_id": f"d{number}-{ordinal}",
        "kind": PromptKind.DOSE_REMINDER,
        "rung": 0,
        "due_at": NOON,
        "expires_at": NOON + DAY,
        "visible_at": NOON + FAR,
        "state": PromptState.WAITING,
    }
