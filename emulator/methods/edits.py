"""Changing what was sent: edits, deletions, reactions and pins."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from emulator.chats import Chat, Message
from emulator.keyboards import checked, is_inline
from emulator.methods.sending import KNOWN, LONGEST_CAPTION, LONGEST_TEXT, chat_id, words
from emulator.params import Params
from emulator.refusals import NOT_MODIFIED, bad_request
from emulator.world import World

DELETABLE = timedelta(hours=48)
MOST_DELETED = 100


async def edit_text(world: World, params: Params) -> object:
    chat, message = _editable(world, params)
    text, entities = words(params, "text", "entities", LONGEST_TEXT)
    if not text:
        raise bad_request("message text is empty")
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, chat, message, params, {"text": text, "entities": entities})


async def edit_caption(world: World, params: Params) -> object:
    chat, message = _editable(world, params)
    caption, entities = words(params, "caption", "caption_entities", LONGEST_CAPTION)
    params.accept("show_caption_above_media")
    if message.photo is None and message.document is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, chat, message, params, {"caption": caption, "entities": entities})


async def edit_markup(world: World, params: Params) -> object:
    chat, message = _editable(world, params)
    return _edit(world, chat, message, params, {})


def _editable(world: World, params: Params) -> tuple[Chat, Message]:
    chat = world.open_to_bot(chat_id(params))
    message = chat.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, params: Params, change: dict[str, Any]) -> object:
    params.accept(*KNOWN)
    markup = checked(params.decoded("reply_markup"))
    if markup and not is_inline(markup):
        raise bad_request("inline keyboard expected")
    before = message.content()
    kept = {"text": message.text, "caption": message.caption, "entities": message.entities} | change
    if (kept["text"], kept["caption"], kept["entities"], markup) == before:
        raise bad_request(NOT_MODIFIED)
    at = world.now()
    world.limits.spend(chat.id, at)
    message.text, message.caption, message.entities = kept["text"], kept["caption"], kept["entities"]
    message.markup = markup
    message.edited_at = at
    world.show(message)
    return message.payload(chat)


async def delete_message(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    message = chat.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if world.now() - message.at > DELETABLE:
        raise bad_request("message can't be deleted")
    _delete(world, message)
    return True


async def delete_messages(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    ids = params.decoded("message_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_DELETED:
        raise bad_request(
            "message identifiers are not specified" if not ids else "too many message identifiers specified"
        )
    for message in (chat.get(int(number)) for number in ids):
        if message is not None and world.now() - message.at <= DELETABLE:
            _delete(world, message)
    return True


def _delete(world: World, message: Message) -> None:
    message.deleted = True
    world.show(message)


async def set_reaction(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    params.decoded("reaction")
    params.accept("is_big")
    if chat.get(params.integer("message_id")) is None:
        raise bad_request("message to react not found")
    return True


async def pin(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    params.accept("disable_notification", "business_connection_id")
    message = chat.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    chat.pinned.add(message.id)
    return True


async def unpin(world: World, params: Params) -> object:
    chat = world.open_to_bot(chat_id(params))
    params.accept("business_connection_id")
    if not params.has("message_id"):
        chat.pinned.clear()
    chat.pinned.discard(params.integer("message_id"))
    return True


METHODS: dict[str, Callable[[World, Params], Awaitable[object]]] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_reaction,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin,
}
