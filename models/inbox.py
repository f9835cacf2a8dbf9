"""What came in, kept raw before it is confirmed; and the times when nothing could come in."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field

from models.tables import StoreTable


class InboxUpdate(StoreTable, table=True):
    """One update. `body` is sealed and erased some days after it is done. States: new, done, ignored, set_aside."""

    __tablename__ = "inbox_update"

    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sender_index: str  # blind index of who sent it: one person's updates are handled in order
    body: str | None = None
    received_at: datetime
    state: str = "new"
    attempts: int = 0
    visible_at: datetime
    reason: str = ""
    done_at: datetime | None = None
    handled_by: str | None = None  # the process that shows the answers, until `visible_at`
    answers: str | None = None  # sealed: what is still to be shown for it
    answered_at: datetime | None = None

    __table_args__ = (
        Index(
            "ix_inbox_update_new",
            "visible_at",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        Index(
            "ix_inbox_update_sender",
            "sender_index",
            "update_id",
            sqlite_where=text("state = 'new' OR answers IS NOT NULL"),
            postgresql_where=text("state = 'new' OR answers IS NOT NULL"),
        ),
        Index(
            "ix_inbox_update_unanswered",
            "visible_at",
            sqlite_where=text("answers IS NOT NULL"),
            postgresql_where=text("answers IS NOT NULL"),
        ),
    )


class ReceivingGap(StoreTable, table=True):
    """A time in which the bot did not listen: silence in it is the system's."""

    __tablename__ = "receiving_gap"

    id: str = Field(primary_key=True)
    from_at: datetime
    until_at: datetime = Field(index=True)


class Note(StoreTable, table=True):
    """A fact about the running system by name: the last good poll, the kind of store, the clock's high-water mark."""

    name: str = Field(primary_key=True)
    value: str
    at: datetime
