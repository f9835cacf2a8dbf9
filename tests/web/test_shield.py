"""What every answer carries, and what is refused before it reaches a page."""

import re

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from protocol.terms import Role
from tests.web.cast import OPEN_ALERTS
from tests.web.conftest import HOST, Pages
from tests.web.routes import ROUTES, path_of
from tests.web.test_log_in import form_token
from web.application import build_web
from web.forms import own_path
from web.permissions import Permission, UndeclaredRouteError, permitted
from web.shield import HEADERS

POSTS = tuple(re.sub(r"{\w+}", "x", route.partition(" ")[2]) for route in ROUTES if route.startswith("POST"))


@pytest.mark.parametrize("path", ["/login", "/", "/nothing/here", "/participants", "/livez", "/static/anshi.css"])
async def test_every_answer_carries_the_headers(bare: Pages, path: str) -> None:
    answer = await bare.browser().get(path)
    kept = {"cache-control"} if path.startswith("/static/") else set()
    for name, value in HEADERS.items():
        if name not in kept:
            assert answer.headers[name] == value, name
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_no_page_holds_script_or_style_of_its_own(pages: Pages) -> None:
    for role, site in ((Role.INVESTIGATOR, "PUMCH"), (Role.ADMINISTRATOR, None)):
        browser = await pages.somebody(role, site)
        for route in (route for route, line in ROUTES.items() if line.roles and role in line.roles and "GET" in route):
            text = (await browser.get(path_of(route, pages, "PRCA-008"))).text
            bad = ("<style", " style=", " onclick", " onload", "javascript:", "<script>", "http://", "data:")
            assert not [one for one in bad if one in text], route


FOREIGN: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site", "origin": HOST},
    {"sec-fetch-site": "same-site", "origin": "https://other.pages.test"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "", "origin": "https://evil.test"},
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "https://pages.test.evil.test"},
    {},
)


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_without_the_proof_of_our_own_page_is_refused(bare: Pages, path: str) -> None:
    browser = await bare.inside("Li")
    token = form_token(await browser.get("/"))
    del browser.headers["sec-fetch-site"]
    for headers in FOREIGN:
        answer = await browser.post(path, data={"form_token": token}, headers=headers)
        assert answer.status_code == 403, headers


async def test_an_origin_of_our_own_is_proof_where_the_browser_sends_nothing_else(bare: Pages) -> None:
    browser = bare.browser()
    del browser.headers["sec-fetch-site"]
    browser.headers["origin"] = HOST
    assert (await bare.log_in(browser, "Li")).status_code == 303


@pytest.mark.parametrize("path", [path for path in POSTS if path != "/login"])
async def test_a_form_of_another_session_is_refused(bare: Pages, path: str) -> None:
    li, otto = await bare.inside("Li"), await bare.inside("Otto")
    foreign = form_token(await otto.get("/"))
    for token in ({"form_token": "短"}, {"form_token": ""}, {"form_token": foreign}):
        assert (await li.post(path, data=token)).status_code == 403


async def test_unexpected_and_missing_fields_are_refused(pages: Pages) -> None:
    li = await pages.inside("Li")
    token = form_token(await li.get("/"))
    alert = pages.cast.alerts[OPEN_ALERTS[0][0]]
    for fields in ({}, {"back": "/", "by": "Wu"}, {"back": "/" * 3000}):
        answer = await li.post(f"/alerts/{alert}/acknowledge", data={"form_token": token, **fields})
        assert answer.status_code in (400, 422), fields


async def test_a_large_body_is_refused(bare: Pages) -> None:
    answer = await bare.browser().post("/login", data={"name": "x" * 100_000, "password": "", "code": ""})
    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_failure_shows_a_reference_and_nothing_else(bare: Pages, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("secret: 13800001111")

    app = build_web(
        bare.store,
        bare.study,
        bare.trial,
        now=bare.clock.now,
        new_token=str,
        public_url=HOST,
        readiness=bare.app.state.desk.readiness,
        extra_routes=[permitted(Route("/broken", broken), Permission.PUBLIC)],
    )
    bare.app = app
    answer = await bare.browser().get("/broken")
    record = next(record for record in caplog.records if getattr(record, "action", "") == "page_failed")
    assert answer.status_code == 500
    assert record.reference in answer.text  # type: ignore[attr-defined]
    assert "13800001111" not in answer.text + caplog.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_route_without_a_permission_stops_the_start(bare: Pages) -> None:
    async def undeclared(_request: Request) -> Response:
        return Response()

    with pytest.raises(UndeclaredRouteError, match="/undeclared"):
        build_web(
            bare.store,
            bare.study,
            bare.trial,
            now=bare.clock.now,
            new_token=str,
            public_url=None,
            readiness=bare.app.state.desk.readiness,
            extra_routes=[Route("/undeclared", undeclared)],
        )


@pytest.mark.parametrize("path", ["//evil.test", "https://evil.test", "/\\evil.test", "evil", "", "/a\r\nb"])
def test_the_way_back_never_leaves_the_host(path: str) -> None:
    assert own_path(path) == "/"


async def test_a_plain_connection_from_elsewhere_is_told_to_use_https(bare: Pages) -> None:
    app = build_web(
        bare.store,
        bare.study,
        bare.trial,
        now=bare.clock.now,
        new_token=str,
        public_url=None,
        readiness=bare.app.state.desk.readiness,
    )
    bare.app = app
    browser = bare.browser()
    assert "HTTPS" in (await browser.get("http://10.0.0.5/login")).text
    assert "HTTPS" not in (await browser.get("http://127.0.0.1/login")).text
