"""A photo that a participant has sent: shown to whoever may record, and erased once a named person has seen it."""

from typing import Final

from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from actions.photos import NoPhotoError, erase_reviewed, picture_of
from models.access import AccessDeniedError, access_message, access_participant
from models.identity import ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.session import Change
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.deed_groups import DeedGroup
from web.desk import desk_of, signed_in
from web.errors import refusal
from web.permissions import Permission


async def show_photo(request: Request) -> Response:
    """The picture itself, a JPEG that we wrote; each look is audited. Nobody keeps a copy: the shield says no-store."""
    desk, who = desk_of(request), signed_in(request)
    code, message_id = request.path_params["code"], request.path_params["message_id"]
    try:
        async with desk.store.change(at=desk.now(), actor=who.actor) as change:
            person = await access_participant(change.session, who.actor, code)
            message = await access_message(change.session, who.actor, message_id)
            if message.participant_id != person.id:
                return refusal(request, 404)
            picture = await picture_of(change, message.id)
    except (AccessDeniedError, NoPhotoError):
        return refusal(request, 404)
    return Response(picture, media_type="image/jpeg", headers={"content-disposition": "inline"})


async def _kept(asking: Asking) -> list[tuple[str, str]]:
    """Id and label of the photos that nobody has reviewed, the oldest first."""
    query = (
        select(ParticipantMessage)
        .join(KeptPhoto, col(KeptPhoto.message_id) == col(ParticipantMessage.id))
        .where(col(ParticipantMessage.participant_id) == asking.person.id, KeptPhoto.state == PhotoState.KEPT)
        .order_by(col(ParticipantMessage.received_at))
    )
    async with asking.desk.store.read() as session:
        return [(one.id, asking.dates.moment(one.received_at, asking.tz)) for one in await session.scalars(query)]


async def _form(asking: Asking) -> Form:
    found = await _kept(asking)
    hint = "" if found else asking.say("No photo of this participant waits.")
    options = tuple(found) or (("", "–"),)
    return [Group((Field("photo", asking.say("Photo"), FieldKind.CHOICE, options=options, hint=hint),))]


async def _reviewed(change: Change, asking: Asking, typed: Typed) -> None:
    message = await access_message(change.session, change.actor, typed["photo"])
    if message.participant_id != asking.person.id:
        raise WrongError("photo", asking.say("There is no such photo of this participant."))
    await erase_reviewed(change, message.id, asking.who.staff.name)


PHOTO_DEED: Final = Deed(
    "photo-reviewed", Permission.RECORD, _form, _reviewed, DeedGroup.CHAT, (NoPhotoError, AccessDeniedError)
)
