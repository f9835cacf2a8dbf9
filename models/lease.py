"""Who alone may do one thing at a time, and until when."""

from datetime import datetime

from sqlmodel import Field

from models.tables import StoreTable


class Lease(StoreTable, table=True):
    """One thing that has to be single. `number` grows with each taking over; under an old one nothing is written."""

    name: str = Field(primary_key=True)
    holder: str
    number: int
    until: datetime
