"""A journey on the pages: the look shows the doses around it, what was seen is kept, and it is ended by page."""

from datetime import date

from sqlmodel import select

from actions.travel import journeys_known
from messages.text import catalogue
from models.journey import JourneyRow
from models.participant import Participant
from protocol.terms import Language
from tests.web.conftest import Pages
from tests.web.test_asking import does, look

CODE = "PRCA-003"
LONDON = {"tz": "Europe/London", "from_on": "2026-12-01", "until_on": "2026-12-08", "clock": "local"}


async def journeys(pages: Pages) -> list[JourneyRow]:
    async with pages.store.read() as session:
        one = (await session.scalars(select(Participant).where(Participant.code == CODE))).one()
        return await journeys_known(session, one.id)


async def test_the_look_shows_each_dose_around_the_journey_with_its_distance(pages: Pages) -> None:
    li = await pages.inside("Li")
    page = await look(pages, li, "travel", LONDON)
    assert page.status_code == 200
    assert page.text.count("<li>") >= 4
    assert "伦敦" in page.text
    assert await journeys(pages) == []
    assert (await does(li, "travel", page)).status_code == 303
    (kept,) = await journeys(pages)
    assert (kept.tz, kept.from_on, kept.recorded_by) == ("Europe/London", date(2026, 12, 1), "Li")
    shown = (await li.get(f"/participants/{CODE}")).text
    assert "伦敦" in shown
    ends = await look(pages, li, "travel-end", {"number": "1"})
    assert (await does(li, "travel-end", ends)).status_code == 303
    assert await journeys(pages) == []


async def test_wrong_days_and_no_place_are_said_at_their_field_and_nothing_is_kept(pages: Pages) -> None:
    li = await pages.inside("Li")
    say = catalogue(Language.ZH).gettext
    for wrong, words in (
        ({"until_on": "2026-11-30"}, say("The last day lies before the first one.")),
        ({"tz": ""}, say("Fill this in.")),
        ({"clock": ""}, say("Fill this in.")),
    ):
        page = await look(pages, li, "travel", {**LONDON, **wrong})
        assert (page.status_code, words in page.text) == (422, True), wrong
    assert await journeys(pages) == []


async def test_without_a_journey_there_is_nothing_to_end(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert (
        catalogue(Language.ZH).gettext("There is no journey.")
        in (await li.get(f"/participants/{CODE}/travel-end")).text
    )
    page = await look(pages, li, "travel-end", {})
    assert page.status_code == 422
