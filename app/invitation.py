"""An invitation as it is handed over: the link for one use and its QR code."""

import io
from datetime import datetime

import segno

from actions.enrolment import Invited, link_of
from actions.staff_chat import StaffInvited
from models.session import Change


async def invitation_values(change: Change, invited: Invited) -> dict[str, object]:
    """Link (None until the bot has run once), start code and the moment it ends; for scripts."""
    values = await _values(change, invited.token, invited.invitation.expires_at)
    return {**values, "role": invited.invitation.role}


async def staff_invitation_values(change: Change, invited: StaffInvited) -> dict[str, object]:
    """The same for a chat of staff."""
    return await _values(change, invited.token, invited.invitation.expires_at)


async def _values(change: Change, token: str, expires_at: datetime) -> dict[str, object]:
    return {"link": await link_of(change, token), "start": f"/start {token}", "expires_at": expires_at}


def invitation_text(values: dict[str, object]) -> str:
    """The same for people, with the QR code of the link."""
    until = f"{values['expires_at']:%Y-%m-%d %H:%M}Z"
    if values["link"] is None:
        return (
            f"For one use, until {until}; it is shown only now. Send this to the bot:\n\n  {values['start']}\n\n"
            "The link and its QR code are printed once `anshi run` has met the bot."
        )
    drawn = io.StringIO()
    segno.make(str(values["link"]), error="m").terminal(drawn, compact=True)
    return f"For one use, until {until}; it is shown only now:\n\n  {values['link']}\n\n{drawn.getvalue()}"
