"""The one row from which all processes take their turns at the messenger: one rate, however many we are."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from models.tables import StoreTable


class SendingRate(StoreTable, table=True):
    """All moments are of the database's clock. `version` goes up with each write: who read an older one reads again."""

    __tablename__ = "sending_rate"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    free_at: datetime  # the first turn nobody has taken
    paused_at: datetime | None = None  # when the messenger asked for a pause
    paused_until: datetime | None = None
    chats: str = "{}"  # JSON: a chat's blind index, and when it may be written to again
