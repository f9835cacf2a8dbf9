"""What the bot says of itself: names, descriptions, commands and menu button, per scope and language."""

import re
from typing import Any

from emulator.refusals import bad_request

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST = 100
LONGEST = 256


class Profile:
    """Texts by (kind, language) and commands by (scope, language); the language "" is the fallback."""

    def __init__(self, name: str) -> None:
        self._texts: dict[tuple[str, str], str] = {("name", ""): name}
        self._commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._menus: dict[int, dict[str, Any]] = {}

    def set_text(self, kind: str, language: str, text: str) -> None:
        self._texts[kind, language] = text

    def text(self, kind: str, language: str) -> str:
        return self._texts.get((kind, language)) or self._texts.get((kind, ""), "")

    def set_commands(self, scope: str, language: str, commands: object) -> None:
        """Keeps the checked commands; 400 in Telegram's words when one is malformed."""
        if not isinstance(commands, list):
            raise bad_request("can't parse list of bot commands")
        if len(commands) > MOST:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self._commands[scope, language] = [_command(command) for command in commands]

    def delete_commands(self, scope: str, language: str) -> None:
        self._commands.pop((scope, language), None)

    def commands(self, scope: str, language: str) -> list[dict[str, str]]:
        """Exactly what was set for this scope and language."""
        return self._commands.get((scope, language), [])

    def commands_seen(self, chat_id: int, language_code: str) -> list[dict[str, str]]:
        """What a person sees in a private chat: the chat's own, then all private chats, then the default."""
        short = language_code.split("-")[0].lower()
        for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
            for language in (short, ""):
                if found := self._commands.get((scope, language)):
                    return found
        return []

    def set_menu(self, chat_id: int, button: dict[str, Any]) -> None:
        self._menus[chat_id] = button

    def menu(self, chat_id: int) -> dict[str, Any]:
        return self._menus.get(chat_id) or self._menus.get(0) or {"type": "commands"}


def scope_name(scope: Any) -> str:
    """A name for a BotCommandScope object; "default" when absent."""
    if not isinstance(scope, dict):
        return "default"
    kind = str(scope.get("type", "default"))
    return f"{kind}:{scope['chat_id']}" if "chat_id" in scope else kind


def _command(given: Any) -> dict[str, str]:
    fields = given if isinstance(given, dict) else {}
    name, words = str(fields.get("command", "")).removeprefix("/"), str(fields.get("description", ""))
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(words) <= LONGEST:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": words}
