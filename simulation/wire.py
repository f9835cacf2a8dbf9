"""The wire between the bot and Telegram: it knows what truly happened, and makes it go wrong on the way."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from emulator.refusals import ConnectionCut
from emulator.server import HTML_502, HTML_TYPE, JSON_TYPE, Answer, Emulator, refusal
from emulator.updates import LIVES
from simulation.evidence import Call, Delivered, Evidence, Received
from simulation.faults import FaultName, Faults

SHOWS = {"sendMessage": False, "editMessageText": True}
PATIENCE = 20.0  # seconds until a call without an answer is given up
SHARE = 0.012  # of calls that each fault spoils
CUT: Answer = (0, b"", {})


class Line(Protocol):
    """The process at our end of the wire."""

    async def point(self, name: str) -> None:
        """A place where it may die."""


class Wire:
    """Every call passes here. `down` is asked whether Telegram can be reached; `shown` hears what reaches a phone."""

    def __init__(self, emulator: Emulator, evidence: Evidence, faults: Faults, shown: Callable[[Delivered], None]):
        self.emulator = emulator
        self.evidence = evidence
        self.faults = faults
        self.is_down = self.is_revoked = False
        self._shown = shown
        self._number = 0
        self._noted = emulator.world.updates.next_id
        self._handed_out: list[dict[str, Any]] = []
        self._waiting: dict[int, Received] = {}  # taken from a phone, and not handed out yet
        self.arrived: Callable[[], None] = lambda: None
        self.meets: Callable[[int], Awaitable[bool]] = _lets_it_be

    def next_number(self) -> int:
        self._number += 1
        return self._number

    # --- calls of the bot

    async def call(self, line: Line, token: str, method: str, params: Mapping[str, object]) -> Answer:
        """One call, there and back. Raises ConnectionCut as the network does."""
        await line.point(f"before {method}")
        await self._travels()
        answer = await self._served(token, method, params)
        await self._travels()
        await line.point(f"after {method}")
        return answer

    async def _travels(self) -> None:
        await asyncio.sleep(0.02 + 0.2 * self.faults.random.random())

    async def _served(self, token: str, method: str, params: Mapping[str, object]) -> Answer:
        if self.is_revoked:
            return self._note(method, params, refusal(401, "Unauthorized"), took_effect=False)
        if self.is_down:
            self._note(method, params, CUT, took_effect=False)
            raise ConnectionCut(delivered=False)
        strikes = self.faults.strikes
        met = method == "sendMessage" and await self.meets(int(str(params["chat_id"])))
        if met or strikes(FaultName.NO_CONNECTION, SHARE):
            self._note(method, params, CUT, took_effect=False)
            raise ConnectionCut(delivered=False)
        if strikes(FaultName.FLOOD, SHARE):
            seconds = self.faults.random.randint(1, 60)
            words = f"Too Many Requests: retry after {seconds}"
            refused = refusal(429, words, {"retry_after": seconds})
            return self._note(method, params, refused, took_effect=False, pause=seconds)
        if method == "sendMessage" and strikes(FaultName.BAD_REQUEST, SHARE):
            refused = refusal(400, "Bad Request: can't parse entities")
            return self._note(method, params, refused, took_effect=False, staged=True)
        if strikes(FaultName.BAD_GATEWAY, SHARE):
            return self._note(method, params, (502, HTML_502, dict(HTML_TYPE)), took_effect=False)
        if strikes(FaultName.LATE_LOST, SHARE):
            await self._waits_in_vain(method, params, took_effect=False)
        answer = await self._taken(token, method, params)
        if strikes(FaultName.ERROR_DELIVERED, SHARE):
            code = self.faults.random.choice((500, 502, 503, 504))
            return self._note(method, params, (code, HTML_502, dict(HTML_TYPE)), took_effect=answer[0] == 200)  # noqa: PLR2004
        if strikes(FaultName.LATE_DELIVERED, SHARE):
            await self._waits_in_vain(method, params, took_effect=answer[0] == 200)  # noqa: PLR2004
        return self._note(method, params, answer, took_effect=answer[0] == 200)  # noqa: PLR2004

    async def _waits_in_vain(self, method: str, params: Mapping[str, object], *, took_effect: bool) -> None:
        self._note(method, params, CUT, took_effect=took_effect)
        await asyncio.sleep(PATIENCE)
        raise ConnectionCut(delivered=True)  # for all that the caller can know

    async def _taken(self, token: str, method: str, params: Mapping[str, object]) -> Answer:
        if method == "getUpdates":
            return await self._fetched(token, params)
        answer = await self.emulator.call(token, method, params)
        if method in SHOWS and answer[0] == 200:  # noqa: PLR2004
            self._shows(method, params)
        return answer

    def _note(
        self, method: str, params: Mapping[str, object], answer: Answer, *,
        took_effect: bool, pause: float = 0.0, staged: bool = False,
    ) -> Answer:  # fmt: skip
        chat = params.get("chat_id")
        number, at = self.next_number(), self.emulator.world.now()
        known = int(str(chat)) if chat is not None else None
        if method != "getUpdates" or answer[0] != 200 or answer[1] != EMPTY:  # noqa: PLR2004  an empty look is no event
            self.evidence.calls.append(Call(number, at, method, known, answer[0], took_effect, pause, staged))
        return answer

    def _shows(self, method: str, params: Mapping[str, object]) -> None:
        world, chat = self.emulator.world, int(str(params["chat_id"]))
        is_edit = SHOWS[method]
        number = int(str(params["message_id"])) if is_edit else world.chats[chat].next_id - 1
        message = world.chats[chat].messages[number]
        rows = (message.markup or {}).get("inline_keyboard", [])
        buttons = tuple(str(button.get("callback_data", "")) for row in rows for button in row)
        shown = Delivered(
            self.next_number(), world.now(), chat, number, is_edit=is_edit, text=message.text or "", buttons=buttons
        )
        self.evidence.delivered.append(shown)
        self._shown(shown)

    # --- updates

    async def _fetched(self, token: str, params: Mapping[str, object]) -> Answer:
        self._confirm(params.get("offset"))
        status, body, headers = await self.emulator.call(token, "getUpdates", params)
        if status != 200 or body == EMPTY:  # noqa: PLR2004
            if self._handed_out and status == 200 and self.faults.strikes(FaultName.DUPLICATE, 0.02):  # noqa: PLR2004
                return _updates(self._handed_out)
            return status, body, headers
        updates = json.loads(body)["result"]
        for update in updates:
            self._hand_out(update["update_id"])
        self._keep_alive({update["update_id"] for update in updates})
        self._handed_out, before = updates, self._handed_out
        if self.faults.strikes(FaultName.DISORDER, 0.1):
            updates = updates[::-1]
        if self.faults.strikes(FaultName.DUPLICATE, 0.1):
            updates = [*updates, *before, *updates]
        return _updates(updates)

    def _confirm(self, offset: object) -> None:
        """What an offset confirms, Telegram will not hand out again."""
        queue = self.emulator.world.updates
        if isinstance(offset, int) and 0 < offset <= queue.next_id:
            for update in queue.pending():
                if update.id < offset:
                    self._hand_out(update.id)
                    self.evidence.confirmed.add(update.id)

    def took(self) -> None:
        """Somebody did something on a phone: what Telegram took from it is noted."""
        queue = self.emulator.world.updates
        if queue.next_id == self._noted:
            return
        for update in queue.pending():
            if update.id >= self._noted:
                self._wait(update.id, update.body)
        self._noted = queue.next_id
        if self.faults.strikes(FaultName.DISORDER, 0.02):
            queue.go_on(queue.next_id + self.faults.random.randint(1, 500), ())
            self._noted = queue.next_id
        self.arrived()

    def _wait(self, update_id: int, raw: Mapping[str, Any]) -> None:
        at = self.emulator.world.now()
        self._waiting[update_id] = Received(self.next_number(), at, _chat_of(raw), update_id, raw)

    def _hand_out(self, update_id: int) -> None:
        received = self._waiting.pop(update_id, None)
        if received is not None:
            self.evidence.received.append(received)

    def _keep_alive(self, update_ids: set[int]) -> None:
        """What counts as handed out must not expire when its answer is lost on the way: it is handed out again."""
        queue, ends_at = self.emulator.world.updates, self.emulator.world.now() + LIVES
        kept = [replace(one, expires_at=ends_at) if one.id in update_ids else one for one in queue.pending()]
        queue.clear()
        queue.go_on(queue.next_id, kept)

    def has_healed(self) -> None:
        """What expired at Telegram while it was out of reach is nobody's fault; from now on nothing may."""
        pending = {update.id for update in self.emulator.world.updates.pending()}
        self._waiting = {number: received for number, received in self._waiting.items() if number in pending}

    def ends(self) -> None:
        """What was not fetched to the end should have been."""
        for update_id in list(self._waiting):
            self._hand_out(update_id)

    def waits(self) -> bool:
        """Whether there is an update to fetch. A calm one's next look confirms the last, whenever it comes."""
        if self.faults.on:
            return self.emulator.phone.waiting()
        handed_out = {update["update_id"] for update in self._handed_out}
        return any(update.id not in handed_out for update in self.emulator.world.updates.pending())


EMPTY = b'{"ok":true,"result":[]}'


async def _lets_it_be(_chat: int) -> bool:
    """Nothing happens while a message to this phone is under way."""
    return False


def _updates(updates: list[dict[str, Any]]) -> Answer:
    body = json.dumps({"ok": True, "result": updates}, ensure_ascii=False, separators=(",", ":")).encode()
    return 200, body, dict(JSON_TYPE)


def _chat_of(raw: Mapping[str, Any]) -> int:
    for part in raw.values():
        if isinstance(part, Mapping):
            chat = part.get("chat") or (part.get("message") or {}).get("chat") or part.get("from")
            if isinstance(chat, Mapping) and isinstance(chat.get("id"), int):
                return int(chat["id"])
    return 0
