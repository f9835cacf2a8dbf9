"""The visits of a week: in order, marked where blood comes first, and with what can be recorded of each."""

from datetime import date, time

from sqlmodel import col, select

from messages.text import catalogue
from models.ledger import AuditEntry
from models.participant import Participant
from models.visit import Visit
from protocol.terms import Language, ParticipantState
from protocol.visits import VisitState
from tests.web.cast import NOW
from tests.web.conftest import Pages

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


async def arranged(pages: Pages) -> None:
    """This week: one over, one of today with blood; next week one planned, one of who has left; one elsewhere."""
    planned = (
        ("PRCA-001", "w2", date(2026, 11, 19), None, False, VisitState.PLANNED),
        ("PRCA-002", "m1", SUNDAY, time(9), True, VisitState.CONFIRMED),
        ("PRCA-003", "m2", MONDAY, time(10), True, VisitState.PLANNED),
        ("PRCA-004", "m2", MONDAY, time(8), True, VisitState.PLANNED),
        ("PRCA-005", "unscheduled-1", MONDAY, None, False, VisitState.PROPOSED),
        ("PRCA-101", "w2", MONDAY, None, False, VisitState.PLANNED),
    )
    async with pages.store.change(at=NOW) as change:
        people = {one.code: one for one in await change.session.scalars(select(Participant))}
        people["PRCA-004"].state = ParticipantState.WITHDRAWN
        for code, key, on, at, draw, state in planned:
            row = Visit(
                id=f"v-{code}", participant_id=people[code].id, key=key, planned_on=on, planned_time=at, draw=draw,
                state=state, recorded_by="li", recorded_at=NOW,
            )  # fmt: skip
            change.session.add(row)


async def test_a_week_shows_its_own_visits_of_the_own_site_and_what_can_be_recorded(pages: Pages) -> None:
    await arranged(pages)
    li = await pages.inside("Li")
    say = catalogue(Language.ZH).gettext
    this = (await li.get("/visits")).text
    assert "/participants/PRCA-001/visit-attended?visit=w2" in this
    assert "/participants/PRCA-002/visit-drawn?visit=m1" in this
    assert this.count(say("nobody has recorded it")) == 1
    assert this.count(say("blood first, then the dose")) == 1
    following = (await li.get(f"/visits?week={MONDAY}")).text
    assert "/participants/PRCA-003/visit-move?visit=m2" in following
    assert "/participants/PRCA-005/visit-accept?visit=unscheduled-1" in following
    for code in ("PRCA-001", "PRCA-004", "PRCA-101"):
        assert code not in following, "another week, somebody who has left, another site"
    async with pages.store.read() as session:
        reads = select(AuditEntry).where(col(AuditEntry.action) == "read_visits")
        assert len((await session.scalars(reads)).all()) == 1


async def test_a_link_of_the_week_opens_the_form_with_its_visit_chosen(pages: Pages) -> None:
    await arranged(pages)
    li = await pages.inside("Li")
    page = await li.get("/participants/PRCA-002/visit-drawn?visit=m1")
    assert '<option value="m1" selected>' in page.text


async def test_a_monitor_sees_the_week_and_is_offered_nothing_and_an_odd_week_is_this_one(pages: Pages) -> None:
    await arranged(pages)
    mo = await pages.inside("Mo")
    for week in ("", "?week=0001-01-01", "?week=never", "?week=9999-12-31"):
        page = await mo.get(f"/visits{week}")
        assert (page.status_code, "PRCA-002" in page.text, "/visit-" in page.text) == (200, True, False), week
    empty = await mo.get("/visits?week=2027-05-01")
    assert catalogue(Language.ZH).gettext("No visit is planned for this week.") in empty.text
