"""Enrolment: eligibility signed, paper consent recorded, then a code, its first order, and an invitation."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import update
from sqlmodel import col, select

from actions.dose_orders import first_order
from actions.duty import uncovered_hours
from actions.inbox import forget_answers
from actions.planning import replan
from models.dose import ScheduledDose
from models.identity import ChatLink, Identity
from models.inbox import Note
from models.participant import Eligibility, Invitation, PaperConsent, Participant
from models.session import Change, sha256
from models.site import Site, Staff
from protocol.moments import local_date
from protocol.standing import has_left
from protocol.terms import Channel, FoodMode, Language, LinkRole, ParticipantState, Role
from protocol.trial import Trial

INVITATION_BYTES = 16
INVITATION_LIFE = timedelta(hours=72)
STORE_KIND = "store_kind"  # a store is demo or live from its making
DEMO, LIVE = "demo", "live"
BOT_USERNAME = "bot_username"  # written by the running bot


class NotReadyError(ValueError):
    """Something has to be recorded first; the message says what."""


@dataclass(frozen=True, slots=True)
class Person:
    """What an enrolment needs to know."""

    code: str
    site_code: str
    language: Language
    tz: str
    reminder_time: time
    food: FoodMode
    channel: Channel = Channel.TELEGRAM
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made; the token is shown once and kept nowhere."""

    token: str
    invitation: Invitation


async def record_eligibility(
    change: Change,
    *,
    code: str,
    site_code: str,
    criteria: Mapping[str, bool],
    prior_therapy: str,
    signed_by: Staff,
    trial: Trial,
    pregnancy_test_on: date | None = None,
) -> Eligibility:
    """Each criterion of the record, signed once by an investigator. Raises NotReadyError where one is not met."""
    if signed_by.role is not Role.INVESTIGATOR:
        raise NotReadyError(f"eligibility is signed by an investigator; {signed_by.name} is {signed_by.role}")
    signed = await change.session.scalar(select(Eligibility.id).where(col(Eligibility.participant_code) == code))
    if signed is not None:
        raise NotReadyError(f"the eligibility of {code} is signed already")
    _check_criteria(criteria, trial)
    row = Eligibility(
        id=change.new_id(),
        participant_code=code,
        site_code=site_code,
        criteria=json.dumps(dict(criteria), sort_keys=True),
        prior_therapy=prior_therapy,
        pregnancy_test_on=pregnancy_test_on,
        signed_by=signed_by.id,
        signed_at=change.at,
    )
    change.session.add(row)
    change.audit("record_eligibility", "eligibility", row.id, new={"code": code, "criteria": dict(criteria)})
    return row


def _check_criteria(criteria: Mapping[str, bool], trial: Trial) -> None:
    known = {criterion.key: criterion for criterion in trial.criteria}
    if unknown := sorted(set(criteria) - set(known)):
        raise NotReadyError(f"the protocol has no criterion {', '.join(unknown)}")
    missing = [key for key in known if key not in criteria]
    if missing:
        raise NotReadyError(f"these criteria are not answered: {', '.join(missing)}")
    failed = [key for key, criterion in known.items() if criteria[key] is not criterion.inclusion]
    if failed:
        raise NotReadyError(f"these criteria are not met: {', '.join(failed)}")


async def record_paper_consent(
    change: Change, *, code: str, site_code: str, form_version: str, signed_on: date, investigator: str, by: Staff
) -> PaperConsent:
    """The signed paper form. Raises NotReadyError for a date to come."""
    if signed_on > change.at.date() + timedelta(days=1):
        raise NotReadyError("the signature date lies in the future")
    row = PaperConsent(
        id=change.new_id(),
        participant_code=code,
        site_code=site_code,
        form_version=form_version,
        signed_on=signed_on,
        investigator=investigator,
        recorded_by=by.id,
        recorded_at=change.at,
    )
    change.session.add(row)
    change.audit("record_paper_consent", "paper_consent", row.id, new={"code": code, "form": form_version})
    return row


async def enrol(change: Change, person: Person, trial: Trial) -> Participant:
    """Registers a participant and the first order. Raises NotReadyError for whatever is missing."""
    await _check_ready(change, person, trial)
    participant = Participant(
        id=change.new_id(),
        code=person.code,
        site_code=person.site_code,
        state=ParticipantState.ENROLLED if person.channel is Channel.TELEGRAM else ParticipantState.ACTIVE,
        channel=person.channel,
        language=person.language,
        tz=person.tz,
        reminder_time=person.reminder_time,
        food=person.food,
        enrolled_at=change.at,
        starts_at=change.at,
        set_up_at=None if person.channel is Channel.TELEGRAM else change.at,
        protocol_version=trial.version,
    )
    change.session.add(participant)
    await change.session.flush()
    vault = change.vault
    change.session.add(
        Identity(
            participant_id=participant.id,
            name=vault.seal(f"identity.name/{participant.id}", person.name),
            phone=vault.seal(f"identity.phone/{participant.id}", person.phone),
        )
    )
    change.audit(
        "enrol",
        "participant",
        participant.id,
        participant_id=participant.id,
        new={"code": person.code, "site": person.site_code, "channel": person.channel},
    )
    change.owe(participant, participant_id=participant.id)
    await first_order(change, participant, trial, from_on=local_date(change.at, ZoneInfo(person.tz)))
    await replan(change, participant, trial)
    return participant


