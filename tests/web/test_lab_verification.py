"""A value that a participant told, from the pages: verified with its sheet, or refused with a reason."""

from datetime import timedelta

from sqlmodel import col, select

from actions.labs import NewResult, record_result
from models.lab import LabResult
from models.participant import Participant
from models.protocol_file import load_trial
from models.session import SYSTEM
from protocol.lab_entry import LabSource
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.test_asking import CODE, does, look

SHEET = {"number": "1", "verified": "yes", "laboratory": "county hospital", "assay": "", "reason": ""}


async def told(pages: Pages) -> None:
    async with pages.store.change(at=NOW, actor=SYSTEM) as change:
        (one,) = await change.session.scalars(select(Participant).where(Participant.code == CODE))
        new = NewResult("haemoglobin", "98", "g/L", NOW - timedelta(days=1), source=LabSource.PARTICIPANT)
        await record_result(change, one, new, "participant", load_trial(None))


async def versions(pages: Pages) -> list[LabResult]:
    async with pages.store.read() as session:
        return list(await session.scalars(select(LabResult).order_by(col(LabResult.version))))


async def test_a_told_value_waits_on_the_worklist_and_is_verified_with_its_sheet(pages: Pages) -> None:
    await told(pages)
    li = await pages.inside("Li")
    assert f'href="/participants/{CODE}/lab-verify"' in (await li.get("/")).text
    await does(li, "lab-verify", await look(pages, li, "lab-verify", SHEET))
    before, after = await versions(pages)
    assert (before.source, after.source) == (LabSource.PARTICIPANT, LabSource.STAFF)
    assert (after.value, after.laboratory, after.recorded_by) == (98.0, "county hospital", "Li")
    assert f'href="/participants/{CODE}/lab-verify"' not in (await li.get("/")).text


async def test_a_refusal_says_why_and_leaves_what_was_told(pages: Pages) -> None:
    await told(pages)
    li = await pages.inside("Li")
    refusal = {**SHEET, "verified": "no", "laboratory": ""}
    assert (await look(pages, li, "lab-verify", refusal)).status_code == 422
    page = await look(pages, li, "lab-verify", {**refusal, "reason": "a sheet of somebody else"})
    await does(li, "lab-verify", page)
    _, after = await versions(pages)
    assert (after.source, after.in_error, after.reason) == (LabSource.PARTICIPANT, True, "a sheet of somebody else")
