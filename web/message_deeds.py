"""Messages as actions of the pages: what a participant wrote is read by a named person, and staff write to them."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from actions.messages_read import Opened, read_message
from actions.staff_messages import MessageRefusedError, write_to
from models.access import AccessDeniedError, access_message
from models.identity import ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.session import Change
from protocol.standing import may_be_written_to
from protocol.taps import MediaKind
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.deed_groups import DeedGroup
from web.permissions import Permission
from web.rendering import frame_of, render

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Read:
    """One message and what it says."""

    message: ParticipantMessage
    opened: Opened
    photo: PhotoState | None  # of a photo: waiting to be fetched, kept, refused or erased


async def _messages(asking: Asking) -> list[tuple[str, str]]:
    """Id and label of the newest, those that nobody has read first; never what they say."""
    query = select(ParticipantMessage).where(ParticipantMessage.participant_id == asking.person.id)
    async with asking.desk.store.read() as session:
        newest = list(await session.scalars(query.order_by(col(ParticipantMessage.received_at).desc()).limit(SHOWN)))
    return [(one.id, _label(asking, one)) for one in sorted(newest, key=lambda one: one.read_at is not None)]


def _label(asking: Asking, one: ParticipantMessage) -> str:
    say, at = asking.say, asking.dates.moment(one.received_at, asking.tz)
    kinds = {MediaKind.PHOTO: say("photo"), MediaKind.VOICE: say("voice message")}
    kind = kinds.get(MediaKind(one.kind), say("file")) if one.kind in set(MediaKind) else say("text")
    read = say("not read yet") if one.read_at is None else say("read by %(name)s") % {"name": one.read_by}
    return f"{at} · {kind} · {read}"


async def _read_form(asking: Asking) -> Form:
    found = await _messages(asking)
    hint = "" if found else asking.say("This participant has not written yet.")
    options = tuple(found) or (("", "–"),)
    return [Group((Field("message", asking.say("Message"), FieldKind.CHOICE, options=options, hint=hint),))]


async def _read(change: Change, asking: Asking, typed: Typed) -> Read:
    message = await access_message(change.session, change.actor, typed["message"])
    photo = await change.session.get(KeptPhoto, message.id)
    return Read(*await read_message(change, message.id, asking.who.staff), photo.state if photo else None)


async def _show(request: Request, asking: Asking, made: Read) -> Response:
    page: Response = render(
        request, "message.html", frame=await frame_of(request), person=asking.person, made=made, tz=asking.tz
    )
    return page


async def _write_form(asking: Asking) -> Form:
    say = asking.say
    hint = say("It leaves this system over Telegram: no name of a drug, an illness or a hospital, and no result.")
    answers = (("", "–"), *await _messages(asking))
    return [
        Group(
            (
                Field("text", say("Message"), FieldKind.LONG, hint=hint),
                Field("answers", say("It answers"), FieldKind.CHOICE, options=answers, required=False),
            )
        )
    ]


async def _write(change: Change, asking: Asking, typed: Typed) -> None:
    answers = await access_message(change.session, change.actor, typed["answers"]) if typed["answers"] else None
    try:
        await write_to(change, asking.person, typed["text"], asking.who.staff, trial=asking.desk.trial, answers=answers)
    except MessageRefusedError as error:
        if error.word is not None:
            told = asking.say("“%(word)s” may not stand in a chat; say it in another way, or call.")
            raise WrongError("text", told % {"word": error.word}) from None
        if error.too_long:
            raise WrongError("text", asking.say("This is too long for a chat.")) from None
        raise


MESSAGE_DEEDS: Final = (
    Deed(
        "read-message", Permission.RECORD, _read_form, _read, DeedGroup.CHAT, (AccessDeniedError,), shows=_show,
    ),
    Deed(
        "message", Permission.RECORD, _write_form, _write, DeedGroup.CHAT, (MessageRefusedError, AccessDeniedError),
        offered=lambda person: may_be_written_to(person.state),
    ),
)  # fmt: skip
