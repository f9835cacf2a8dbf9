"""The worklist says who needs a human, why and what to do; its numbers are the rows it shows."""

from tests.web.conftest import Pages


async def test_the_worklist_shows_the_red_alert_first(pages: Pages) -> None:
    page = (await (await pages.inside("Li")).get("/")).text
    assert page.index("PRCA-003") < page.index("PRCA-006")
    assert "截至 20:14" in page or "As of 20:14" in page
