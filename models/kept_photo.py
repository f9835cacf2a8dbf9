"""Photos of participants: fetched after their message is kept, stripped, sealed until reviewed, then erased."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable


class PhotoState(StrEnum):
    """Where one photo stands."""

    WAITING = "waiting"  # to be fetched at `due_at`
    KEPT = "kept"  # sealed in `picture` until somebody has reviewed it
    REFUSED = "refused"  # no picture that can be read, too big, or gone; the reason says which
    ERASED = "erased"  # reviewed


class KeptPhoto(StoreTable, table=True):
    """One photo of one message. `picture` is base64, sealed; without metadata, as we wrote it anew."""

    __tablename__ = "kept_photo"

    message_id: str = Field(primary_key=True, foreign_key="participant_message.id")
    participant_id: str = Field(foreign_key="participant.id")
    state: PhotoState = member_of(PhotoState)
    picture: str | None = None
    due_at: datetime | None = None
    attempts: int = 0
    reason: str = ""
    kept_at: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None

    __table_args__ = (
        Index(
            "ix_kept_photo_due_at",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )
