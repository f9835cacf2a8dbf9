"""Staff chats: linked by an invitation used once, ended by staff or with the account, found for an alert."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from actions.linking import Refusal, note_failure, too_many_failures
from models.access import staff_actor
from models.chat_access import chat_index
from models.identity import ChatLink
from models.session import Change, sha256
from models.site import Site, Staff
from models.staff_chat import StaffInvitation, StaffLink
from models.statements import Statement
from models.tables import table_of
from models.vault import Vault
from protocol.roles import READS
from protocol.terms import Channel, Language, Role

TOKEN_BYTES: Final = 16
LIVES: Final = timedelta(hours=24)
TOKEN_LETTERS: Final = 24  # of 16 bytes, and the prefix
PREFIX: Final = "s-"
"""A staff token says what it is, so that a participant's link costs no look at these tables."""

_LINK: Final = table_of(StaffLink)
_STAFF: Final = table_of(Staff)
_SITE: Final = table_of(Site)
_CHATS: Final = (
    select(
        _LINK.c.id,
        _LINK.c.chat,
        _LINK.c.language,
        _STAFF.c.id.label("staff_id"),
        _STAFF.c.name,
        _STAFF.c.role,
        _STAFF.c.site_code,
        _SITE.c.tz,
    )
    .join_from(_LINK, _STAFF, _STAFF.c.id == _LINK.c.staff_id)
    .outerjoin(_SITE, _SITE.c.code == _STAFF.c.site_code)
    .where(_LINK.c.unlinked_at.is_(None), _STAFF.c.disabled_at.is_(None))
)
_WRITABLE: Final = Statement(
    _CHATS.where(
        _LINK.c.refused_at.is_(None),
        or_(_STAFF.c.site_code.is_(None), _STAFF.c.site_code == bindparam("site")),
        _STAFF.c.role.in_(bindparam("roles", expanding=True)),
    ).order_by(_LINK.c.linked_at)
)
_THESE: Final = Statement(
    _CHATS.where(_LINK.c.refused_at.is_(None), _LINK.c.id.in_(bindparam("links", expanding=True)))
)
_MINE: Final = Statement(_CHATS.where(_LINK.c.chat_index == bindparam("index")))
ELSEWHERE: Final = "UTC"  # the zone of one who sees every site


@dataclass(frozen=True, slots=True)
class StaffChat:
    """A living chat of an enabled account. `chat` is the messenger's id, only for the courier."""

    link_id: str
    staff_id: str
    name: str
    role: Role
    site_code: str | None
    language: Language
    tz: str
    chat: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StaffInvited:
    """An invitation just made; the token is shown once and kept nowhere."""

    token: str = field(repr=False)
    invitation: StaffInvitation


async def staff_chats(change: Change, site_code: str | None, roles: Collection[Role] | None = None) -> list[StaffChat]:
    """The chats that may be told of a matter of this site; None: of the system, told to those of every site.

    `roles` None: everybody who may read the trial. Whoever has blocked the bot is left out.
    """
    chosen = READS if roles is None else READS & set(roles)
    rows = await change.rows(_WRITABLE, site=site_code, roles=[role.value for role in sorted(chosen)])
    return [_chat(change.vault, row) for row in rows]


async def living_chats(change: Change, link_ids: Sequence[str]) -> list[StaffChat]:
    """Those of these chats that may still be written to."""
    rows = await change.rows(_THESE, links=list(link_ids)) if link_ids else []
    return [_chat(change.vault, row) for row in rows]


async def access_staff_chat(change: Change, channel: Channel, user_id: str) -> StaffChat | None:
    """Whose staff chat it is; None for a stranger's, and for one of a disabled account."""
    rows = await change.rows(_MINE, index=chat_index(change.vault, channel, user_id))
    return _chat(change.vault, rows[0]) if rows else None


def _chat(vault: Vault, row: Any) -> StaffChat:
    chat = vault.open(f"staff_link.chat/{row.id}", row.chat)
    tz = row.tz or ELSEWHERE
    return StaffChat(row.id, row.staff_id, row.name, row.role, row.site_code, row.language, tz, chat)


async def invite_staff(change: Change, staff: Staff) -> StaffInvited:
    """A new link for one use; earlier unused ones of the same account end."""
    await _revoke(change, staff.id)
    drawn = base64.urlsafe_b64encode(change.random_bytes(TOKEN_BYTES)).decode().rstrip("=")
    token = PREFIX + drawn
    invitation = StaffInvitation(
        id=change.new_id(),
        staff_id=staff.id,
        token_hash=sha256(token),
        created_at=change.at,
        expires_at=change.at + LIVES,
    )
    change.session.add(invitation)
    change.audit("invite_staff", "staff", staff.id, new={"invitation": invitation.id})
    return StaffInvited(token, invitation)


