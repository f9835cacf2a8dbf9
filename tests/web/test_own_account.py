"""The own account: where it is logged in, another password, new recovery codes."""

from datetime import timedelta

import httpx
import pytest

from models.access import IDLE_MAX
from tests.web.cast import PASSWORD
from tests.web.conftest import Pages
from tests.web.routes import OTHER
from tests.web.test_first_log_in import codes_of
from tests.web.test_log_in import STEP, form_token
from web.cookies import SESSION


async def twice_inside(pages: Pages) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Li at two computers; the first one logged in half a minute earlier."""
    earlier = await pages.inside("Li")
    pages.clock.move(STEP)
    return earlier, await pages.inside("Li")


def handles(page: httpx.Response) -> list[str]:
    return [part.partition('"')[0] for part in page.text.split('name="session" value="')[1:]]


async def test_li_ends_a_session_that_she_left_somewhere(bare: Pages) -> None:
    earlier, here = await twice_inside(bare)
    page = await here.get("/account")
    assert len(handles(page)) == 1
    assert earlier.cookies[SESSION] not in page.text
    sent = {"form_token": form_token(page), "session": handles(page)[0]}
    assert (await here.post("/account/sessions/end", data=sent)).headers["location"] == "/account?told=session_ended"
    assert (await earlier.get("/")).headers["location"] == "/login"
    assert (await here.get("/")).status_code == 200
    assert (await here.post("/account/sessions/end", data=sent)).headers["location"] == "/account?told=session_gone"


async def test_nobody_ends_a_session_of_somebody_else(bare: Pages) -> None:
    earlier, here = await twice_inside(bare)
    otto = await bare.inside("Otto")
    theirs = handles(await here.get("/account"))[0]
    page = await otto.get("/account")
    assert handles(page) == []
    sent = {"form_token": form_token(page), "session": theirs}
    assert (await otto.post("/account/sessions/end", data=sent)).headers["location"].endswith("session_gone")
    await otto.post("/account/sessions/end-others", data={"form_token": form_token(page)})
    assert [(await one.get("/")).status_code for one in (earlier, here, otto)] == [200, 200, 200]


async def test_all_others_end_at_once_and_this_one_stays(bare: Pages) -> None:
    earlier, here = await twice_inside(bare)
    sent = {"form_token": form_token(await here.get("/account"))}
    await here.post("/account/sessions/end-others", data=sent)
    assert (await earlier.get("/")).status_code == 303
    assert (await here.get("/")).status_code == 200


async def test_a_session_that_is_over_is_not_listed(bare: Pages) -> None:
    _, here = await twice_inside(bare)
    bare.clock.move(IDLE_MAX - timedelta(minutes=1))
    await here.get("/")
    bare.clock.move(timedelta(minutes=1))
    assert handles(await here.get("/account")) == []


async def test_another_password_needs_the_old_one_and_ends_the_other_sessions(bare: Pages) -> None:
    earlier, here = await twice_inside(bare)
    token = form_token(await here.get("/account"))

    async def changed(current: str, again: str = OTHER, password: str = OTHER) -> int:
        sent = {"form_token": token, "current": current, "password": password, "again": again}
        return (await here.post("/account/password", data=sent)).status_code

    assert await changed("not the old password") == 422
    assert await changed(PASSWORD, again="another one") == 422
    assert await changed(PASSWORD, again="short", password="short") == 422
    assert (await earlier.get("/")).status_code == 200
    assert await changed(PASSWORD) == 303
    assert (await earlier.get("/")).status_code == 303
    assert (await here.get("/")).status_code == 200
    bare.clock.move(STEP)
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 401
    assert (await bare.log_in(bare.browser(), "Li", password=OTHER)).status_code == 303


async def test_guessing_the_old_password_is_stopped(bare: Pages) -> None:
    li = await bare.inside("Li")
    token = form_token(await li.get("/account"))
    sent = {"form_token": token, "password": OTHER, "again": OTHER}
    for guess in range(5):
        answer = await li.post("/account/password", data={**sent, "current": f"guess {guess}"})
        assert answer.status_code == 422
    stopped = await li.post("/account/password", data={**sent, "current": PASSWORD})
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "900")


@pytest.mark.parametrize("left", [10, 9])
async def test_recovery_codes_are_counted_shown_once_and_made_anew(bare: Pages, left: int) -> None:
    li = await bare.inside("Li")
    page = await li.get("/account")
    assert "10" not in page.text.partition('id="recovery"')[2].partition("</p>")[0].partition("/")[0]
    made = await li.post("/account/codes", data={"form_token": form_token(page)})
    codes = codes_of(made)
    assert len(codes) == 10
    if left == 9:
        li = bare.browser()
        assert (await bare.log_in(li, "Li", code=codes[0])).headers["location"] == "/account?told=recovery_code_used"
    shown = (await li.get("/account?told=recovery_code_used")).text
    assert f"10 个中剩余 {left} 个" in shown
    assert not [code for code in codes if code in shown]
