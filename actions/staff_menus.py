"""The menu of commands in a staff chat: which stands at the messenger, and where it has to be set or taken away."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import or_, select

from models.session import Change, Store, sha256
from models.site import Staff
from models.staff_chat import StaffLink
from models.statements import Statement
from models.tables import table_of
from protocol.terms import Language, Role

Commands = Sequence[tuple[str, str]]
"""(name, description), in the order of the menu."""
Describe = Callable[[Role, Language], Commands]

_LINK: Final = table_of(StaffLink)
_STAFF: Final = table_of(Staff)
_STANDING: Final = Statement(
    select(
        _LINK.c.id, _LINK.c.chat, _LINK.c.chat_index, _LINK.c.language, _LINK.c.menu, _LINK.c.unlinked_at, _STAFF.c.role
    )
    .join_from(_LINK, _STAFF, _STAFF.c.id == _LINK.c.staff_id)
    .where(
        or_(_LINK.c.menu.is_not(None), _LINK.c.unlinked_at.is_(None)),
        or_(_LINK.c.refused_at.is_(None), _LINK.c.unlinked_at.is_not(None)),
    )
    .order_by(_LINK.c.linked_at)
)


@dataclass(frozen=True, slots=True)
class MenuDue:
    """A staff chat whose menu is not what it should be. `commands` None: it gets everybody's menu back.

    `mark` is what is noted once it is done; `chat` is the messenger's id; None where another link of the same chat
    has its own menu by now, so that nothing is to be told.
    """

    link_id: str
    chat: str | None = field(repr=False)
    commands: Commands | None
    mark: str | None


async def menus_due(store: Store, describe: Describe) -> list[MenuDue]:
    """Those to be taken away before those to be set: a chat that is linked anew has the new one in the end."""
    rows = await store.look(_STANDING)
    living = {row.chat_index for row in rows if row.unlinked_at is None}
    ended = [_ended(store, row, living) for row in rows if row.unlinked_at is not None]
    return [*ended, *(due for row in rows if row.unlinked_at is None and (due := _wanted(store, row, describe)))]


def _ended(store: Store, row: Any, living: set[str]) -> MenuDue:
    return MenuDue(row.id, None if row.chat_index in living else _chat(store, row), None, None)


def _wanted(store: Store, row: Any, describe: Describe) -> MenuDue | None:
    commands = describe(row.role, row.language)
    mark = sha256(json.dumps(commands))
    return None if row.menu == mark else MenuDue(row.id, _chat(store, row), commands, mark)


def _chat(store: Store, row: Any) -> str:
    return store.vault.open(f"staff_link.chat/{row.id}", row.chat)


async def note_menu(change: Change, due: MenuDue) -> None:
    """It stands there now, or it never will."""
    link = await change.session.get_one(StaffLink, due.link_id, with_for_update=True)
    link.menu = due.mark
