"""Sites, staff and their web sessions: every participant and every member of staff belongs to a site."""

from datetime import datetime

from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import Role


class Site(StoreTable, table=True):
    """One centre. `contact_phone` is shown in full to its participants."""

    code: str = Field(primary_key=True)
    contact_name: str
    contact_phone: str
    tz: str
    created_at: datetime


class Staff(StoreTable, table=True):
    """One member of staff; the name is the log-in and the audit's actor. `site_code` None sees every site."""

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    role: Role = member_of(Role)
    site_code: str | None = Field(default=None, foreign_key="site.code")
    password_hash: str
    totp_secret: str  # sealed by the vault
    totp_last_step: int = 0
    created_at: datetime
    disabled_at: datetime | None = None


class WebSession(StoreTable, table=True):
    """One log-in; the key is the hash of the cookie's token."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    language: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


class LoginFailure(StoreTable, table=True):
    """One failed log-in, counted by name and by address; both are kept hashed and only for a day."""

    __tablename__ = "login_failure"

    id: str = Field(primary_key=True)
    name_hash: str = Field(index=True)
    address_hash: str = Field(index=True)
    at: datetime = Field(index=True)
