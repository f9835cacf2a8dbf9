"""The administrator's page: accounts are made and ended there, by somebody proved, within the own site."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select

from actions.proof import PROOF_LIVES
from models.ledger import AuditEntry
from models.site import Staff
from protocol.terms import Role
from tests.web.conftest import Pages
from tests.web.test_log_in import form_token


async def ada_inside(pages: Pages) -> tuple[httpx.AsyncClient, str]:
    ada = await pages.inside("Ada")
    return ada, form_token(await ada.get("/staff"))


async def staff_of(pages: Pages, name: str) -> Staff | None:
    async with pages.store.read() as session:
        return (await session.execute(select(Staff).where(col(Staff.name) == name))).scalar_one_or_none()


def handed_over(page: httpx.Response) -> str:
    found = re.search(r'handed"><code>([a-z0-9-]+)</code>', page.text)
    assert found, page.text
    return found[1]


async def test_an_administrator_begins_with_the_accounts_and_sees_no_participant(pages: Pages) -> None:
    ada = await pages.inside("Ada")
    assert (await ada.get("/")).headers["location"] == "/staff"
    page = await ada.get("/staff")
    assert [name for name in pages.cast.staff_ids if name not in page.text] == []
    assert "PRCA-0" not in page.text
    assert "PRCA-0" not in (await ada.get(f"/staff/{pages.cast.staff_ids['Li']}")).text
    assert 'href="/participants' not in page.text
    assert re.findall(r'value="(\w*)" selected', page.text) == ["monitor", "PUMCH"]


async def test_a_new_account_is_handed_over_and_opens_a_first_log_in(bare: Pages) -> None:
    ada, token = await ada_inside(bare)
    made = await ada.post("/staff", data={"form_token": token, "name": "Bo", "role": "coordinator", "site": "PUMCH"})
    password = handed_over(made)
    bo = await staff_of(bare, "Bo")
    assert bo is not None
    assert (bo.role, bo.site_code, bo.ready_at) == (Role.COORDINATOR, "PUMCH", None)
    browser = bare.browser()
    assert (await bare.log_in(browser, "Li", name="Bo", password=password, code="")).status_code == 303
    assert (await browser.get("/")).headers["location"] == "/welcome"
    assert password not in (await ada.get("/staff")).text
    async with bare.store.read() as session:
        made_by = select(AuditEntry.actor).where(col(AuditEntry.action) == "add_staff", AuditEntry.record_id == bo.id)
        assert (await session.execute(made_by)).scalar_one() == "staff:Ada"


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"name": "Li"}, "name"), ({"name": "x"}, "name"), ({"role": "king"}, "role"), ({"site": "NOPE"}, "site")],
)
async def test_what_cannot_be_added_is_said_and_what_was_typed_is_kept(
    bare: Pages, changed: dict[str, str], place: str
) -> None:
    ada, token = await ada_inside(bare)
    typed = {"form_token": token, "name": "Somebody", "role": "monitor", "site": "SHANG", **changed}
    answer = await ada.post("/staff", data=typed)
    assert answer.status_code == 422
    assert f'value="{typed["name"]}"' in answer.text
    assert place == "role" or f'id="{place}-wrong"' in answer.text
    assert (await staff_of(bare, "Somebody")) is None


async def test_another_role_ends_the_sessions_of_the_old_one(bare: Pages) -> None:
    li = await bare.inside("Li")
    ada, token = await ada_inside(bare)
    path = f"/staff/{bare.cast.staff_ids['Li']}/change"
    same = {"form_token": token, "role": "coordinator", "site": "PUMCH"}
    assert (await ada.post(path, data=same)).headers["location"].endswith("told=changed")
    assert (await li.get("/")).status_code == 200
    await ada.post(path, data={**same, "role": "monitor", "site": "SHANG"})
    assert (await li.get("/")).headers["location"] == "/login"
    changed = await staff_of(bare, "Li")
    assert changed is not None
    assert (changed.role, changed.site_code) == (Role.MONITOR, "SHANG")


async def test_disabling_and_resetting_end_what_was_open(bare: Pages) -> None:
    li, wu = await bare.inside("Li"), await bare.inside("Wu")
    ada, token = await ada_inside(bare)
    ids = bare.cast.staff_ids
    await ada.post(f"/staff/{ids['Li']}/disable", data={"form_token": token})
    password = handed_over(await ada.post(f"/staff/{ids['Wu']}/reset", data={"form_token": token}))
    assert [(await one.get("/")).headers["location"] for one in (li, wu)] == ["/login", "/login"]
    bare.clock.move(timedelta(seconds=30))
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 401
    assert (await bare.log_in(bare.browser(), "Wu", password=password, code="")).status_code == 303
    for act, more in (("disable", {}), ("reset", {}), ("change", {"role": "monitor", "site": "PUMCH"})):
        again = await ada.post(f"/staff/{ids['Li']}/{act}", data={"form_token": token, **more})
        assert again.headers["location"].endswith("told=not_possible"), act


async def test_nobody_ends_or_changes_the_last_administrator_or_the_own_account(bare: Pages) -> None:
    ada, token = await ada_inside(bare)
    own = f"/staff/{bare.cast.staff_ids['Ada']}"
    for act, more in (("disable", {}), ("reset", {}), ("change", {"role": "monitor", "site": ""})):
        refused = await ada.post(f"{own}/{act}", data={"form_token": token, **more})
        assert refused.headers["location"].endswith("told=not_possible"), act
    assert "<form method" not in (await ada.get(own)).text.partition("<main")[2]
    assert (await ada.get("/staff")).status_code == 200


async def test_the_administrator_of_one_site_keeps_no_account_of_another(bare: Pages) -> None:
    kept = await bare.somebody(Role.ADMINISTRATOR, "PUMCH")
    page = await kept.get("/staff")
    token = form_token(page)
    assert ">Li<" in page.text
    assert ">Otto<" not in page.text
    assert ">Ada<" not in page.text
    for site in ("SHANG", ""):
        typed = {"form_token": token, "name": "Somebody", "role": "administrator", "site": site}
        assert (await kept.post("/staff", data=typed)).status_code == 422
        moved = {"form_token": token, "role": "coordinator", "site": site}
        answer = await kept.post(f"/staff/{bare.cast.staff_ids['Li']}/change", data=moved)
        assert answer.headers["location"].endswith("told=not_possible")
    li = await staff_of(bare, "Li")
    assert li is not None
    assert li.site_code == "PUMCH"
    assert (await staff_of(bare, "Somebody")) is None


async def test_accounts_ask_again_who_sits_there(bare: Pages) -> None:
    ada, token = await ada_inside(bare)
    bare.clock.move(PROOF_LIVES)
    typed = {"form_token": token, "name": "Bo", "role": "monitor", "site": "PUMCH"}
    for path, sent in (("/staff", typed), (f"/staff/{bare.cast.staff_ids['Li']}/disable", {"form_token": token})):
        assert 'name="proof"' in (await ada.post(path, data=sent)).text
    assert (await staff_of(bare, "Bo")) is None
    li = await staff_of(bare, "Li")
    assert li is not None
    assert li.disabled_at is None
