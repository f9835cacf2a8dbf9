"""The alarm: a red report is answered by the approved emergency text when it arrives, before it is kept or handled.

The text claims nothing: whether the report was recorded is said by its handled answer. So it waits for no commit, no
quiet hours and no database. Only Telegram's own pause can hold it, and then a tap is answered by a modal meanwhile. A
process that dies before it was shown handles the update after the restart, and shows it then.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.application import MalformedUpdateError, read_raw
from bot.known_chats import KnownChats
from bot.receiving import Keep
from bot.updates import Incoming
from messages.courier import Courier, DeliveryError, Wording
from protocol.screens import Reader
from protocol.terms import Lane

REMEMBERED: Final = 4096  # updates; a redelivered one comes within seconds
AT_ONCE: Final = 256  # flashes under way; what is beyond is left to the handling
TRIES: Final = 5  # each one after a pause that Telegram has asked for
HELD_AFTER: Final = 1.0  # seconds; a text that has not left by then is held
CLOSING: Final = 3.0  # seconds for what is under way when the process ends

log = logging.getLogger("anshi.bot")


class Alarm:
    """`is_red` judges what one person said; `text` and `modal` word the emergency text, whole and in a few words."""

    def __init__(
        self,
        bot: Any,
        courier: Courier,
        known: KnownChats,
        is_red: Callable[[Incoming], bool],
        text: Callable[[Reader], Wording],
        modal: Callable[[Reader], str],
        is_held: Callable[[], bool],
    ) -> None:
        self._bot = bot
        self._courier = courier
        self._known = known
        self._is_red = is_red
        self._text = text
        self._modal = modal
        self._is_held = is_held
        self._flashes: OrderedDict[int, asyncio.Task[bool]] = OrderedDict()  # by update
        self._sending: dict[int, asyncio.Task[bool]] = {}  # by chat

    def before(self, keep: Keep) -> Keep:
        """Keeps updates as `keep` does, and looks at them first."""

        async def look_and_keep(updates: Sequence[Mapping[str, Any]]) -> None:
            self.look(updates)
            await keep(updates)

        return look_and_keep

    def look(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Starts to answer what is red, once per update. Waits for nothing, and no update can make it fail."""
        for raw in updates:
            read = self._reading(raw)
            if read is not None and read.update_id not in self._flashes:
                self._start(read)

    def answers(self, update_id: int) -> bool:
        """Whether the press of this update is answered here."""
        return update_id in self._flashes

    async def has_shown(self, update_id: int) -> bool:
        """Whether the emergency text was sent for this update; waits while it is on its way. In doubt it was not."""
        flash = self._flashes.get(update_id)
        return flash is not None and await asyncio.shield(flash)

    async def close(self) -> None:
        """Gives what is under way a moment to leave."""
        under_way = {task for task in self._flashes.values() if not task.done()}
        if not under_way:
            return
        _, late = await asyncio.wait(under_way, timeout=CLOSING)
        for task in [*late, *self._sending.values()]:
            task.cancel()

    def _reading(self, raw: Mapping[str, Any]) -> Incoming | None:
        """What a person said in a private chat, where it is red."""
        try:
            read = read_raw(self._bot, raw)
            return read if isinstance(read, Incoming) and self._is_red(read) else None
        except MalformedUpdateError:
            return None  # set aside by the handling
        except Exception:
            log.exception("an update could not be looked at", extra={"action": "flash", "update_id": raw["update_id"]})
            return None

    def _start(self, read: Incoming) -> None:
        under_way = sum(not task.done() for task in self._flashes.values())
        if under_way >= AT_ONCE:
            log.error("too many red reports at once", extra={"action": "flash", "update_id": read.update_id})
            return
        self._flashes[read.update_id] = asyncio.ensure_future(self._flash(read))
        while len(self._flashes) > REMEMBERED:
            self._flashes.popitem(last=False)

    async def _flash(self, read: Incoming) -> bool:
        """Shows the text where this chat is known; True when Telegram has taken it.

        What has failed is forgotten: where the update comes again before it is handled, it is tried again.
        """
        shown = False
        try:
            reader = await self._known.find(read.user_id)
            if reader is None:
                await self._answer_press(read, "")
                return False
            sending = self._send(read, reader)
            if read.press:
                await asyncio.wait({sending}, timeout=0 if self._is_held() else HELD_AFTER)
                await self._answer_press(read, "" if sending.done() and sending.result() else self._modal(reader))
            shown = await asyncio.shield(sending)
        except Exception:
            log.exception(
                "a red report is left to its handling", extra={"action": "flash", "update_id": read.update_id}
            )
        if not shown:
            self._flashes.pop(read.update_id, None)
        return shown

    def _send(self, read: Incoming, reader: Reader) -> asyncio.Task[bool]:
        """The text on its way to this chat; what is said while it is held joins it."""
        found = self._sending.get(read.user_id)
        if found is None or found.done():
            found = self._sending[read.user_id] = asyncio.ensure_future(self._sent(read, reader))
            found.add_done_callback(lambda _: self._sending.pop(read.user_id, None))
        return found

    async def _sent(self, read: Incoming, reader: Reader) -> bool:
        wording = self._text(reader)
        for _ in range(TRIES):
            try:
                await self._courier.send(str(read.chat_id), wording, lane=Lane.ALERT)
            except DeliveryError as error:
                if error.retry_after is None:
                    log.warning(
                        "the emergency text is left to the handling: %s",
                        error.reason,
                        extra={"action": "flash", "update_id": read.update_id},
                    )
                    return False
            else:
                log.info("red report answered", extra={"action": "flash", "update_id": read.update_id})
                return True
        return False

    async def _answer_press(self, read: Incoming, text: str) -> None:
        if not read.press:
            return
        try:
            await self._courier.toast(read.press, text, modal=bool(text))
        except DeliveryError as error:
            log.info("a press was not answered: %s", error.reason, extra={"action": "flash"})
