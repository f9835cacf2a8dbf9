"""Messages kept for staff: what a participant writes, shows or says unasked, and what its words call for.

Red words can only raise an alert: nothing that a text says closes or lowers one, and nothing is answered by it.
"""

import json
from dataclasses import dataclass
from typing import Final

from actions.alerts import open_alert
from actions.hearing import Heard
from actions.safety import act_on
from models.identity import ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.site import Site
from protocol.screens import Answer, Emergency
from protocol.taps import Media, MediaKind
from protocol.terms import AlertKind, Level
from protocol.triage import Reason, ReasonKind, Triage, triage_of_text

TEXT: Final = "text"
VOMITED: Final = "vomited_dose"
"""The red words of the protocol file that have an alert of their own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, and what its words say. `message_id` is None where there was nothing to keep."""

    triage: Triage
    message_id: str | None = None


async def keep_text(heard: Heard, text: str) -> Kept:
    """Keeps a text, sealed, tells staff of it, and does what its words call for."""
    if not text.strip():
        return Kept(Triage())
    return await _keep(heard, TEXT, text, triage_of_text(text, heard.trial))


async def keep_media(heard: Heard, media: Media) -> Kept:
    """Keeps where a photo, voice message or file is to be had, and its caption. A photo is fetched after the commit."""
    body = json.dumps({"reference": media.reference, "caption": media.caption})
    has_text = bool(media.caption.strip())
    kept = await _keep(heard, media.kind, body, triage_of_text(media.caption, heard.trial), has_text=has_text)
    if media.kind is MediaKind.PHOTO and kept.message_id is not None:
        heard.change.session.add(
            KeptPhoto(
                message_id=kept.message_id,
                participant_id=heard.participant.id,
                state=PhotoState.WAITING,
                due_at=heard.at,
            )
        )
    return kept


async def takes_photos(heard: Heard) -> bool:
    """Whether the participant's site takes photos; by default none does."""
    site = await heard.change.session.get_one(Site, heard.participant.site_code)
    return site.takes_photos


async def _keep(heard: Heard, kind: str, body: str, triage: Triage, *, has_text: bool = True) -> Kept:
    row_id = heard.change.new_id()
    message = ParticipantMessage(
        id=row_id,
        participant_id=heard.participant.id,
        link_id=heard.chat.link_id,
        kind=str(kind),
        body=heard.change.vault.seal(f"participant_message.body/{row_id}", body),
        has_text=has_text,
        received_at=heard.at,
        tier=triage.tier if triage.reasons else None,
        cause_key=heard.cause_key,
        unheard=kind == MediaKind.VOICE,
    )
    heard.change.session.add(message)
    await heard.change.session.flush()
    heard.change.owe(message, participant_id=heard.participant.id)
    heard.change.audit(
        "keep_message", "participant_message", row_id, participant_id=heard.participant.id, new={"kind": str(kind)}
    )
    # What rings for its words needs not ring a second time for being a message; it stays on the worklist.
    level = Level.TASK if triage.reasons else None
    await open_alert(heard.change, AlertKind.MESSAGE, heard.participant, level=level, message_id=row_id)
    await _heed(heard, row_id, triage)
    return Kept(triage, row_id)


async def _heed(heard: Heard, message_id: str, triage: Triage) -> None:
    """An alert for each reason; a vomited dose has a kind of its own."""
    vomited = [reason for reason in triage.reasons if _is_vomited(reason)]
    others = [reason for reason in triage.reasons if not _is_vomited(reason)]
    for kind, reasons in ((AlertKind.WORDS, others), (AlertKind.VOMITED_DOSE, vomited)):
        if reasons:
            await act_on(heard.change, heard.participant, heard.trial, reasons, message_id=message_id, kind=kind)


def _is_vomited(reason: Reason) -> bool:
    return reason.kind is ReasonKind.WORDS and reason.key == VOMITED


def emergency_of(kept: Kept) -> list[Answer]:
    """The emergency text, where the words call for it: before anything else."""
    return [Answer(Emergency())] if kept.triage.emergency else []
