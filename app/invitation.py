"""An invitation as it is handed over: the link for one use and its QR code."""

import io

import segno

from actions.enrolment import Invited
from models.inbox import Note
from models.session import Change

BOT_USERNAME = "bot_username"  # written by the running bot


async def invitation_values(change: Change, invited: Invited) -> dict[str, object]:
    """Link (None until the bot has run once), start code and the moment it ends; for scripts."""
    note = await change.session.get(Note, BOT_USERNAME)
    link = f"https://t.me/{note.value}?start={invited.token}" if note and note.value else None
    return {
        "link": link,
        "start": f"/start {invited.token}",
        "role": invited.invitation.role,
        "expires_at": invited.invitation.expires_at,
    }


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
