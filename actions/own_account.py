"""What a member of staff does with the own account: looks at sessions, ends them, changes the password."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.passwords import PasswordDesk, check_password
from actions.proof import check_owner
from actions.throttle import forget_failures
from models.access import SignedIn, living_session
from models.session import Change, Store, sha256
from models.site import Staff, WebSession

HANDLE_LENGTH = 16


def handle_of(session: WebSession) -> str:
    """What names a session in a form: it opens nothing."""
    return sha256(session.token_hash)[:HANDLE_LENGTH]


async def own_sessions(session: AsyncSession, who: SignedIn, *, at: datetime) -> Sequence[WebSession]:
    """The living sessions of this account, the newest first."""
    query = select(WebSession).where(col(WebSession.staff_id) == who.staff.id, *living_session(at))
    return (await session.execute(query.order_by(col(WebSession.started_at).desc()))).scalars().all()


async def end_session(change: Change, who: SignedIn, handle: str) -> bool:
    """Ends another session of this account; False where there is no such living one."""
    found = [
        one.token_hash for one in await own_sessions(change.session, who, at=change.at) if handle_of(one) == handle
    ]
    if not found or found[0] == who.session.token_hash:
        return False
    ended = update(WebSession).where(col(WebSession.token_hash) == found[0]).values(ended_at=change.at)
    await change.session.execute(ended)
    change.audit("end_session", "staff", who.staff.id, new={"sessions": 1})
    return True


async def end_other_sessions(change: Change, who: SignedIn) -> int:
    """Ends every session of this account but this one; gives their number."""
    others = (
        col(WebSession.staff_id) == who.staff.id,
        col(WebSession.token_hash) != who.session.token_hash,
        *living_session(change.at),
    )
    ended: CursorResult[object] = await change.session.execute(  # type: ignore[assignment]
        update(WebSession).where(*others).values(ended_at=change.at)
    )
    change.audit("end_session", "staff", who.staff.id, new={"sessions": ended.rowcount})
    return ended.rowcount


async def change_password(
    store: Store, desk: PasswordDesk, who: SignedIn, *, current: str, password: str, at: datetime
) -> None:
    """A new password, for which the old one or a code is asked; every other session ends.

    Raises WeakPasswordError, ProofRefusedError, ThrottledError.
    """
    check_password(password, who.staff.name)
    name_hash = await check_owner(store, desk, who, current, at=at)
    hashed = await desk.hashed(password)
    async with store.change(at=at, actor=who.actor) as change:
        await forget_failures(change, name_hash)
        await change.session.execute(update(Staff).where(col(Staff.id) == who.staff.id).values(password_hash=hashed))
        change.audit("change_password", "staff", who.staff.id)
        await end_other_sessions(change, who)
