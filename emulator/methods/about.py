"""What the bot says of itself and asks of chats: commands, names, descriptions, menu button, getChat, leaveChat."""

from collections.abc import Awaitable, Callable

from emulator.methods.sending import chat_id
from emulator.params import Params
from emulator.profile import scope_name
from emulator.refusals import bad_request, forbidden
from emulator.world import World

TEXTS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}

Method = Callable[[World, Params], Awaitable[object]]


async def set_commands(world: World, params: Params) -> object:
    scope, language = scope_name(params.decoded("scope")), _language(params)
    world.profile.set_commands(scope, language, params.decoded("commands"))
    world.events.add("commands", None, {})
    return True


async def get_commands(world: World, params: Params) -> object:
    return world.profile.commands(scope_name(params.decoded("scope")), _language(params))


async def delete_commands(world: World, params: Params) -> object:
    world.profile.delete_commands(scope_name(params.decoded("scope")), _language(params))
    world.events.add("commands", None, {})
    return True


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):  # noqa: PLR2004
        raise bad_request("invalid language code specified")
    return language


def _setter(name: str, longest: int) -> Method:
    async def set_text(world: World, params: Params) -> object:
        text = params.text(name)
        if len(text) > longest:
            raise bad_request(f"{name} is too long")
        world.profile.set_text(name, _language(params), text)
        return True

    return set_text


def _getter(name: str) -> Method:
    async def get_text(world: World, params: Params) -> object:
        return {name: world.profile.text(name, _language(params))}

    return get_text


async def set_menu(world: World, params: Params) -> object:
    button = params.decoded("menu_button")
    world.profile.set_menu(params.integer("chat_id"), button if isinstance(button, dict) else {"type": "default"})
    return True


async def get_menu(world: World, params: Params) -> object:
    return world.profile.menu(params.integer("chat_id"))


async def get_chat(world: World, params: Params) -> object:
    chat = world.chat(chat_id(params))
    return chat.payload() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def leave_chat(world: World, params: Params) -> object:
    chat = world.chats.get(chat_id(params))
    if chat is None or chat.kind == "private":
        raise bad_request("chat not found")
    if not chat.has_bot:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    chat.has_bot = False
    moved = chat.moved(world.bot(), world.bot(), "member", "left", world.now())
    world.updates.push("my_chat_member", moved, f"chat:{chat.id}")
    return True


METHODS: dict[str, Method] = {
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setChatMenuButton": set_menu,
    "getChatMenuButton": get_menu,
    "getChat": get_chat,
    "leaveChat": leave_chat,
}
METHODS |= {f"setMy{title}": _setter(name, longest) for title, (name, longest) in TEXTS.items()}
METHODS |= {f"getMy{title}": _getter(name) for title, (name, _) in TEXTS.items()}
