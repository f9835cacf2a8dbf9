"""A trial with people in it, for the pages: two sites, six accounts, a dozen participants and their last months."""

import base64
import json
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pyotp
from sqlmodel import select

from actions.sites import add_site
from actions.staff import add_staff
from models.alert import Alert
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.identity import ChatLink, ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.participant import Invitation, Participant
from models.session import Actor, Change, Store
from protocol.moments import moment
from protocol.terms import (
    AlertKind,
    Cause,
    Channel,
    DoseAnswer,
    DoseState,
    FoodMode,
    Language,
    Level,
    LinkRole,
    OrderKind,
    ParticipantState,
    Role,
    Source,
)

NOW = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)  # 20:14 in Beijing
SHANGHAI = "Asia/Shanghai"
PASSWORD = "four tidy cranes over a lake"
HOUR = timedelta(hours=1)
SENT_A_PHOTO = ("PRCA-008", "PRCA-101")
PICTURE = b"\xff\xd8\xff\xe0 two tablets in a hand"
OPERATOR = Actor("staff", "Ada", Role.ADMINISTRATOR.value)


class Clock:
    """Stands until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Cast:
    """The accounts' one-time-code secrets and ids by name, and the ids of the open alerts by participant."""

    secrets: dict[str, str] = field(default_factory=dict)
    alerts: dict[str, str] = field(default_factory=dict)
    staff_ids: dict[str, str] = field(default_factory=dict)

    def code(self, name: str, at: datetime) -> str:
        return pyotp.TOTP(self.secrets[name]).at(at)


STAFF = (
    ("Ada", Role.ADMINISTRATOR, None),
    ("Li", Role.COORDINATOR, "PUMCH"),
    ("Wu", Role.INVESTIGATOR, "PUMCH"),
    ("Mo", Role.MONITOR, "PUMCH"),
    ("Dan", Role.DATA_MANAGER, None),
    ("Otto", Role.COORDINATOR, "SHANG"),
)


