"""Who a participant is: name and phone, opened for a named person who says why; the audit keeps both."""

from dataclasses import dataclass

from models.identity import Identity
from models.participant import Participant
from models.session import Change


class NoIdentityError(ValueError):
    """Nothing is kept, or no reason was given."""


@dataclass(frozen=True, slots=True)
class Known:
    """As it was typed at the enrolment; either may be empty."""

    name: str
    phone: str


async def reveal(change: Change, participant: Participant, reason: str) -> Known:
    """Raises NoIdentityError."""
    if not reason.strip():
        raise NoIdentityError("a reason is needed")
    row = await change.session.get(Identity, participant.id)
    if row is None:
        raise NoIdentityError(f"no identity is kept for {participant.code}")
    one = participant.id
    change.audit("reveal_identity", "identity", one, participant_id=one, reason=reason.strip())
    vault = change.vault
    return Known(vault.open(f"identity.name/{one}", row.name), vault.open(f"identity.phone/{one}", row.phone))
