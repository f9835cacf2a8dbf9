"""A page of the list of participants: the bare framework, driver and template with the same rows, and ours."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from jinja2 import Environment
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import Message

from benchmarks.house import open_store
from benchmarks.rows import NOON
from benchmarks.trial_rows import LOOKED, TOKEN, fill
from models.protocol_file import load_trial
from models.study.store import StudyStore
from web.application import build_web
from web.cookies import SESSION
from web.people import PER_PAGE

WHATS: Final[Mapping[str, str]] = {
    "first": "",
    "last": "page=999",
    "alerts": "look=alert&sort=alerts",
    "search": "q=P4",
    "silent": "look=silent",
}
"""What a page is asked for, by its name here."""

PEOPLE = "SELECT participant_code, state, channel FROM participant ORDER BY participant_code LIMIT :n"
DAYS = (
    "SELECT participant_code, due_on, state, units_taken FROM participant_day WHERE due_on >= :first "
    "AND participant_code IN (SELECT participant_code FROM participant ORDER BY participant_code LIMIT :n) "
    "ORDER BY participant_code, ordinal"
)
TABLE = """<table>{% for one in people %}<tr><th><a href="/{{ one[0] }}">{{ one[0] }}</a></th><td>{{ one[1] }}</td>
<td>{{ one[2] }}</td><td>{% for day in days[one[0]] %}<span class="{{ day[2] }}" title="{{ day[1] }}: {{ day[2] }}">
{{ day[3] }}</span>{% endfor %}</td></tr>{% endfor %}</table>"""


class BareList:
    """Starlette, SQLAlchemy without its ORM, Jinja: one page of rows and their days, nobody asked who is reading."""

    def __init__(self, store_url: str, study_url: str, people: int, block: int) -> None:
        self._study, self._block = StudyStore(study_url), block
        template = Environment(autoescape=True).from_string(TABLE)

        async def listed(_: Request) -> HTMLResponse:
            first = (NOON - timedelta(days=13)).date()
            async with self._study.reading_engine.connect() as connection:
                rows = (await connection.execute(text(PEOPLE), {"n": PER_PAGE})).all()
                days: dict[str, list[Any]] = {row[0]: [] for row in rows}
                asked = {"n": PER_PAGE, "first": first.isoformat() if self._study.on_sqlite else first}
                for day in await connection.execute(text(DAYS), asked):
                    days[day[0]].append(day)
            return HTMLResponse(template.render(people=rows, days=days))

        self._app = Starlette(routes=[Route("/participants", listed)])

    async def open(self) -> None:
        """The rows are those of `OurList`, which is opened first."""

    async def ready(self, what: str) -> None:
        """Nothing to prepare."""

    async def run(self, what: str) -> int:
        for _ in range(self._block):
            await page_of(self._app, "")
        return self._block

    async def close(self) -> None:
        await self._study.close()


class OurList:
    """The pages as they are served, asked by a coordinator who is logged in."""

    def __init__(self, store_url: str, study_url: str, people: int, block: int) -> None:
        self._store, self._study = open_store(store_url), StudyStore(study_url)
        self._people, self._block = people, block

        async def readiness() -> list[str]:
            return []

        self._app = build_web(
            self._store,
            self._study,
            load_trial(None),
            now=lambda: LOOKED,
            new_token=lambda: "",
            public_url=None,
            readiness=readiness,
        )

    async def open(self) -> None:
        await fill(self._store, self._study, self._people)

    async def ready(self, what: str) -> None:
        """Nothing to prepare."""

    async def run(self, what: str) -> int:
        for _ in range(self._block):
            await page_of(self._app, WHATS[what])
        return self._block

    async def one(self, what: str) -> str:
        """The page itself, for who wants to see that it is one."""
        return await page_of(self._app, WHATS[what])

    async def close(self) -> None:
        await self._study.close()
        await self._store.close()


async def page_of(app: Starlette, query: str) -> str:
    """One GET without a socket between. Raises RuntimeError unless it is answered with 200."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await app(_scope(query), receive, send)
    if told[0]["status"] != 200:
        raise RuntimeError(f"the list answered {told[0]['status']}")
    return b"".join(message.get("body", b"") for message in told).decode()


def _scope(query: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/participants",
        "raw_path": b"/participants",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"{SESSION}={TOKEN}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
