"""Who may open what: every route, every role, both sites; and every reading of a person leaves a trace."""

import pytest
from sqlmodel import col, select
from starlette.routing import Mount, Route

from models.ledger import AuditEntry
from protocol.terms import Role
from tests.web.cast import STAFF
from tests.web.conftest import Pages
from tests.web.test_log_in import form_token
from web.permissions import Permission, may

OPEN = {"/login", "/language", "/livez", "/readyz", "/static"}
ANSWERS = {Role.COORDINATOR, Role.INVESTIGATOR}
READS = ANSWERS | {Role.MONITOR, Role.DATA_MANAGER}
EXPECTED: dict[str, set[Role]] = {
    "/": READS,
    "/participants": READS,
    "/participants/{code}": READS,
    "/alerts/{alert_id}/acknowledge": ANSWERS,
    "/alerts/{alert_id}/close": ANSWERS,
    "/logout": set(Role),
}


async def test_every_route_is_in_this_matrix(bare: Pages) -> None:
    found = {route.path for route in bare.app.routes if isinstance(route, Route | Mount)}
    assert found == OPEN | set(EXPECTED)


@pytest.mark.parametrize(("name", "role", "site"), STAFF)
async def test_each_role_opens_what_it_may_and_nothing_else(
    pages: Pages, name: str, role: Role, site: str | None
) -> None:
    browser = await pages.inside(name)
    own = "PRCA-101" if site == "SHANG" else "PRCA-008"
    token = form_token(await browser.get("/"))
    for route in [route for route in pages.app.routes if isinstance(route, Route) and route.path in EXPECTED]:
        if route.path == "/logout":
            continue
        path = route.path.replace("{code}", own).replace("{alert_id}", pages.cast.alerts[own])
        if "POST" in (route.methods or set()):
            back = {"form_token": token, "back": "/"} | ({"outcome": "called"} if path.endswith("close") else {})
            answer = await browser.post(path, data=back)
        else:
            answer = await browser.get(path)
        allowed = role in EXPECTED[route.path]
        assert answer.status_code in ((200, 303) if allowed else (403,)), (route.path, answer.status_code)


async def test_nobody_opens_anything_without_a_log_in(pages: Pages) -> None:
    browser = pages.browser()
    for path in EXPECTED:
        route = next(route for route in pages.app.routes if isinstance(route, Route) and route.path == path)
        method = "POST" if "POST" in (route.methods or set()) else "GET"
        answer = await browser.request(method, path.replace("{code}", "PRCA-008").replace("{alert_id}", "x"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path


async def test_otto_sees_nothing_of_the_other_site(pages: Pages) -> None:
    otto = await pages.inside("Otto")
    token = form_token(await otto.get("/"))
    for path in ("/", "/participants", "/participants/PRCA-101"):
        text = (await otto.get(path)).text
        assert "PRCA-101" in text
        assert not [number for number in range(1, 14) if f"PRCA-{number:03d}" in text], path
    for code in ("PRCA-008", "PRCA-999"):
        assert (await otto.get(f"/participants/{code}")).status_code == 404
    foreign, missing = [await otto.get(f"/participants/{code}") for code in ("PRCA-008", "PRCA-999")]
    assert foreign.text.replace("PRCA-008", "") == missing.text.replace("PRCA-999", "")
    for alert in (pages.cast.alerts["PRCA-008"], "missing"):
        answer = await otto.post(f"/alerts/{alert}/acknowledge", data={"form_token": token, "back": "/"})
        assert answer.status_code == 404


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


def test_what_is_not_given_to_a_role_is_refused() -> None:
    assert [role for role in Role if may(role, Permission.READ_TRIAL)] == [role for role in Role if role in READS]
    assert [role for role in Role if may(role, Permission.ANSWER_ALERTS)] == [role for role in Role if role in ANSWERS]
