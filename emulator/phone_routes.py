"""The phones over HTTP: the page, its events, and everything a person can do, for browsers and for test programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from emulator.acts import act
from emulator.clock_routes import ClockRoutes
from emulator.clocks import ClockControl
from emulator.events import Event
from emulator.served import Served
from emulator.shield import PAGE_HEADERS, body
from emulator.taps import PhoneError

HERE = Path(__file__).parent
STATIC = HERE / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEARTBEAT = 5.0


class PhoneRoutes:
    def __init__(self, emulator: Served, clock: ClockControl | None) -> None:
        self._emulator = emulator
        self._phone = emulator.phone
        self._world = emulator.world
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/phone", self.page),
            Route("/phone/static/{name}", self.static),
            Route("/phone/state", self.state),
            Route("/phone/events", self.events),
            Route("/phone/users", self.create, methods=["POST"]),
            Route("/phone/users/{user:int}", self.look),
            Route("/phone/users/{user:int}/{action}", self.act, methods=["POST"]),
            Route("/phone/files/{file}", self.file),
            Route("/phone/calls", self.calls),
            Route("/phone/update", self.update, methods=["POST"]),
            Route("/phone/faults", self.faults, methods=["POST", "DELETE"]),
            *ClockRoutes(self._emulator, self._clock).routes(),
        ]

    async def page(self, request: Request) -> Response:  # noqa: ARG002
        return Response((HERE / "templates" / "phone.html").read_bytes(), media_type="text/html", headers=PAGE_HEADERS)

    async def static(self, request: Request) -> Response:
        path = STATIC / request.path_params["name"]
        if path.suffix not in TYPES or not path.is_file():
            raise HTTPException(404)
        return Response(path.read_bytes(), media_type=TYPES[path.suffix], headers=PAGE_HEADERS)

    async def state(self, request: Request) -> Response:  # noqa: ARG002
        """Who has a phone, the bot, the epoch and the last event: what the page starts from."""
        profile = self._world.profile
        return _json(
            {
                "epoch": self._world.events.epoch,
                "last_event": self._world.events.last_id,
                "now": self._world.now().isoformat(),
                "clock": self._clock is not None,
                "bot": {"username": self._world.username, "name": profile.text("name", "")},
                "users": [person.describe() for person in self._phone.people()],
            }
        )

    async def create(self, request: Request) -> Response:
        given = await body(request)
        number = given.get("user_id")
        try:
            user = self._phone.create_user(
                str(given.get("language_code", "zh-hans"))[:35],
                str(given.get("first_name", "Fang"))[:64],
                None if number is None else int(number),
                tz=str(given.get("tz", "UTC")),
            )
        except (TypeError, ValueError) as error:
            raise HTTPException(400, str(error)) from None
        return _json({"id": user})

    async def look(self, request: Request) -> Response:
        """One phone: the person, the messages, the reply keyboard, the commands, toasts and notifications."""
        user = request.path_params["user"]
        try:
            person = self._phone.person(user)
        except PhoneError as error:
            raise HTTPException(404, str(error)) from None
        short = person.language_code.split("-")[0].lower()
        profile, keyboard = self._world.profile, self._phone.keyboard_view(user)
        return _json(
            {
                "last_event": self._world.events.last_id,
                "person": person.describe(),
                "bot": {
                    "name": profile.text("name", short),
                    "description": profile.text("description", short),
                    "about": profile.text("short_description", short),
                },
                "messages": [message.json() for message in self._phone.messages(user)],
                "keyboard": asdict(keyboard),
                "commands": self._phone.commands(user),
                "toasts": [asdict(toast) for toast in self._phone.toasts(user)],
                "notifications": [asdict(shown) for shown in self._phone.notifications(user)],
            }
        )

    async def act(self, request: Request) -> Response:
        given = await body(request)
        try:
            done = act(self._phone, request.path_params["user"], request.path_params["action"], given)
        except PhoneError as error:
            raise HTTPException(409, str(error)) from None
        except (KeyError, TypeError, ValueError) as error:
            raise HTTPException(400, f"cannot read {error}") from None
        return _json({"result": done})

    async def file(self, request: Request) -> Response:
        """A picture as itself; anything else only as a download."""
        stored = self._world.files.get(request.path_params["file"])
        if stored is None:
            raise HTTPException(404)
        shown = stored.mime in {"image/png", "image/jpeg"}
        headers = PAGE_HEADERS | {"content-disposition": "inline" if shown else "attachment"}
        return Response(stored.data, media_type=stored.mime if shown else "application/octet-stream", headers=headers)

    async def calls(self, request: Request) -> Response:  # noqa: ARG002
        return _json({"calls": [asdict(call) for call in self._phone.calls]})

    async def update(self, request: Request) -> Response:
        return _json({"update_id": self._phone.raw_update(await body(request))})

    async def faults(self, request: Request) -> Response:
        """POST switches a fault on, with the words of Faults.add; DELETE clears them all."""
        given = await body(request)
        if request.method == "DELETE":
            self._emulator.faults.clear()
            return _json({})
        try:
            return _json({"fault": asdict(self._emulator.faults.add(**given))})
        except (TypeError, ValueError) as error:
            raise HTTPException(400, str(error)) from None

    async def events(self, request: Request) -> Response:
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        number = int(after) if after and after.isdecimal() else None
        headers = PAGE_HEADERS | {"x-accel-buffering": "no"}
        return StreamingResponse(self._stream(number), media_type="text/event-stream", headers=headers)

    async def _stream(self, after: int | None) -> AsyncIterator[str]:
        """Events, and a heartbeat with the time every few seconds; ends when the reader fell too far behind."""
        reader = self._world.events.open(after)
        try:
            yield self._beat()
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        event = await reader.get()
                except TimeoutError:
                    yield self._beat()
                    continue
                if event is None:
                    yield f"event: reload\ndata: {json.dumps({'epoch': self._world.events.epoch})}\n\n"
                    return
                yield _line(event)
        finally:
            self._world.events.shut(reader)

    def _beat(self) -> str:
        data = {"epoch": self._world.events.epoch, "now": self._world.now().isoformat()}
        return f"event: beat\ndata: {json.dumps(data)}\n\n"


def _line(event: Event) -> str:
    data = {"kind": event.kind, "user": event.user, "data": event.data}
    return f"id: {event.id}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _json(content: dict[str, object]) -> Response:
    return JSONResponse(json.loads(json.dumps(content, default=str)), headers=PAGE_HEADERS)
