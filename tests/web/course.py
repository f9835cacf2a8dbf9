"""A course for one participant of the cast: values, a transfusion, checks, visits, tablets and an event."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import select

from models.adverse_event import AdverseEvent
from models.participant import Participant
from models.study.lab import StudyLabResult
from models.study.symptom import StudySymptomAnswer, StudySymptomCheck
from models.study.tablet import StudyTabletMovement
from models.study.visit import StudyVisit
from protocol.answers import AnswerState
from protocol.lab_entry import LabSource
from protocol.labs import Bound
from protocol.month_six import HAEMOGLOBIN as HAEMOGLOBIN_KEY
from protocol.partial_day import PartialDay
from protocol.symptoms import Occasion, Tier
from protocol.tablets import MovementKind, MovementSource
from protocol.terms import Source
from protocol.trough import LEVEL
from protocol.visits import VisitState
from tests.web.cast import NOW
from tests.web.conftest import Pages

DAY = timedelta(days=1)
CODE = "PRCA-001"
SYNCED: dict[str, Any] = {"source_seq": 1, "synced_at": NOW}
HAEMOGLOBIN = ((60, 68.0, LabSource.STAFF), (40, 84.0, LabSource.STAFF), (20, 97.0, LabSource.PARTICIPANT))
LEVELS = ((45, 6.2), (15, 9.4))
TRANSFUSED_ON = date(2026, 10, 5)


async def prepare(pages: Pages) -> None:
    """Everything of `CODE`, in both databases."""
    async with pages.study.write(at=NOW) as session:
        for number, (ago, value, source) in enumerate(HAEMOGLOBIN, 1):
            session.add(_result(number, HAEMOGLOBIN_KEY, value, "g/L", ago, source))
        for number, (ago, value) in enumerate(LEVELS, 10):
            session.add(_result(number, LEVEL, value, "ng/mL", ago, LabSource.STAFF))
        for number, (tier, item, told) in enumerate(
            ((Tier.RED, "feverish", "yes"), (Tier.AMBER, "mouth", "moderate"), (Tier.GREEN, "transfusion", "yes"))
        ):
            session.add(_check(number, tier))
            await session.flush()
            session.add(_answer(number, item, told))
        session.add(_answer(2, "transfusion_on", TRANSFUSED_ON.isoformat()))
        session.add(_visit("w2", 55, VisitState.ATTENDED))
        session.add(_visit("m2", -5, VisitState.CONFIRMED))
        for number, (kind, units) in enumerate(((MovementKind.DISPENSED, 90), (MovementKind.COUNTED, 21)), 1):
            session.add(_movement(number, kind, units))
    async with pages.store.change(at=NOW) as change:
        person = (await change.session.scalars(select(Participant).where(Participant.code == CODE))).one()
        change.session.add(_event(change.new_id(), person.id))


def _result(number: int, analyte: str, value: float, unit: str, ago: int, source: LabSource) -> StudyLabResult:
    return StudyLabResult(
        id=f"lab-{number}", participant_code=CODE, number=number, version=1, in_error=False, analyte=analyte,
        value=value, unit=unit, bound=Bound.EXACT, given_value=f"{value:g}", given_unit=unit, drawn_at=NOW - ago * DAY,
        laboratory="PUMCH", assay="LC-MS/MS", confirmed=False, source=source, recorded_at=NOW - ago * DAY, **SYNCED,
    )  # fmt: skip


def _check(number: int, tier: Tier) -> StudySymptomCheck:
    begun_at = NOW - (30 - 7 * number) * DAY
    return StudySymptomCheck(
        id=f"check-{number}", participant_code=CODE, occasion=Occasion.WEEKLY, source=Source.PARTICIPANT, tier=tier,
        begun_at=begun_at, finished_at=begun_at, protocol_version="0.1", **SYNCED,
    )  # fmt: skip


def _answer(number: int, item: str, value: str) -> StudySymptomAnswer:
    said_at = NOW - (30 - 7 * number) * DAY
    return StudySymptomAnswer(
        id=f"answer-{number}-{item}", participant_code=CODE, check_id=f"check-{number}", item=item, value=value,
        state=AnswerState.ANSWERED, ordinal=1, has_text=False, said_at=said_at, recorded_at=said_at,
        source=Source.PARTICIPANT, **SYNCED,
    )  # fmt: skip


def _visit(key: str, ago: int, state: VisitState) -> StudyVisit:
    on = (NOW - ago * DAY).date()
    return StudyVisit(
        id=f"visit-{key}", participant_code=CODE, key=key, version=1, target_on=on, from_on=on - 3 * DAY,
        until_on=on + 3 * DAY, planned_on=on, draw=True, fasting=False, state=state,
        attended_on=on if state is VisitState.ATTENDED else None, recorded_at=NOW - 70 * DAY, **SYNCED,
    )  # fmt: skip


def _movement(number: int, kind: MovementKind, units: int) -> StudyTabletMovement:
    return StudyTabletMovement(
        id=f"movement-{number}", participant_code=CODE, number=number, version=1, kind=kind, product="tablet",
        strength_mg=1.0, units=units, moved_at=NOW - (72 - 70 * (number - 1)) * DAY, pack="L1",
        source=MovementSource.STAFF, in_error=False, recorded_at=NOW, **SYNCED,
    )  # fmt: skip


def _event(event_id: str, participant_id: str) -> AdverseEvent:
    return AdverseEvent(
        id=event_id, form_id=event_id, participant_id=participant_id, version=1, recorded_by="Li", recorded_at=NOW,
        term="口腔溃疡", started_on=PartialDay.read("2026-10-28"), grade=2, serious=False,
    )  # fmt: skip
