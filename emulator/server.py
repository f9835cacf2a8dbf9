"""A Telegram that lives in this process: the Bot API on one side, phones on the other, faults in between."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette

from emulator.clocks import ClockControl
from emulator.deliverer import Deliverer
from emulator.faults import Fault, Faults, Kind
from emulator.keeping import restore, saved
from emulator.methods import METHODS
from emulator.params import Params, loggable
from emulator.phones import Phones
from emulator.refusals import UNAUTHORIZED, UNKNOWN_METHOD, ConnectionCut, Refused
from emulator.routes import build
from emulator.world import Call, World

Answer = tuple[int, bytes, dict[str, str]]

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
JSON_TYPE = {"content-type": "application/json"}
HTML_TYPE = {"content-type": "text/html"}


class Emulator:
    """Opened by making it, closed by `aclose`. `unknown_parameters` holds (method, parameter) nobody reads."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        token: str = "1:EMULATOR",  # noqa: S107
        username: str = "anshi_demo_bot",
        secrets: random.Random | None = None,
        rate_limits: bool = False,
        keep_history: bool = True,
        first_message_id: int = 1,
        messages_kept: int | None = None,
    ) -> None:
        self.token = token
        self.unknown_parameters: set[tuple[str, str]] = set()
        self.world = World(
            now=now,
            username=username,
            secrets=secrets or random.SystemRandom(),
            rate_limits=rate_limits,
            keep_history=keep_history,
            first_message_id=first_message_id,
            messages_kept=messages_kept,
        )
        self.phone = Phones(self.world)
        self.faults: Faults = self.world.faults
        self.deliverer = Deliverer(self.world)

    async def call(self, token: str, method: str, params: Mapping[str, object]) -> Answer:
        """One Bot API call: HTTP status, JSON body, extra headers.

        Values of `params` may be decoded objects or JSON strings; a file is bytes, an Upload or (name, bytes, type).
        Raises ConnectionCut when a fault cuts the connection.
        """
        fault = self.faults.take(method, _chat(params))
        if fault is None:
            return self._logged(method, params, await self._answer(token, method, params))
        return await self._spoilt(fault, token, method, params)

    async def _spoilt(self, fault: Fault, token: str, method: str, params: Mapping[str, object]) -> Answer:
        match fault.kind:
            case Kind.STATUS:
                return self._logged(method, params, refusal(fault.code, fault.description, fault.parameters))
            case Kind.DROP_BEFORE_ACCEPT:
                self._logged(method, params, (0, b"", {}))
                raise ConnectionCut(delivered=False)
            case Kind.LATENCY:
                await asyncio.sleep(fault.seconds)
        answer = await self._answer(token, method, params) if _takes_effect(fault) else (0, b"", {})
        if fault.kind is Kind.DELIVER_THEN_DROP:
            self._logged(method, params, (0, b"", {}))
            raise ConnectionCut(delivered=True)
        if fault.kind is Kind.DELIVER_THEN_LATE:
            await asyncio.sleep(fault.seconds)
        return self._logged(method, params, _unreadable(fault) or answer)

    async def _answer(self, token: str, method: str, params: Mapping[str, object]) -> Answer:
        if token != self.token:
            return refusal(*UNAUTHORIZED)
        function = METHODS.get(method.lower())
        if function is None:
            return refusal(*UNKNOWN_METHOD)
        read = Params(params)
        try:
            result = await function(self.world, read)
        except Refused as no:
            return refusal(no.code, no.description, no.parameters)
        self.unknown_parameters |= {(method, name) for name in read.unknown()}
        self.deliverer.wake()
        return 200, _json({"ok": True, "result": result}), dict(JSON_TYPE)

    def _logged(self, method: str, params: Mapping[str, object], answer: Answer) -> Answer:
        if self.world.keep_history:
            self.world.calls.append(Call(method, loggable(params), self.world.now(), answer[0]))
        return answer

    async def download(self, token: str, path: str) -> tuple[int, bytes]:
        """The bytes of a file by the path getFile answered; 404 when there is none, 401 for another token."""
        if token != self.token:
            return UNAUTHORIZED[0], refusal(*UNAUTHORIZED)[1]
        stored = self.world.files.at(path)
        return (200, stored.data) if stored else (404, refusal(404, "Not Found")[1])

    def save(self) -> dict[str, Any]:
        """People, chats, keyboards, waiting updates and the next numbers, JSON-ready and bounded; no files."""
        return saved(self.world)

    def load(self, given: Mapping[str, Any]) -> None:
        """Continues what `save` gave, before anything has happened here. UnknownFormatError for another version."""
        restore(self.world, given)

    def application(self, clock: ClockControl | None = None) -> Starlette:
        """The Bot API under /bot<token>/, the files under /file/bot<token>/, the phones under /phone."""
        return build(self, clock)

    async def aclose(self) -> None:
        """Ends waiting polls, the phones' event streams and the deliveries."""
        self.world.updates.displace()
        self.world.events.close()
        await self.deliverer.aclose()


def refusal(code: int, description: str, parameters: Mapping[str, object] | None = None) -> Answer:
    """The envelope of a refused call."""
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    headers = dict(JSON_TYPE)
    if parameters:
        body["parameters"] = dict(parameters)
        if "retry_after" in parameters:
            headers["Retry-After"] = str(parameters["retry_after"])
    return code, _json(body), headers


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _chat(params: Mapping[str, object]) -> int | None:
    try:
        return int(str(params["chat_id"]))
    except (KeyError, ValueError):
        return None


def _takes_effect(fault: Fault) -> bool:
    return fault.takes_effect or fault.kind not in {Kind.NOT_JSON, Kind.HTML_502}


def _unreadable(fault: Fault) -> Answer | None:
    match fault.kind:
        case Kind.NOT_JSON:
            return 200, b"upstream said hello", dict(HTML_TYPE)
        case Kind.HTML_502:
            return 502, HTML_502, dict(HTML_TYPE)
        case _:
            return None