class Ids:
    """Ids that differ from one opening of a store to the next, and bytes that do not matter."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._random = random.SystemRandom()

    def new_id(self) -> str:
        return f"{self._random.getrandbits(64):016x}{next(self._numbers)}"

    def random_bytes(self, size: int) -> bytes:
        return secrets.token_bytes(size)

    def new_token(self) -> str:
        return secrets.token_hex(32)


async def sites_and_staff(store: Store) -> Cast:
    """Two sites, and one account of each role; Otto belongs to the other site."""
    cast = Cast()
    async with store.change(at=NOW - timedelta(days=200), actor=OPERATOR) as change:
        await add_site(change, "PUMCH", "李敏", "010-6915 6114", SHANGHAI)
        await add_site(change, "SHANG", "Otto Braun", "021-6404 1990", SHANGHAI)
        for name, role, site in STAFF:
            made = await add_staff(change, name=name, role=role, site_code=site, password=PASSWORD, ready=True)
            cast.secrets[name], cast.staff_ids[name] = made.totp_secret, made.staff_id
    return cast


async def people(store: Store, cast: Cast, *, days: int = 75) -> None:
    """Participants of both sites with their doses up to now, and what waits for staff."""
    async with store.change(at=NOW) as change:
        for number in range(1, 10):
            await _treated(change, f"PRCA-{number:03d}", "PUMCH", days=days - 4 * number, seed=number)
        await _treated(change, "PRCA-010", "PUMCH", days=20, seed=10, channel=Channel.PHONE)
        silent = await _treated(change, "PRCA-011", "PUMCH", days=30, seed=11)
        silent.unreachable_at = NOW - 5 * HOUR
        await _entries(change)
        await _treated(change, "PRCA-101", "SHANG", days=40, seed=101)
        await change.session.flush()
        await _alerts(change, cast)


async def _photo(change: Change, person: Participant) -> None:
    """A photo that nobody has looked at, the day before."""
    await change.session.flush()
    link = (await change.session.scalars(select(ChatLink).where(ChatLink.participant_id == person.id))).one()
    one = f"photo-of-{person.code}"
    body = change.vault.seal(f"participant_message.body/{one}", json.dumps({"reference": "r", "caption": ""}))
    message = ParticipantMessage(
        id=one, participant_id=person.id, link_id=link.id, kind="photo", body=body, received_at=NOW - timedelta(days=1)
    )
    change.session.add(message)
    await change.session.flush()
    picture = change.vault.seal(f"kept_photo.picture/{one}", base64.b64encode(PICTURE).decode())
    change.session.add(KeptPhoto(message_id=one, participant_id=person.id, state=PhotoState.KEPT, picture=picture))


async def _treated(
    change: Change, code: str, site: str, *, days: int, seed: int, channel: Channel = Channel.TELEGRAM
) -> Participant:
    person = participant(change, code, site, ParticipantState.ACTIVE, channel, begun=NOW - timedelta(days=days))
    await change.session.flush()
    if channel is Channel.TELEGRAM:
        change.session.add(
            ChatLink(
                id=change.new_id(),
                participant_id=person.id,
                role=LinkRole.OWN,
                channel=channel,
                chat="sealed",
                chat_index=f"index of {code}",
                linked_at=person.enrolled_at,
            )
        )
        if code in SENT_A_PHOTO:
            await _photo(change, person)
    first_on = (NOW - timedelta(days=days - 1)).astimezone(ZoneInfo(SHANGHAI)).date()
    _orders(change, person, first_on, held=seed % 4 == 1 and days > 40)
    chance = random.Random(seed)
    reported = _doses(change, person, first_on, days, chance, held=seed % 4 == 1 and days > 40)
    await change.session.flush()
    for dose, taken_at, took in reported:
        _event(change, dose, taken_at, took=took)
    return person


def participant(
    change: Change, code: str, site: str, state: ParticipantState, channel: Channel, *, begun: datetime
) -> Participant:
    person = Participant(
        id=change.new_id(),
        code=code,
        site_code=site,
        state=state,
        channel=channel,
        language=Language.ZH,
        tz=SHANGHAI,
        reminder_time=time(8),
        food=FoodMode.WITH,
        enrolled_at=begun,
        starts_at=begun,
        set_up_at=begun if state is ParticipantState.ACTIVE else None,
        protocol_version="0.1",
    )
    change.session.add(person)
    change.owe(person, participant_id=person.id)
    return person


def _orders(change: Change, person: Participant, first_on: date, *, held: bool) -> None:
    told: list[tuple[OrderKind, date, date | None, float, str]] = [
        (OrderKind.DOSE, first_on, None, 1.0, "PRCA-1: 1 mg daily after the first dose")
    ]
    if held:
        told.append((OrderKind.HOLD, first_on + timedelta(days=14), first_on + timedelta(days=18), 0.0, "口腔溃疡"))
    for version, (kind, from_on, until_on, dose_mg, reason) in enumerate(told, 1):
        row = DoseOrderRow(
            id=change.new_id(),
            participant_id=person.id,
            version=version,
            kind=kind,
            from_on=from_on,
            until_on=until_on,
            dose_mg=dose_mg,
            units=int(dose_mg),
            reason=reason,
            ordered_by="Wu" if held else "protocol",
            recorded_at=person.enrolled_at,
        )
        change.session.add(row)
        change.owe(row, participant_id=person.id)


def _doses(
    change: Change, person: Participant, first_on: date, days: int, chance: random.Random, *, held: bool
) -> list[tuple[ScheduledDose, datetime, bool]]:
    reported = []
    for ordinal in range(1, days + 1):
        on = first_on + timedelta(days=ordinal - 1)
        due_at = moment(on, time(8), ZoneInfo(SHANGHAI))
        state, cause = _state(chance, ordinal, days, held=held, by_phone=person.channel is Channel.PHONE)
        units = 2 if ordinal == 1 else 1
        late = chance.random() < 0.08
        taken_at = due_at + timedelta(minutes=chance.randint(1, 50) + (330 if late else 0))
        took = state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY)
        dose = ScheduledDose(
            id=change.new_id(),
            participant_id=person.id,
            ordinal=ordinal,
            nominal_at=due_at,
            due_at=due_at,
            due_on=on,
            due_tz=SHANGHAI,
            dose_mg=float(units),
            units=units,
            order_version=1,
            is_first=ordinal == 1,
            state=state,
            cause=cause,
            units_taken=units if state is DoseState.TAKEN else 0,
            taken_at=taken_at if took else None,
        )
        change.session.add(dose)
        change.owe(dose, participant_id=person.id)
        if took or state is DoseState.NOT_TAKEN:
            reported.append((dose, taken_at, took))
    return reported


def _state(
    chance: random.Random, ordinal: int, days: int, *, held: bool, by_phone: bool
) -> tuple[DoseState, Cause | None]:
    if held and 15 <= ordinal <= 19:
        return DoseState.HELD, Cause.ORDER
    if ordinal == 1:
        return DoseState.TAKEN, None
    if ordinal == days:
        return (DoseState.OPEN, None) if by_phone or chance.random() < 0.4 else (DoseState.TAKEN, None)
    weights = (82, 7, 6, 3, 2)
    states = (DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.UNREPORTED, DoseState.NOT_ASKED, DoseState.TAKEN)
    state = chance.choices(states, weights)[0]
    return state, Cause.OUTAGE if state is DoseState.NOT_ASKED else None


def _event(change: Change, dose: ScheduledDose, taken_at: datetime, *, took: bool) -> None:
    event = DoseEvent(
        id=change.new_id(),
        dose_id=dose.id,
        participant_id=dose.participant_id,
        answer=DoseAnswer.TAKEN if took else DoseAnswer.NOT_TAKEN,
        units=dose.units_taken,
        dose_mg=float(dose.units_taken),
        taken_at=taken_at if took else None,
        recorded_at=taken_at,
        reported_at=taken_at,
        source=Source.PARTICIPANT,
        reported_by="link",
        cause_key=f"event of {dose.id}",
    )
    change.session.add(event)
    change.owe(event, participant_id=dose.participant_id)


async def _entries(change: Change) -> None:
    """One invited, one whose invitation has run out."""
    for code, expires_at in (("PRCA-012", NOW + 30 * HOUR), ("PRCA-013", NOW - 20 * HOUR)):
        begun = expires_at - timedelta(days=3)
        person = participant(change, code, "PUMCH", ParticipantState.ENROLLED, Channel.TELEGRAM, begun=begun)
        await change.session.flush()
        change.session.add(
            Invitation(
                id=change.new_id(),
                participant_id=person.id,
                role=LinkRole.OWN,
                token_hash=f"hash of {code}",
                created_at=begun,
                expires_at=expires_at,
            )
        )


OPEN_ALERTS: Sequence[tuple[str, AlertKind, Level, timedelta, int]] = (
    ("PRCA-008", AlertKind.FEELS_UNWELL, Level.RED, timedelta(minutes=18), 1),
    ("PRCA-003", AlertKind.DOUBLE_DOSE, Level.RED, timedelta(minutes=42), 1),
    ("PRCA-006", AlertKind.DOSES_NOT_TAKEN, Level.AMBER, 9 * HOUR, 1),
    ("PRCA-004", AlertKind.MESSAGE, Level.AMBER, 3 * HOUR, 2),
    ("PRCA-011", AlertKind.UNREACHABLE, Level.TASK, 5 * HOUR, 3),
    ("PRCA-101", AlertKind.FEELS_UNWELL, Level.RED, 2 * HOUR, 1),
)


async def _alerts(change: Change, cast: Cast) -> None:
    by_code = {one.code: one for one in (await change.session.execute(select(Participant))).scalars()}
    for code, kind, level, waited, times in OPEN_ALERTS:
        person = by_code[code]
        alert = Alert(
            id=change.new_id(),
            participant_id=person.id,
            site_code=person.site_code,
            kind=kind,
            level=level,
            cause_key=f"{kind}|{code}",
            times=times,
            opened_at=NOW - waited,
            last_at=NOW - waited,
            clock_from=NOW - waited,
            acknowledged_at=NOW - HOUR if kind is AlertKind.DOSES_NOT_TAKEN else None,
            acknowledged_by="Wu" if kind is AlertKind.DOSES_NOT_TAKEN else None,
        )
        cast.alerts[code] = alert.id
        change.session.add(alert)
        change.owe(alert, participant_id=person.id)


async def open_alert(change: Change, code: str) -> None:
    """Somebody says that they feel unwell."""
    person = (await change.session.scalars(select(Participant).where(Participant.code == code))).one()
    change.session.add(
        Alert(
            id=change.new_id(),
            participant_id=person.id,
            site_code=person.site_code,
            kind=AlertKind.FEELS_UNWELL,
            level=Level.RED,
            cause_key=f"{AlertKind.FEELS_UNWELL}|{code}",
            opened_at=change.at,
            last_at=change.at,
            clock_from=change.at,
        )
    )
