"""Forms and tablets from the pages: what was typed is what is kept, and an investigator alone signs."""

import re

import httpx
import pytest
from sqlmodel import col, select

from actions.forms import signature_of
from models.adverse_event import AdverseEvent
from models.alert import Alert
from models.form import FormSignature
from models.ledger import AuditEntry
from models.medication import Medication
from models.pregnancy import Pregnancy
from models.safety_event import SafetyEvent
from models.tablet import TabletMovement
from protocol.adverse_event import Causality, Criterion, EventOutcome
from protocol.tablets import MovementKind, MovementSource
from protocol.terms import AlertKind
from tests.web.conftest import Pages
from tests.web.test_asking import does, look, written

CODE = "PRCA-008"  # said that they feel unwell
EVENT = {"term": "nausea", "started_on": "2026-11", "ctcae": "5.0"}
JUDGED = {
    **EVENT, "grade": "2", "serious": "no", "causality": "possible", "action": "dose_not_changed",
    "outcome": "not_recovered",
}  # fmt: skip
TABLETS = {"kind": "dispensed", "units": "30", "on": "2026-11-22", "at": "20:14", "pack": "A12", "source": "staff"}
PREGNANCY = {"concerns": "pregnancy_partner", "learned_on": "2026-11-21", "outcome": "ongoing"}


async def done(pages: Pages, browser: httpx.AsyncClient, deed: str, typed: dict[str, str], code: str = CODE) -> None:
    page = await look(pages, browser, deed, typed, code)
    assert page.status_code == 200, page.text
    answer = await does(browser, deed, page, code)
    assert answer.headers["location"] == f"/participants/{code}?told={deed}", answer.text


async def events(pages: Pages) -> list[AdverseEvent]:
    async with pages.store.read() as session:
        return list(await session.scalars(select(AdverseEvent).order_by(col(AdverseEvent.version))))


async def test_an_event_is_kept_as_it_was_typed_and_its_story_is_sealed(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "event", {**JUDGED, "narrative": "after breakfast"})
    (row,) = await events(pages)
    assert (row.term, str(row.started_on), row.grade, row.serious) == ("nausea", "2026-11", 2, False)
    assert (row.causality, row.outcome) == (Causality.POSSIBLE, EventOutcome.NOT_RECOVERED)
    assert row.narrative is not None
    assert "breakfast" not in row.narrative


async def test_a_serious_event_opens_its_possible_sae_and_the_look_says_so_first(pages: Pages) -> None:
    li = await pages.inside("Li")
    typed = {**EVENT, "serious": "yes", "hospitalisation": "yes"}
    page = await look(pages, li, "event", typed, CODE)
    assert "研究团队记录了严重不良事件" in page.text or "严重" in page.text
    assert not await events(pages)
    await does(li, "event", page, CODE)
    (row,) = await events(pages)
    assert row.facts().criteria == {Criterion.HOSPITALISATION}
    async with pages.store.read() as session:
        (sae,) = await session.scalars(select(SafetyEvent))
        assert (row.safety_event_id, (await session.get_one(Alert, sae.alert_id)).kind) == (
            sae.id,
            AlertKind.SERIOUS_EVENT,
        )


@pytest.mark.parametrize(
    ("typed", "field"),
    [({**EVENT, "started_on": "yesterday"}, "started_on"), ({**EVENT, "ended_on": "2026-13"}, "ended_on")],
)
async def test_a_day_that_is_none_is_marked_at_its_field(pages: Pages, typed: dict[str, str], field: str) -> None:
    page = await look(pages, await pages.inside("Li"), "event", typed, CODE)
    assert (page.status_code, f'id="w-{field}"' in page.text) == (422, True)
    assert not await events(pages)


async def test_what_cannot_be_is_refused_and_nothing_is_written(pages: Pages) -> None:
    li = await pages.inside("Li")
    before = await written(pages)
    for typed in ({**EVENT, "serious": "yes"}, {**EVENT, "grade": "5"}, {**EVENT, "term": "called 13800138000"}):
        page = await look(pages, li, "event", typed, CODE)
        assert (page.status_code, 'role="alert"' in page.text) == (422, True), typed
    assert await written(pages) == before


async def test_what_was_told_becomes_an_event_in_one_click_and_only_once(pages: Pages) -> None:
    li, key = await pages.inside("Li"), pages.cast.alerts[CODE]
    link = f"/participants/{CODE}/event-from-told?source={key}"
    assert link in (await li.get("/alerts")).text
    assert re.search(rf'<option value="{key}" selected>feels unwell · 2026-11-22', (await li.get(link)).text)
    await done(pages, li, "event-from-told", {"source": key, "ctcae": "5.0"})
    (row,) = await events(pages)
    assert (row.term, str(row.started_on), row.alert_id) == ("feels unwell", "2026-11-22", key)
    again = await look(pages, li, "event-from-told", {"source": key, "ctcae": "5.0"}, CODE)
    assert again.status_code == 422
    assert len(await events(pages)) == 1


