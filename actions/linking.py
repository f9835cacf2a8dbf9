"""Linking: an invitation, used once, makes a chat the participant's own or a helper's."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlmodel import col, func, select

from actions.channel import reach_by_chat
from models.chat_access import chat_index, seal_chat
from models.identity import ChatLink, StartFailure
from models.participant import Invitation, OpenQuestion, Participant
from models.session import Change, sha256
from models.staff_chat import StaffLink
from protocol.terms import Channel, LinkRole

FAILURES_MAX = 5  # wrong links of one chat in an hour; then silence
FAILURES_ALL_MAX = 50  # of all chats together
HOUR = timedelta(hours=1)


class Refusal(StrEnum):
    """Why a link was not accepted; the participant always reads the same text."""

    WRONG = "wrong"
    SILENT = "silent"  # too many tries: no answer at all


async def link_chat(change: Change, channel: Channel, user_id: str, token: str) -> ChatLink | Refusal:
    """Uses the invitation for this chat, by one conditional update; a race has one winner."""
    index = chat_index(change.vault, channel, user_id)
    if await too_many_failures(change, index):
        return Refusal.SILENT
    invitation = await _use(change, token)
    if invitation is None or await _taken_elsewhere(change, index, invitation):
        return note_failure(change, index)
    return await _link(change, invitation, channel, user_id, index)


async def too_many_failures(change: Change, index: str) -> bool:
    """Of this chat, or of all together, within the hour."""
    since = change.at - HOUR
    mine = await change.session.scalar(
        select(func.count()).where(StartFailure.chat_index == index, col(StartFailure.at) > since)
    )
    everyone = await change.session.scalar(select(func.count()).where(col(StartFailure.at) > since))
    return (mine or 0) >= FAILURES_MAX or (everyone or 0) >= FAILURES_ALL_MAX


def note_failure(change: Change, index: str) -> Refusal:
    """A wrong link counts for the hour."""
    change.session.add(StartFailure(id=change.new_id(), chat_index=index, at=change.at))
    return Refusal.WRONG


async def _use(change: Change, token: str) -> Invitation | None:
    found = await change.session.execute(
        update(Invitation)
        .where(
            col(Invitation.token_hash) == sha256(token),
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > change.at,
        )
        .values(used_at=change.at)
        .returning(Invitation)
    )
    return found.scalar_one_or_none()


async def _taken_elsewhere(change: Change, index: str, invitation: Invitation) -> bool:
    """One person per chat: a chat of somebody else, or of staff, gives the invitation back unused."""
    of_another = select(col(ChatLink.id)).where(ChatLink.chat_index == index, col(ChatLink.unlinked_at).is_(None))
    of_staff = select(col(StaffLink.id)).where(StaffLink.chat_index == index, col(StaffLink.unlinked_at).is_(None))
    if await change.session.scalar(of_another.union_all(of_staff)) is None:
        return False
    invitation.used_at = None
    return True


async def _link(change: Change, invitation: Invitation, channel: Channel, user_id: str, index: str) -> ChatLink:
    if invitation.role is LinkRole.OWN:
        await _end_own_link(change, invitation.participant_id)
    link_id = change.new_id()
    link = ChatLink(
        id=link_id,
        participant_id=invitation.participant_id,
        role=invitation.role,
        channel=channel,
        chat=seal_chat(change.vault, link_id, user_id),
        chat_index=index,
        linked_at=change.at,
    )
    change.session.add(link)
    await change.session.flush()
    question = "language" if invitation.role is LinkRole.OWN else "helper"
    change.session.add(OpenQuestion(link_id=link_id, question=question, at=change.at))
    participant = await change.session.get_one(Participant, invitation.participant_id)
    participant.unreachable_at = None
    if invitation.role is LinkRole.OWN and participant.channel is Channel.PHONE:
        reach_by_chat(change, participant, channel)
    change.audit(
        "link_chat",
        "chat_link",
        link_id,
        participant_id=invitation.participant_id,
        new={"role": invitation.role, "channel": channel},
    )
    return link


async def _end_own_link(change: Change, participant_id: str) -> None:
    """A new phone takes the place of the old one."""
    rows = await change.session.scalars(
        select(ChatLink).where(
            ChatLink.participant_id == participant_id,
            ChatLink.role == LinkRole.OWN,
            col(ChatLink.unlinked_at).is_(None),
        )
    )
    for old in rows:
        old.unlinked_at = change.at
        change.audit(
            "unlink_chat", "chat_link", old.id, participant_id=participant_id, reason="another chat was linked"
        )
    await change.session.flush()


async def forget_old_failures(change: Change) -> None:
    """Failures count for an hour and are kept for a day."""
    await change.session.execute(delete(StartFailure).where(col(StartFailure.at) < change.at - timedelta(days=1)))
