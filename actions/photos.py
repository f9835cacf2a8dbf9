"""Photos of participants: which to fetch, what was fetched, what was refused, and erasing what has been reviewed."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import func, select, text, update
from sqlmodel import col

from models.identity import ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.session import Change, Store
from models.statements import Statement
from models.tables import table_of

ATTEMPTS_MAX: Final = 10
RETRY_AFTER: Final = timedelta(seconds=30)  # times the attempts so far
BATCH: Final = 10

_PHOTO: Final = table_of(KeptPhoto)
_NEXT: Final = Statement(select(func.min(_PHOTO.c.due_at).label("next_at")).where(text("due_at IS NOT NULL")))


class NoPhotoError(ValueError):
    """There is no photo here that could be looked at."""


@dataclass(frozen=True, slots=True)
class ToFetch:
    """One photo to be fetched. `last`: when this fails too, it is given up."""

    message_id: str
    reference: str
    last: bool


async def next_photo_at(store: Store) -> datetime | None:
    """When the next photo is to be fetched; None when none waits."""
    (found,) = await store.look(_NEXT)
    return cast("datetime | None", found.next_at)


async def take_due_photos(change: Change) -> Sequence[ToFetch]:
    """Those whose time has come; whoever takes them has until the next attempt to fetch them."""
    due = (
        select(col(KeptPhoto.message_id))
        .where(col(KeptPhoto.due_at) <= change.at)
        .order_by(col(KeptPhoto.due_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    photos = list(await change.session.scalars(select(KeptPhoto).where(col(KeptPhoto.message_id).in_(due))))
    for photo in photos:
        photo.attempts += 1
        photo.due_at = change.at + RETRY_AFTER * photo.attempts
    return [
        ToFetch(photo.message_id, await _reference(change, photo), photo.attempts >= ATTEMPTS_MAX) for photo in photos
    ]


async def _reference(change: Change, photo: KeptPhoto) -> str:
    message = await change.session.get_one(ParticipantMessage, photo.message_id)
    body = json.loads(change.vault.open(f"participant_message.body/{message.id}", message.body))
    return str(body["reference"])


async def keep_photo(change: Change, message_id: str, picture: bytes) -> None:
    """Seals a fetched picture; a second process that has fetched it too changes nothing."""
    await _end(change, message_id, PhotoState.KEPT, _sealed(change, message_id, picture))


async def refuse_photo(change: Change, message_id: str, reason: str) -> None:
    """It cannot be kept; staff read why. `reason` says nothing of what it shows."""
    await _end(change, message_id, PhotoState.REFUSED, None, reason)


def _sealed(change: Change, message_id: str, picture: bytes) -> str:
    return change.vault.seal(f"kept_photo.picture/{message_id}", base64.b64encode(picture).decode())


async def _end(change: Change, message_id: str, state: PhotoState, picture: str | None, reason: str = "") -> None:
    values = {"state": state, "picture": picture, "reason": reason, "due_at": None, "kept_at": change.at}
    waiting = (col(KeptPhoto.message_id) == message_id, col(KeptPhoto.state) == PhotoState.WAITING)
    ended = await change.session.execute(update(KeptPhoto).where(*waiting).values(**values))
    if getattr(ended, "rowcount", 0):
        message = await change.session.get_one(ParticipantMessage, message_id)
        change.audit(f"photo_{state}", "kept_photo", message_id, participant_id=message.participant_id, reason=reason)


async def picture_of(change: Change, message_id: str) -> bytes:
    """The picture of a message, opened for a member of staff. Raises NoPhotoError."""
    photo = await change.session.get(KeptPhoto, message_id)
    if photo is None or photo.picture is None:
        raise NoPhotoError(f"message {message_id} has no photo that is kept")
    change.audit("look_at_photo", "kept_photo", message_id, participant_id=photo.participant_id)
    return base64.b64decode(change.vault.open(f"kept_photo.picture/{message_id}", photo.picture))


async def erase_reviewed(change: Change, message_id: str, by: str) -> KeptPhoto:
    """A named member of staff has reviewed it: the picture goes, that there was one stays. Raises NoPhotoError."""
    photo = await change.session.get(KeptPhoto, message_id, with_for_update=True)
    if photo is None or photo.state is not PhotoState.KEPT:
        raise NoPhotoError(f"message {message_id} has no photo that is kept")
    photo.state, photo.picture = PhotoState.ERASED, None
    photo.reviewed_at, photo.reviewed_by = change.at, by
    change.audit("erase_photo", "kept_photo", message_id, participant_id=photo.participant_id)
    return photo
