"""Messages read by staff: opened for a named person, who then has read it. Reading closes no alert."""

import json
from dataclasses import dataclass

from models.identity import ParticipantMessage
from models.session import Change
from models.site import Staff
from protocol.taps import MediaKind

MEDIA = frozenset(MediaKind)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a message says: its text, or the caption of what was sent with it."""

    text: str
    media: MediaKind | None


async def read_message(change: Change, message_id: str, by: Staff) -> tuple[ParticipantMessage, Opened]:
    """Opens a message that this person may see; the first who does so has read it, and the audit names each one."""
    message = await change.session.get_one(ParticipantMessage, message_id, with_for_update=True)
    if message.read_at is None:
        message.read_at, message.read_by, message.read_role = change.at, by.name, by.role
        change.owe(message, participant_id=message.participant_id)
    change.audit("read_message", "participant_message", message.id, participant_id=message.participant_id)
    body = change.vault.open(f"participant_message.body/{message.id}", message.body)
    if message.kind not in MEDIA:
        return message, Opened(body, None)
    return message, Opened(str(json.loads(body)["caption"]), MediaKind(message.kind))