async def _check_ready(change: Change, person: Person, trial: Trial) -> None:
    try:
        ZoneInfo(person.tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NotReadyError(f"{person.tz} is not a time zone; example: Asia/Shanghai") from error
    site = await change.session.get(Site, person.site_code)
    if site is None:
        raise NotReadyError(f"there is no site {person.site_code}; `anshi site add` makes one")
    if await change.session.scalar(select(Participant.id).where(Participant.code == person.code)):
        raise NotReadyError(f"{person.code} is enrolled already")
    kind = await change.session.get(Note, STORE_KIND)
    if not trial.approved() and (kind is None or kind.value != DEMO):
        raise NotReadyError(
            f"the protocol file {trial.code} {trial.version} carries no approval of this version; "
            "a real study enrols only with it (`anshi protocol show` lists what is unconfirmed)"
        )
    if (kind is None or kind.value != DEMO) and await uncovered_hours(change.session, site, trial, change.at):
        raise NotReadyError(
            f"hours of the next {trial.duty.on_call_ahead.days} days have no name and phone on call at "
            f"{person.site_code}; `anshi duty check` shows them, `anshi duty add` fills them"
        )
    if not await _has(change, Eligibility, person):
        raise NotReadyError(f"no investigator has signed the eligibility of {person.code} at this site")
    if not await _has(change, PaperConsent, person):
        raise NotReadyError(f"the paper consent of {person.code} is not recorded at this site")


async def _has(change: Change, table: type[Eligibility] | type[PaperConsent], person: Person) -> bool:
    found = await change.session.scalar(
        select(table.id).where(table.participant_code == person.code, table.site_code == person.site_code)
    )
    return found is not None


async def invite(change: Change, participant: Participant, role: LinkRole = LinkRole.OWN) -> Invited:
    """A new link for one use; earlier unused ones of the same role end."""
    await change.session.execute(
        update(Invitation)
        .where(
            col(Invitation.participant_id) == participant.id,
            col(Invitation.role) == role,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=change.at)
    )
    token = base64.urlsafe_b64encode(change.random_bytes(INVITATION_BYTES)).decode().rstrip("=")
    invitation = Invitation(
        id=change.new_id(),
        participant_id=participant.id,
        role=role,
        token_hash=sha256(token),
        created_at=change.at,
        expires_at=change.at + INVITATION_LIFE,
    )
    change.session.add(invitation)
    change.audit("invite", "invitation", invitation.id, participant_id=participant.id, new={"role": role})
    return Invited(token, invitation)


def check_may_be_invited(participant: Participant, role: LinkRole) -> None:
    """Raises NotReadyError where this person gets no invitation of this role."""
    if has_left(participant.state):
        raise NotReadyError(f"{participant.code} has left the study")
    if participant.channel is Channel.PHONE and role is LinkRole.HELPER:
        raise NotReadyError(
            f"{participant.code} is followed by phone; first invite {participant.code}, then the helper"
        )


async def link_of(change: Change, token: str) -> str | None:
    """The link that opens the chat with this token; None until the running bot has met Telegram once."""
    note = await change.session.get(Note, BOT_USERNAME)
    return f"https://t.me/{note.value}?start={token}" if note and note.value else None


async def unlink(
    change: Change, participant: Participant, reason: str, trial: Trial, link_id: str | None = None
) -> int:
    """Ends the participant's chats, or one of them, as when a phone is lost. Gives how many. What was not shown there
    yet never is.
    """
    rows = await change.session.scalars(
        select(ChatLink).where(ChatLink.participant_id == participant.id, col(ChatLink.unlinked_at).is_(None))
    )
    ended = 0
    for row in rows:
        if link_id is None or row.id == link_id:
            row.unlinked_at = change.at
            await forget_answers(change, row.chat_index)
            ended += 1
            change.audit("unlink_chat", "chat_link", row.id, participant_id=participant.id, reason=reason)
    if ended:
        await replan(change, participant, trial)
    return ended


async def next_dose_at(change: Change, participant: Participant) -> ScheduledDose | None:
    """The next dose to come, or None."""
    return await change.session.scalar(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == participant.id,
            col(ScheduledDose.due_at) > change.at,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal))
        .limit(1)
    )
