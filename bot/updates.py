"""What an update is to us: something a person said in a private chat, a chat blocked or opened, or nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext.filters import StatusUpdate

from bot.callback_data import decode
from protocol.taps import Command, Intent, Media, MediaKind, Typed, Verb

TEXT_CHARACTERS_MAX: Final = 4096  # Bot API, Message.text
CODED: Final = (Verb.STAFF_WHO, Verb.STAFF_ADHERENCE, Verb.STAFF_ANSWER)
GONE: Final = {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something a person said. `press` is the id to answer a tap by, `message` the one tapped or written."""

    update_id: int
    user_id: int
    chat_id: int
    language_code: str  # IETF tag of the client, or empty
    intent: Intent
    press: str = ""
    message: str = ""
    sent_at: datetime | None = None  # None for a tap: Telegram does not say
    about: str = ""  # the one participant's code on the buttons of the message of ours that this replies to


@dataclass(frozen=True, slots=True)
class Membership:
    """A person blocked the bot, or let it in again."""

    update_id: int
    user_id: int
    blocked: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us. `leave_chat` is a group we were put into; `press` still wants its answer."""

    update_id: int
    reason: str
    leave_chat: int | None = None
    press: str = ""


class _Refused(Exception):  # noqa: N818  not an error: the way out of reading
    """This update is nothing for us."""

    def __init__(self, reason: str, *, leave_chat: int | None = None, press: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.leave_chat = leave_chat
        self.press = press


def read_update(update: Update) -> Incoming | Membership | Ignored:
    """Reads one parsed update; never from an edited or forwarded message, a group, a channel or a bot."""
    try:
        return _read(update)
    except _Refused as no:
        return Ignored(update.update_id, no.reason, no.leave_chat, no.press)


def _read(update: Update) -> Incoming | Membership:
    if update.message is not None:
        return _message(update.update_id, update.message)
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    raise _Refused(_kind(update))


def _kind(update: Update) -> str:
    known = (kind for kind in Update.ALL_TYPES if getattr(update, kind, None) is not None)
    return next(known, "unknown_kind")


def _person(chat: Chat, user: User | None) -> User:
    """The one whose private chat this is."""
    if chat.type == ChatType.CHANNEL:
        raise _Refused("channel", leave_chat=chat.id)
    if chat.type != ChatType.PRIVATE:
        raise _Refused("group", leave_chat=chat.id)
    if user is None or chat.id != user.id:
        raise _Refused("not_their_chat")
    if user.is_bot:
        raise _Refused("bot")
    return user


def _message(update_id: int, message: Message) -> Incoming:
    user = _person(message.chat, message.from_user)
    if message.forward_origin is not None:
        raise _Refused("forwarded")
    if message.via_bot is not None:
        raise _Refused("via_bot")
    return Incoming(
        update_id,
        user.id,
        message.chat.id,
        user.language_code or "",
        _said(update_id, message),
        message=str(message.message_id),
        sent_at=message.date,
        about=_about(message.reply_to_message),
    )


def _about(replied_to: Message | None) -> str:
    """Whom a message of ours was about. A code is no secret, and whoever names it is asked whether they may."""
    sender = None if replied_to is None else replied_to.from_user
    if replied_to is None or replied_to.reply_markup is None or sender is None or not sender.is_bot:
        return ""
    buttons = [button for row in replied_to.reply_markup.inline_keyboard for button in row]
    taps = [decode(button.callback_data) for button in buttons if isinstance(button.callback_data, str)]
    codes = {tap.argument for tap in taps if tap is not None and tap.verb in CODED}
    return codes.pop() if len(codes) == 1 else ""


def _said(update_id: int, message: Message) -> Intent:
    if message.text is not None:
        return _text(message.text[:TEXT_CHARACTERS_MAX])
    if StatusUpdate.ALL.check_update(Update(update_id, message=message)):
        raise _Refused("service")
    kind, reference = _attachment(message)
    return Media(kind, reference, (message.caption or "")[:TEXT_CHARACTERS_MAX])


def _text(text: str) -> Intent:
    words = text[1:].split(maxsplit=1) if text.startswith("/") and not text[1:2].isspace() else []
    name = words[0].partition("@")[0].lower() if words else ""
    if not name:
        return Typed(text)
    return Command(name, words[1].strip() if words[1:] else "")


def _attachment(message: Message) -> tuple[MediaKind, str]:
    if message.photo:
        return MediaKind.PHOTO, max(message.photo, key=lambda size: size.width * size.height).file_id
    if heard := message.voice or message.audio or message.video_note:
        return MediaKind.VOICE, heard.file_id
    other = message.document or message.video or message.sticker or message.animation
    return MediaKind.OTHER, other.file_id if other else ""


def _tap(update_id: int, query: CallbackQuery) -> Incoming:
    if query.inline_message_id is not None:
        raise _Refused("inline")
    if query.message is None:
        raise _Refused("no_message", press=query.id)
    user = _person(query.message.chat, query.from_user)
    tap = decode(query.data or "")
    if tap is None:
        raise _Refused("unknown_button", press=query.id)
    return Incoming(
        update_id,
        user.id,
        query.message.chat.id,
        user.language_code or "",
        tap,
        press=query.id,
        message=str(query.message.message_id),
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Membership:
    gone = change.new_chat_member.status in GONE
    if gone and change.chat.type != ChatType.PRIVATE:
        raise _Refused("group")  # left already
    user = _person(change.chat, change.from_user)
    return Membership(update_id, user.id, blocked=gone)
