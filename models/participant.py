"""Participants and what has to stand before one may be enrolled or written to."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Index
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.symptoms import Applies
from protocol.terms import Channel, FoodMode, Language, LinkRole, ParticipantState, Purpose


class Participant(StoreTable, table=True):
    """One person, by pseudonymous code. `plan_due_at`: when the plan has to look at this person again."""

    id: str = Field(primary_key=True)
    code: str = Field(unique=True)
    site_code: str = Field(foreign_key="site.code", index=True)
    state: ParticipantState = member_of(ParticipantState)
    channel: Channel = member_of(Channel)
    language: Language = member_of(Language)
    tz: str  # of home
    away_tz: str | None = None  # on a journey: of where they are
    turns_at: datetime | None = None  # when a journey begins or ends next
    reminder_time: time
    food: FoodMode = member_of(FoodMode)
    enrolled_at: datetime
    starts_at: datetime  # no dose is due at or before
    set_up_at: datetime | None = None  # entry finished, or followed by phone from the start
    messages_stopped_at: datetime | None = None
    unreachable_at: datetime | None = None  # the chat refused us
    blocked_at: datetime | None = None  # "take now" waits for an investigator
    blocked_reason: str | None = None
    silent_at: datetime | None = None  # seven doses unreported: from here on prompts say that silence stops nothing
    protocol_version: str
    plan_due_at: datetime | None = None
    check_weekday: int | None = None  # of the weekly check, Monday is 1; None: as the protocol has it
    check_time: time | None = None
    check_at: datetime | None = None  # the next weekly check, whose prompts stand planned
    self_rated_at: datetime | None = None  # the next self-rated round, whose prompt stands planned
    tablets_at: datetime | None = None  # when the box is looked at again; None: no tablets were given out
    guards_at: datetime | None = None  # when a guard is said next, or looked at; None: nothing is to be said
    visits_from: date | None = None  # study day 1, by which the visits stand planned
    last_dose_on: date | None = None  # the day of the last dose, once the drug is stopped
    pregnancy_item: Applies | None = member_of(Applies, default=None)  # which of the items is asked

    @property
    def wall(self) -> ZoneInfo:
        """The zone of the wall where the participant is now: what is said to them, and what they say, goes by it."""
        return ZoneInfo(self.away_tz or self.tz)

    __table_args__ = (
        Index("ix_participant_plan_due_at", "plan_due_at"),
        Index("ix_participant_check_at", "check_at"),
        Index("ix_participant_self_rated_at", "self_rated_at"),
        Index("ix_participant_tablets_at", "tablets_at"),
        Index("ix_participant_guards_at", "guards_at"),
    )


class Eligibility(StoreTable, table=True):
    """Each criterion of the protocol answered, signed by an investigator."""

    id: str = Field(primary_key=True)
    participant_code: str = Field(unique=True)
    site_code: str = Field(foreign_key="site.code")
    criteria: str  # JSON: criterion key to true or false, as recorded
    prior_therapy: str
    pregnancy_test_on: date | None = None
    signed_by: str = Field(foreign_key="staff.id")
    signed_at: datetime


class PaperConsent(StoreTable, table=True):
    """The signed paper form; a newer form version is a new row."""

    __tablename__ = "paper_consent"

    id: str = Field(primary_key=True)
    participant_code: str = Field(index=True)
    site_code: str = Field(foreign_key="site.code")
    form_version: str
    signed_on: date
    investigator: str
    recorded_by: str = Field(foreign_key="staff.id")
    recorded_at: datetime


class Invitation(StoreTable, table=True):
    """A link to be used once; only the hash of its token is kept."""

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    role: LinkRole = member_of(LinkRole)
    token_hash: str = Field(unique=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class Consent(StoreTable, table=True):
    """One answer to one purpose; the newest row of a purpose counts. Rows are never changed."""

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    purpose: Purpose = member_of(Purpose)
    text_version: str
    given: bool
    recorded_at: datetime


class OpenQuestion(StoreTable, table=True):
    """The question a chat was asked last, where a typed word can answer it; a restart asks the same one again."""

    __tablename__ = "open_question"

    link_id: str = Field(primary_key=True, foreign_key="chat_link.id")
    question: str  # language, notice, a purpose, time, food, practice; or when, units
    dose_id: str | None = None
    argument: str = ""
    at: datetime