async def test_an_event_is_corrected_by_a_version_and_signed_by_an_investigator_alone(pages: Pages) -> None:
    wu = await pages.inside("Wu")
    li = await pages.inside("Li")
    await done(pages, li, "event", EVENT)
    (row,) = await events(pages)
    unready = await look(pages, wu, "sign-forms", {f"sign-{row.form_id}": "1"}, CODE)
    assert (unready.status_code, "尚未填写" in unready.text) == (422, True)
    told = {name: value for name, value in JUDGED.items() if name not in ("term", "started_on")}
    change = {"form": f"{row.form_id}|1", **told, "in_error": "no", "reason": "asked on the phone"}
    await done(pages, li, "event-correct", change)
    old, new = await events(pages)
    assert (old.grade, new.grade, new.version, new.term) == (None, 2, 2, "nausea")
    refused = await look(pages, li, "sign-forms", {f"sign-{row.form_id}": "2"}, CODE)
    assert refused.status_code == 403
    await done(pages, wu, "sign-forms", {f"sign-{row.form_id}": "2"})
    async with pages.store.read() as session:
        (signature,) = await session.scalars(select(FormSignature))
        assert await signature_of(session, old) is None
    assert (signature.version, signature.signed_by) == (2, "Wu")


async def test_a_version_that_was_not_shown_is_never_signed(pages: Pages) -> None:
    wu = await pages.inside("Wu")
    li = await pages.inside("Li")
    await done(pages, li, "event", JUDGED)
    (row,) = await events(pages)
    page = await look(pages, wu, "sign-forms", {f"sign-{row.form_id}": "1"}, CODE)
    change = {"form": f"{row.form_id}|1", "grade": "3", "ctcae": "5.0", "in_error": "no", "reason": "worse"}
    await done(pages, li, "event-correct", change)
    assert (await does(wu, "sign-forms", page, CODE)).status_code == 422
    async with pages.store.read() as session:
        assert not list(await session.scalars(select(FormSignature)))


async def test_a_form_of_another_participant_is_not_corrected(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "event", EVENT)
    (row,) = await events(pages)
    change = {"form": f"{row.form_id}|1", "grade": "3", "ctcae": "5.0", "in_error": "no", "reason": "worse"}
    page = await look(pages, li, "event-correct", change, "PRCA-003")
    assert page.status_code == 422
    assert len(await events(pages)) == 1


async def test_a_medication_and_a_pregnancy_are_recorded(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "medication", {"medicine": "Ketoconazole", "started_on": "2026-11-20"})
    await done(pages, li, "pregnancy", PREGNANCY)
    async with pages.store.read() as session:
        (medicine,) = await session.scalars(select(Medication))
        (pregnancy,) = await session.scalars(select(Pregnancy))
    assert (medicine.medicine, medicine.strong, medicine.recorded_by) == ("Ketoconazole", True, "Li")
    assert (str(pregnancy.learned_on), pregnancy.outcome.value) == ("2026-11-21", "ongoing")


async def test_tablets_are_counted_by_whom_it_says(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "tablets", TABLETS)
    told = {**TABLETS, "kind": "counted", "units": "28", "pack": "", "source": "participant"}
    await done(pages, li, "tablets", told)
    async with pages.store.read() as session:
        rows = list(await session.scalars(select(TabletMovement).order_by(col(TabletMovement.number))))
    assert [(one.kind, one.units, one.source) for one in rows] == [
        (MovementKind.DISPENSED, 30, MovementSource.STAFF),
        (MovementKind.COUNTED, 28, MovementSource.PARTICIPANT),
    ]


@pytest.mark.parametrize(
    ("typed", "field"), [({"units": "-3"}, "units"), ({"units": "٣"}, "units"), ({"source": "participant"}, "source")]
)
async def test_a_number_of_tablets_that_cannot_be_is_marked(pages: Pages, typed: dict[str, str], field: str) -> None:
    page = await look(pages, await pages.inside("Li"), "tablets", {**TABLETS, **typed}, CODE)
    assert (page.status_code, f'id="w-{field}"' in page.text) == (422, True)


async def test_who_signs_reads_the_sealed_words_and_the_audit_says_so(pages: Pages) -> None:
    await done(pages, await pages.inside("Li"), "event", {**JUDGED, "narrative": "after breakfast"})
    wu = await pages.inside("Wu")
    form = await wu.get(f"/participants/{CODE}/sign-forms")
    assert "after breakfast" in form.text
    (event,) = await events(pages)
    async with pages.store.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "read_narratives")
        kept = list(await session.scalars(query))
    assert [one.actor for one in kept] == ["staff:Wu"]
    assert event.id in (kept[0].payload or "")
    assert "breakfast" not in (kept[0].payload or "")
    page = await look(pages, wu, "sign-forms", {f"sign-{event.form_id}": "1"}, CODE)
    await wu.get(f"/participants/{CODE}/sign-forms")  # a reading makes no look stale
    assert (await does(wu, "sign-forms", page, CODE)).status_code == 303


async def test_a_medicine_and_a_pregnancy_stand_on_the_page_of_the_participant(pages: Pages) -> None:
    li = await pages.inside("Li")
    await done(pages, li, "medication", {"medicine": "aspirin", "started_on": "2026-11-20"})
    await done(pages, li, "pregnancy", PREGNANCY)
    text = (await li.get(f"/participants/{CODE}")).text
    medicines = text.partition('id="medications"')[2].partition("</section>")[0]
    assert "aspirin" in medicines
    assert "未签" in medicines
    assert "2026年11月21日" in text.partition('id="pregnancies"')[2].partition("</section>")[0]
    assert 'id="pregnancies"' not in (await li.get("/participants/PRCA-001")).text
