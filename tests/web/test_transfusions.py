"""Transfusions from the pages: what was typed is what is kept, and a record taken out stays beside."""

import httpx
from sqlmodel import col, select

from models.transfusion import Transfusion
from protocol.transfusions import BloodUnit, TransfusionSource
from tests.web.conftest import Pages
from tests.web.test_asking import does, look

CODE = "PRCA-003"
GIVEN = {"given_on": "2026-11-20", "amount": "2", "unit": "cn_u", "source": "chart"}
CORRECTION = {
    "number": "1", "given_on": "", "amount": "", "unit": "", "source": "", "in_error": "no", "reason": "two more",
}  # fmt: skip


async def done(pages: Pages, browser: httpx.AsyncClient, deed: str, typed: dict[str, str]) -> None:
    page = await look(pages, browser, deed, typed)
    assert page.status_code == 200, page.text
    answer = await does(browser, deed, page)
    assert answer.headers["location"] == f"/participants/{CODE}?told={deed}", answer.text


async def rows(pages: Pages) -> list[Transfusion]:
    async with pages.store.read() as session:
        return list(await session.scalars(select(Transfusion).order_by(col(Transfusion.version))))


async def test_a_transfusion_is_recorded_corrected_and_taken_out_version_by_version(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "transfusion", GIVEN)
    await done(pages, li, "transfusion-correct", {**CORRECTION, "amount": "4"})
    await done(pages, li, "transfusion-correct", {**CORRECTION, "in_error": "yes"})
    first, second, third = await rows(pages)
    assert (str(first.given_on), first.amount, first.unit) == ("2026-11-20", 2.0, BloodUnit.CN_U)
    assert (first.source, first.recorded_by) == (TransfusionSource.CHART, "Li")
    assert (second.amount, second.unit, second.reason, third.in_error) == (4.0, BloodUnit.CN_U, "two more", True)
    empty = await look(pages, li, "transfusion-correct", {**CORRECTION, "amount": "3"})
    assert empty.status_code == 422, "what was taken out is not offered any more"


async def test_what_cannot_be_is_refused_and_what_was_typed_stands_there(pages: Pages) -> None:
    li = await pages.inside("Li")
    page = await look(pages, li, "transfusion", {**GIVEN, "amount": "400"})
    assert (page.status_code, 'value="400"' in page.text) == (422, True)
    await done(pages, li, "transfusion", GIVEN)
    again = await look(pages, li, "transfusion", GIVEN)
    assert (again.status_code, "已有第1号输血记录" in again.text) == (422, True)
    assert len(await rows(pages)) == 1