async def _revoke(change: Change, staff_id: str) -> None:
    await change.session.execute(
        update(StaffInvitation)
        .where(
            col(StaffInvitation.staff_id) == staff_id,
            col(StaffInvitation.used_at).is_(None),
            col(StaffInvitation.revoked_at).is_(None),
        )
        .values(revoked_at=change.at)
    )


def is_staff_token(token: str) -> bool:
    """Whether a link could be one of staff: it says so by its form."""
    return token.startswith(PREFIX) and len(token) == TOKEN_LETTERS


async def link_staff(
    change: Change, channel: Channel, user_id: str, token: str, language: Language
) -> StaffChat | Refusal:
    """Uses the invitation for this chat, by one conditional update; wrong ones count as those of participants do."""
    index = chat_index(change.vault, channel, user_id)
    if await too_many_failures(change, index):
        return Refusal.SILENT
    invitation = await _use(change, token)
    if invitation is None:
        return note_failure(change, index)
    staff = await change.session.get_one(Staff, invitation.staff_id)
    if staff.disabled_at is not None or await _is_taken(change, index, staff.id):
        invitation.used_at = None
        return note_failure(change, index)
    change.actor = staff_actor(staff)
    await end_staff_chats(change, staff.id, reason="another chat was linked")
    link_id = change.new_id()
    link = StaffLink(
        id=link_id,
        staff_id=staff.id,
        channel=channel,
        chat=change.vault.seal(f"staff_link.chat/{link_id}", user_id),
        chat_index=index,
        language=language,
        linked_at=change.at,
    )
    change.session.add(link)
    change.audit("link_staff_chat", "staff_link", link_id, new={"staff": staff.name, "channel": channel})
    (row,) = await change.rows(_MINE, index=index)
    return _chat(change.vault, row)


async def _use(change: Change, token: str) -> StaffInvitation | None:
    found = await change.session.execute(
        update(StaffInvitation)
        .where(
            col(StaffInvitation.token_hash) == sha256(token),
            col(StaffInvitation.used_at).is_(None),
            col(StaffInvitation.revoked_at).is_(None),
            col(StaffInvitation.expires_at) > change.at,
        )
        .values(used_at=change.at)
        .returning(StaffInvitation)
    )
    return found.scalar_one_or_none()


async def _is_taken(change: Change, index: str, staff_id: str) -> bool:
    """A chat of a participant or helper, or of another member of staff, stays what it is."""
    whose = select(col(ChatLink.participant_id)).where(
        col(ChatLink.chat_index) == index, col(ChatLink.unlinked_at).is_(None)
    )
    other = select(col(StaffLink.staff_id)).where(
        col(StaffLink.chat_index) == index, col(StaffLink.unlinked_at).is_(None), col(StaffLink.staff_id) != staff_id
    )
    return any([(await change.session.scalar(query)) is not None for query in (whose, other)])


async def end_staff_chats(change: Change, staff_id: str, *, reason: str) -> int:
    """Ends the living chat of this account and its unused invitations; gives how many chats there were."""
    await _revoke(change, staff_id)
    rows = (
        await change.session.scalars(
            select(StaffLink).where(col(StaffLink.staff_id) == staff_id, col(StaffLink.unlinked_at).is_(None))
        )
    ).all()
    for link in rows:
        link.unlinked_at = change.at
        change.audit("unlink_staff_chat", "staff_link", link.id, reason=reason)
    await change.session.flush()
    return len(rows)


async def note_refusal(change: Change, link_id: str, *, refused: bool) -> None:
    """The chat has blocked the bot, or lets it in again."""
    link = await change.session.get_one(StaffLink, link_id)
    if (link.refused_at is not None) is refused:
        return
    link.refused_at = change.at if refused else None
    change.audit("staff_chat_refused" if refused else "staff_chat_open_again", "staff_link", link_id)


async def change_language(change: Change, link_id: str, language: Language) -> None:
    """From here on this chat reads this language."""
    link = await change.session.get_one(StaffLink, link_id)
    change.audit("change_setting", "staff_link", link_id, old={"language": link.language}, new={"language": language})
    link.language = language
