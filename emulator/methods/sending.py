"""Sending: texts, photos, documents, copies, the typing indicator, and the answer to a tap."""

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.chats import Chat, Message
from emulator.entities import length, parse
from emulator.files import StoredFile, picture_type
from emulator.keyboards import checked, is_inline
from emulator.params import Params, Upload
from emulator.refusals import QUERY_TOO_OLD, bad_request
from emulator.updates import TAP_LIVES
from emulator.views import Toast, keyboard_view
from emulator.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_RAW = 32 * 1024
LONGEST_TOAST = 200
KNOWN = (
    "link_preview_options",
    "disable_web_page_preview",
    "allow_sending_without_reply",
    "message_thread_id",
    "business_connection_id",
    "message_effect_id",
    "allow_paid_broadcast",
)


def words(params: Params, name: str, entities: str, longest: int) -> tuple[str, list[dict[str, Any]]]:
    """The parsed text of a parameter and its entities; 400 when it is too long."""
    raw = params.text(name)
    if len(raw.encode()) > LONGEST_RAW:
        raise bad_request("Text is too long")
    plain, found = parse(raw, params.text("parse_mode"), params.decoded(entities))
    if length(plain) > longest:
        raise bad_request("message caption is too long" if name == "caption" else "message is too long")
    return plain, found


async def send_message(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    text, entities = words(params, "text", "entities", LONGEST_TEXT)
    if not text:
        raise bad_request("message text is empty")
    return post(world, chat, params, text=text, entities=entities)


async def send_photo(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    caption, entities = words(params, "caption", "caption_entities", LONGEST_CAPTION)
    params.accept("show_caption_above_media", "has_spoiler")
    photo = stored_file(world, params, "photo", "photos")
    if picture_type(photo.data) is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return post(world, chat, params, photo=photo, caption=caption, entities=entities)


async def send_document(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    caption, entities = words(params, "caption", "caption_entities", LONGEST_CAPTION)
    params.accept("thumbnail", "disable_content_type_detection")
    document = stored_file(world, params, "document", "documents")
    return post(world, chat, params, document=document, caption=caption, entities=entities)


async def copy_message(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    source = world.chat(params.integer("from_chat_id")).get(params.integer("message_id"))
    if source is None:
        raise bad_request("message to copy not found")
    content: dict[str, Any] = {"text": source.text, "photo": source.photo, "document": source.document}
    copied = post(world, chat, params, **content, caption=source.caption, entities=source.entities)
    return {"message_id": copied["message_id"]}


def chat_id(params: Params) -> int:
    if not params.has("chat_id"):
        raise bad_request("chat_id is empty")
    return params.integer("chat_id")


def stored_file(world: World, params: Params, name: str, folder: str) -> StoredFile:
    """The uploaded file, or the one a file id names; 400 otherwise."""
    given = params.file(name)
    if isinstance(given, Upload) and given.data:
        return world.files.keep(given.name, given.mime, given.data, folder)
    stored = world.files.get(given) if isinstance(given, str) else None
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified" if given else f"there is no {name} in the request")
    return stored


def post(world: World, chat: Chat, params: Params, **content: Any) -> dict[str, Any]:
    """Adds the bot's message to the chat and shows it; answers the Message object."""
    params.accept(*KNOWN)
    markup = checked(params.decoded("reply_markup"))
    reply_to = _replied(chat, params)
    at = world.now()
    world.limits.spend(chat.id, at)
    message = Message(
        chat.take_id(),
        chat.id,
        from_bot=True,
        sender=world.bot(),
        at=at,
        markup=markup if is_inline(markup) else None,
        silent=params.flag("disable_notification"),
        protected=params.flag("protect_content"),
        reply_to=reply_to,
        **content,
    )
    _arrive(world, chat, message, markup)
    return message.payload(chat)


def _arrive(world: World, chat: Chat, message: Message, markup: dict[str, Any] | None) -> None:
    person = world.people.get(chat.id)
    message.arrived = not (person and person.offline)
    chat.add(message)
    if world.keep_history and message.arrived:
        world.notify(message)
    if markup and not is_inline(markup):
        chat.keyboard = None if markup.get("remove_keyboard") else markup
        world.events.add("keyboard", chat.id, {"rows": keyboard_view(chat.keyboard).rows})
    world.show(message)


def _replied(chat: Chat, params: Params) -> int | None:
    given = params.decoded("reply_parameters")
    target = int(given["message_id"]) if isinstance(given, dict) else params.integer("reply_to_message_id")
    if not target:
        return None
    if chat.get(target) is None and not (isinstance(given, dict) and given.get("allow_sending_without_reply")):
        raise bad_request("message to be replied not found")
    return target


async def send_chat_action(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    params.accept("message_thread_id", "business_connection_id")
    world.events.add("typing", chat.id, {"action": params.text("action")})
    return True


async def answer_callback_query(world: World, params: Params) -> object:
    query, text = params.text("callback_query_id"), params.text("text")
    params.accept("url", "cache_time")
    if len(text) > LONGEST_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = world.take_tap(query)
    if tap is None or world.now() - tap.at >= TAP_LIVES:
        raise bad_request(QUERY_TOO_OLD)
    toast = Toast(query, text, params.flag("show_alert"), world.now())
    if text:
        world.toast(tap.user, toast)
    answer = {"callback_query_id": query, "message_id": tap.message_id, "text": text, "alert": toast.alert}
    world.events.add("answer", tap.user, answer)
    return True


METHODS: dict[str, Callable[[World, Params], Awaitable[object]]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "copyMessage": copy_message,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
}
