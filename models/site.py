"""Sites, staff and their web sessions: every participant and every member of staff belongs to a site."""

from datetime import datetime

from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import Language, Role


class Site(StoreTable, table=True):
    """One centre. `contact_phone` is shown in full to its participants."""

    code: str = Field(primary_key=True)
    contact_name: str
    contact_phone: str
    tz: str
    created_at: datetime
    takes_photos: bool = False  # what participants send is kept until it is reviewed
    directions_zh: str = ""  # how to get there; shown to its participants
    directions_en: str = ""
    alerts_with_text: bool = False  # staff chats show what an alert is about, where the site has decided so

    def directions(self) -> dict[Language, str]:
        """The way there, in the languages in which it is written."""
        written = {Language.ZH: self.directions_zh, Language.EN: self.directions_en}
        return {language: words for language, words in written.items() if words}


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
    ready_at: datetime | None = None  # own password and one-time codes set up; before that a log-in opens only this
    first_until: datetime | None = None  # how long the password given by another person is good for


class WebSession(StoreTable, table=True):
    """One log-in; the key is the hash of the cookie's token."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    language: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    proved_at: datetime | None = None  # when who sits there last proved to be its owner


class RecoveryCode(StoreTable, table=True):
    """One code for one log-in without the phone; only its keyed hash is kept. Newer ones end older ones."""

    __tablename__ = "recovery_code"

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    code_hash: str = Field(unique=True)
    made_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


class LoginFailure(StoreTable, table=True):
    """One failed log-in, counted by name and by address; both are kept hashed and only for a day."""

    __tablename__ = "login_failure"

    id: str = Field(primary_key=True)
    name_hash: str = Field(index=True)
    address_hash: str = Field(index=True)
    at: datetime = Field(index=True)
