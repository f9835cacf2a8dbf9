"""What asks again who sits there: after five minutes, with nothing lost, and not by guessing."""

import re
from datetime import timedelta

import httpx
import pytest

from actions.proof import PROOF_LIVES
from tests.web.cast import PASSWORD
from tests.web.conftest import Pages
from tests.web.test_first_log_in import codes_of
from tests.web.test_log_in import form_token
from web.application import build_web
from web.proof import asks_for_proof

CODES = "/account/codes"


async def later(pages: Pages) -> tuple[httpx.AsyncClient, str]:
    """Li, five minutes after she logged in."""
    li = await pages.inside("Li")
    token = form_token(await li.get("/account"))
    pages.clock.move(PROOF_LIVES)
    return li, token


async def test_a_log_in_is_a_proof_for_five_minutes(bare: Pages) -> None:
    li = await bare.inside("Li")
    token = form_token(await li.get("/account"))
    bare.clock.move(PROOF_LIVES - timedelta(seconds=1))
    assert codes_of(await li.post(CODES, data={"form_token": token}))
    bare.clock.move(timedelta(seconds=1))
    asked = await li.post(CODES, data={"form_token": token})
    assert codes_of(asked) == []
    assert 'name="proof"' in asked.text


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("by", ["code", "password"])
async def test_a_code_or_the_password_opens_it_for_five_more(bare: Pages, by: str) -> None:
    li, token = await later(bare)
    typed = bare.cast.code("Li", bare.clock.at) if by == "code" else PASSWORD
    assert codes_of(await li.post(CODES, data={"form_token": token, "proof": typed}))
    bare.clock.move(PROOF_LIVES - timedelta(seconds=1))
    assert codes_of(await li.post(CODES, data={"form_token": token}))
    bare.clock.move(timedelta(seconds=1))
    assert not codes_of(await li.post(CODES, data={"form_token": token}))


async def test_a_code_is_no_proof_twice_nor_a_recovery_code_at_all(bare: Pages) -> None:
    li, token = await later(bare)
    code = bare.cast.code("Li", bare.clock.at)
    made = codes_of(await li.post(CODES, data={"form_token": token, "proof": code}))
    bare.clock.move(PROOF_LIVES)
    for typed in (code, made[0], "", "Wu"):
        assert (await li.post(CODES, data={"form_token": token, "proof": typed})).status_code == 401


async def test_what_was_filled_in_is_kept_and_told_on(bare: Pages) -> None:
    li, token = await later(bare)
    asked = await li.post(CODES, data={"form_token": token, "text": '<b>"x"&y', "empty": ""})
    assert asked.status_code == 200
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text.partition("<main")[2])
    assert kept == [("form_token", token), ("text", "&lt;b&gt;&#34;x&#34;&amp;y"), ("empty", "")]
    assert f'action="{CODES}"' in asked.text
    refused = await li.post(CODES, data={"form_token": token, "text": "kept", "proof": "wrong"})
    assert refused.status_code == 401
    assert 'name="text" value="kept"' in refused.text
    assert "wrong" not in refused.text.partition("<form method")[2].replace('class="wrong"', "")
    told_on = await li.post(CODES, data={"form_token": token, "text": "kept", "proof": PASSWORD})
    assert told_on.status_code == 400, "the page itself knows no such field, and has got it"


async def test_a_form_of_somebody_else_is_refused_before_its_proof_is_looked_at(bare: Pages) -> None:
    li, token = await later(bare)
    for wrong in ("", token[::-1]):
        assert (await li.post(CODES, data={"form_token": wrong, "proof": PASSWORD})).status_code == 403
    assert not codes_of(await li.post(CODES, data={"form_token": token}))


async def test_a_large_form_or_one_of_another_kind_is_refused(bare: Pages) -> None:
    li, token = await later(bare)
    assert (await li.post(CODES, data={"form_token": token, "text": "x" * 70_000})).status_code == 413
    many = {f"field{number}": "" for number in range(300)}
    assert (await li.post(CODES, data={"form_token": token, **many})).status_code == 413
    assert (await li.post(CODES, files={"photo": b"x"}, data={"form_token": token})).status_code == 413


async def test_guesses_are_counted(bare: Pages) -> None:
    li, token = await later(bare)
    for guess in range(5):
        assert (await li.post(CODES, data={"form_token": token, "proof": f"guess {guess}"})).status_code == 401
    stopped = await li.post(CODES, data={"form_token": token, "proof": PASSWORD})
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "900")
    bare.clock.move(timedelta(minutes=15))
    assert codes_of(await li.post(CODES, data={"form_token": token, "proof": PASSWORD}))


async def test_an_export_asks_first_and_comes_afterwards(pages: Pages) -> None:
    li, token = await later(pages)
    path = "/cohort/heatmap.csv"
    asked = await li.get(path)
    assert asked.headers["location"] == f"/proof?back={path}"
    back = {"form_token": token, "back": path}
    assert (await li.get(asked.headers["location"])).status_code == 200
    assert (await li.post("/proof", data={**back, "proof": "wrong"})).status_code == 401
    assert (await li.post("/proof", data={**back, "proof": PASSWORD})).headers["location"] == path
    assert (await li.get(path)).headers.get("location") is None
    away = {"form_token": token, "back": "//evil.test", "proof": PASSWORD}
    assert (await li.post("/proof", data=away)).headers["location"] == "/"


async def test_the_export_and_the_codes_are_routes_that_ask(bare: Pages) -> None:
    app = build_web(
        bare.store,
        bare.study,
        bare.trial,
        now=bare.clock.now,
        new_token=str,
        public_url=None,
        readiness=bare.app.state.desk.readiness,
    )
    asking = {getattr(route, "path", "") for route in app.routes if asks_for_proof(route)}
    assert {CODES, "/cohort/{name}.csv"} <= asking
