"""Who may open what: every route, every role, both sites; and every reading of a person leaves a trace."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import col, select
from starlette.routing import Mount, Route

from models.ledger import AuditEntry
from models.session import sha256
from protocol.terms import Role
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.routes import READS, ROUTES, SITES, UNKNOWN, of_a_person, path_of
from tests.web.routes import WRITES as ANSWERS
from web.cookies import SESSION
from web.guard import NEEDS_SESSION
from web.permissions import ROLES, Permission, may
from web.sights import Sights

ANYWHERE: tuple[str | None, ...] = (*SITES, None)


def declared_routes(pages: Pages) -> set[str]:
    """Each route as "METHOD path"; a mount is read."""
    found = set()
    for route in pages.app.routes:
        methods = (route.methods or set()) - {"HEAD"} if isinstance(route, Route) else {"GET"}
        found |= {f"{method} {route.path}" for method in methods if isinstance(route, Route | Mount)}
    return found


async def ask(browser: httpx.AsyncClient, route: str, path: str, token: str) -> httpx.Response:
    if route.startswith("GET"):
        return await browser.get(path)
    return await browser.post(path, data={"form_token": token, **ROUTES[route].fields})


def session_token(pages: Pages, browser: httpx.AsyncClient) -> str:
    """What the forms of this session carry."""
    return pages.store.vault.index("form_token", sha256(browser.cookies[SESSION]))


async def test_every_route_has_its_line_and_every_line_a_route(bare: Pages) -> None:
    assert declared_routes(bare) == set(ROUTES)


@pytest.mark.parametrize("role", Role)
async def test_each_role_opens_what_it_may_and_nothing_else(pages: Pages, role: Role) -> None:
    for site in ANYWHERE:
        browser = await pages.somebody(role, site)
        token = session_token(pages, browser)
        for route, line in ROUTES.items():
            if line.roles is None or route == "POST /logout":
                continue
            answer = await ask(browser, route, path_of(route, pages, SITES[site or "PUMCH"]), token)
            allowed = role in line.roles
            refused = answer.status_code == 403 or answer.headers.get("location") == "/staff"
            assert refused is not allowed, f"{route} for {role} of {site}: {answer.status_code}"
            assert answer.status_code in (200, 303, 403, 422), f"{route} for {role} of {site}: {answer.status_code}"
            assert answer.headers.get("location") != "/login"


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("role", Role)
async def test_what_is_of_another_site_answers_exactly_like_what_is_nowhere(
    pages: Pages, role: Role, site: str
) -> None:
    browser = await pages.somebody(role, site)
    token = session_token(pages, browser)
    foreign = next(code for other, code in SITES.items() if other != site)
    objects = [route for route, line in ROUTES.items() if of_a_person(route) and line.roles and role in line.roles]
    assert objects
    for route in objects:
        answers = []
        for code in (foreign, UNKNOWN):
            path = path_of(route, pages, code)
            answer = await ask(browser, route, path, token)
            text = answer.text.replace(path, "").replace(code, "")
            answers.append((answer.status_code, text, sorted(answer.headers)))
        assert answers[0] == answers[1], route
        assert answers[0][0] == 404, f"{route} for {role} of {site}: {answers[0][0]}"


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("role", sorted(READS))
async def test_no_page_of_one_site_names_anybody_of_the_other(pages: Pages, role: Role, site: str) -> None:
    browser = await pages.somebody(role, site)
    theirs = {f"PRCA-{number:03d}" for number in range(1, 14)}
    hidden = {"PRCA-101"} if site == "PUMCH" else theirs
    for route, line in ROUTES.items():
        if route.startswith("GET") and line.roles and role in line.roles:
            text = (await browser.get(path_of(route, pages, SITES[site]))).text
            assert not [code for code in hidden if code in text], route


async def test_nobody_opens_anything_without_a_log_in(pages: Pages) -> None:
    browser = pages.browser()
    for route, line in ROUTES.items():
        if line.roles is not None:
            answer = await ask(browser, route, path_of(route, pages, "PRCA-008"), "")
            assert (answer.status_code, answer.headers["location"]) == (303, "/login"), route


async def test_reading_a_person_is_audited_and_so_is_a_refused_reading(pages: Pages) -> None:
    li, otto, ada = await pages.inside("Li"), await pages.inside("Otto"), await pages.inside("Ada")
    await li.get("/participants")
    await li.get("/participants/PRCA-008")
    await otto.get("/participants/PRCA-008")
    await otto.get("/participants/王小明 of ward 3")
    await ada.get("/participants/PRCA-008")
    async with pages.store.read() as session:
        reads = col(AuditEntry.action).in_(
            ("read_participant", "read_participants", "read_participant_refused", "refused")
        )
        kept = (await session.execute(select(AuditEntry).where(reads).order_by(col(AuditEntry.seq)))).scalars().all()
    assert [(entry.actor, entry.action, entry.record_id) for entry in kept if entry.action != "read_participant"] == [
        ("staff:Li", "read_participants", "PUMCH"),
        ("staff:Otto", "read_participant_refused", "PRCA-008"),
        ("staff:Otto", "read_participant_refused", ""),
        ("staff:Ada", "refused", "/participants/{code}"),
    ]
    assert [entry.participant_id is not None for entry in kept if entry.action == "read_participant"] == [True]


async def test_a_person_is_read_into_the_audit_once_an_hour_and_session(pages: Pages) -> None:
    li, elsewhere = await pages.somebody(Role.COORDINATOR, "PUMCH"), await pages.somebody(Role.MONITOR, "PUMCH")

    async def readings() -> int:
        async with pages.store.read() as session:
            query = select(AuditEntry.seq).where(col(AuditEntry.action) == "read_participant")
            return len((await session.execute(query)).all())

    for browser, path, expected in (
        (li, "PRCA-008", 1), (li, "PRCA-008", 1), (li, "PRCA-003", 2), (elsewhere, "PRCA-008", 3), (li, "PRCA-008", 3),
    ):  # fmt: skip
        assert (await browser.get(f"/participants/{path}")).status_code == 200
        assert await readings() == expected
    pages.clock.move(timedelta(minutes=46))  # 12:14 and 46 minutes: the next hour
    li = await pages.inside("Li")
    for expected in (4, 4):
        await li.get("/participants/PRCA-008")
        assert await readings() == expected


async def test_no_page_of_a_person_where_its_reading_cannot_be_written_down(pages: Pages) -> None:
    li = await pages.somebody(Role.COORDINATOR, "PUMCH")
    async with pages.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE audit_entry RENAME TO gone"))
    answer = await li.get("/participants/PRCA-008")
    assert answer.status_code == 500
    assert "<table" not in answer.text


def test_no_more_readings_are_remembered_than_fit() -> None:
    sights, hour = Sights(kept_max=2), NOW
    for number in range(3):
        sights.keep(("session", "read", str(number)), hour)
    assert [sights.knows(("session", "read", str(number)), hour) for number in range(3)] == [False, True, True]


GIVEN = {
    Permission.UNFINISHED: set(Role),
    Permission.SIGNED_IN: set(Role),
    Permission.READ_TRIAL: READS,
    Permission.ANSWER_ALERTS: ANSWERS,
    Permission.RECORD: ANSWERS,
    Permission.ENROL: ANSWERS,
    Permission.SIGN: {Role.INVESTIGATOR},
    Permission.KEEP_ACCOUNTS: {Role.ADMINISTRATOR},
}


def test_what_is_not_given_to_a_role_is_refused() -> None:
    assert set(GIVEN) == NEEDS_SESSION
    for permission, roles in GIVEN.items():
        assert {role for role in Role if may(role, permission)} == roles, permission


def test_who_watches_and_who_keeps_the_data_write_nothing() -> None:
    for role in (Role.MONITOR, Role.DATA_MANAGER):
        assert ROLES[role] == {Permission.UNFINISHED, Permission.SIGNED_IN, Permission.READ_TRIAL}
