"""Known chats: whose private chats are participants' or helpers', and how each is written to, in this process's memory.

It only ever answers "how would we write to this one": nothing is decided by it that needs the store to be right.
"""

from collections import OrderedDict
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from models.chat_access import chat_index, open_chat
from models.identity import ChatLink
from models.participant import Participant
from models.session import Store
from models.site import Site
from models.statements import Statement
from models.tables import table_of
from protocol.screens import Reader
from protocol.terms import Channel

CHATS_MAX: Final = 10_000
"""Far more than a trial has. Of more than that the ones heard of longest ago are looked up again."""

_LINK: Final = table_of(ChatLink)
_PERSON: Final = table_of(Participant)
_SITE: Final = table_of(Site)
_READERS: Final = (
    select(
        _LINK.c.id,
        _LINK.c.chat,
        _PERSON.c.language,
        func.coalesce(_PERSON.c.away_tz, _PERSON.c.tz).label("tz"),
        _SITE.c.contact_name,
        _SITE.c.contact_phone,
    )
    .join_from(_LINK, _PERSON, _PERSON.c.id == _LINK.c.participant_id)
    .join(_SITE, _SITE.c.code == _PERSON.c.site_code)
    .where(_LINK.c.channel == Channel.TELEGRAM, _LINK.c.unlinked_at.is_(None))
)
_NEWEST: Final = Statement(_READERS.order_by(_LINK.c.linked_at.desc()).limit(bindparam("limit_rows")))
_ONE: Final = Statement(_READERS.where(_LINK.c.chat_index == bindparam("index")))


class KnownChats:
    """By the messenger's user id. Filled at the start, on linking and with everything that is handled; bounded."""

    def __init__(self, store: Store, *, most: int = CHATS_MAX) -> None:
        self._store = store
        self._most = most
        self._readers: OrderedDict[int, Reader] = OrderedDict()

    def __len__(self) -> int:
        return len(self._readers)

    async def fill(self) -> None:
        """Reads them all, so that the first report after a start waits for no database either."""
        rows = await self._store.look(_NEWEST, limit_rows=self._most)
        for row in reversed(rows):
            self.remember(int(open_chat(self._store.vault, row.id, row.chat)), _reader(row))

    def remember(self, user_id: int, reader: Reader) -> None:
        """This chat was just answered, and so."""
        self._readers.pop(user_id, None)
        self._readers[user_id] = reader
        while len(self._readers) > self._most:
            self._readers.popitem(last=False)

    def forget(self, user_id: int) -> None:
        """This chat is a stranger's now."""
        self._readers.pop(user_id, None)

    def recall(self, user_id: int) -> Reader | None:
        """Who reads there, as far as memory goes."""
        return self._readers.get(user_id)

    async def find(self, user_id: int) -> Reader | None:
        """From memory, else by one look into the store; None for a stranger."""
        known = self.recall(user_id)
        if known is not None:
            return known
        index = chat_index(self._store.vault, Channel.TELEGRAM, str(user_id))
        rows = await self._store.look(_ONE, index=index)
        return _reader(rows[0]) if rows else None


def _reader(row: Any) -> Reader:
    return Reader(row.language, row.tz, row.contact_name, row.contact_phone)
