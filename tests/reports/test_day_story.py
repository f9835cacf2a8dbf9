"""One day of Fang's as it is told: nothing of it missing, in order of time, and nothing of another day or site."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from models.dose import ScheduledDose
from models.inbox import ReceivingGap
from models.participant import Participant
from models.prompt import Prompt
from models.session import Actor, Change, Store
from models.symptom import SymptomCheck
from models.visit import Visit
from protocol.symptoms import Occasion, Tier
from protocol.terms import Cause, DoseAnswer, DoseState, OrderKind, PromptKind, PromptState, Role, Source
from protocol.visits import VisitState
from reports.day_story import DayStory, StoryKind, day_story
from reports.printed_day import printed_day
from tests.postgres import Kind, empty_url
from tests.study.cast import DAY_1, enrol, hours, order, report, schedule

DAY_2 = DAY_1 + timedelta(days=1)
LATER = hours(9, 12)
LI = Actor("staff", "Li", Role.COORDINATOR.value, "PUMCH")
FANG = Actor("participant", "link-1")


def prompt(change: Change, name: str, at: datetime, state: PromptState, **values: Any) -> None:
    defaults: dict[str, Any] = {"kind": PromptKind.DOSE_REMINDER, "participant_id": "id-PUMCH-001"}
    times = {"due_at": at, "expires_at": at, "visible_at": at}
    change.session.add(Prompt(id=name, key=name, state=state, **(defaults | times | values)))


async def days(store: Store, *states: DoseState) -> None:
    """Fang with one dose a day, in these states."""
    async with store.change(at=hours(1, 7)) as change:
        fang = await enrol(change)
        order(change, fang, 1)
        for ordinal, state in enumerate(states, 1):
            schedule(change, fang, ordinal, state)


async def told(store: Store, *, as_of: datetime = LATER) -> DayStory:
    found = await day_story(store, "PUMCH-001", DAY_2, as_of=as_of)
    assert found is not None
    return found


def short(story: DayStory) -> list[tuple[StoryKind, str]]:
    return [(line.kind, line.what) for line in story.lines]


async def corrected(store: Store) -> None:
    """Reminded at 8:00, taken at 8:10, corrected by Li two days later."""
    await days(store, DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.OPEN)
    dose = "id-PUMCH-001-d2"
    async with store.change(at=hours(2, 8.2), actor=FANG) as change:
        sent: dict[str, Any] = {"sent_at": hours(2, 8.01), "settled_at": hours(2, 8.01), "attempts": 1}
        prompt(change, "p2", hours(2, 8), PromptState.DELIVERED, dose_id=dose, **sent)
        event = report(change, await _dose(change, dose), taken_at=hours(2, 8.1))
        change.audit("record_dose", "dose_event", event.id, participant_id=event.participant_id)
        prompt(change, "p3", hours(3, 8), PromptState.DELIVERED, dose_id="id-PUMCH-001-d3")
        change.audit("record_dose", "dose_event", "of another day", participant_id=event.participant_id)
    async with store.change(at=hours(4, 10), actor=LI) as change:
        again = report(change, await _dose(change, dose), DoseAnswer.NOT_TAKEN, number=2)
        again.supersedes_id, again.source, again.reported_by = event.id, Source.STAFF_CALL, "Li"
        again.correction_reason = "she found the tablet"
        change.audit(
            "correct_dose", "dose_event", again.id, participant_id=event.participant_id, reason="she found the tablet"
        )


async def _dose(change: Change, name: str) -> Any:
    return await change.session.get(ScheduledDose, name)


async def test_a_correction_stands_after_what_it_corrects_with_who_and_why(store: Store) -> None:
    await corrected(store)
    story = await told(store)
    assert short(story) == [
        (StoryKind.PROMPT, "delivered"),
        (StoryKind.REPORT, "taken"),
        (StoryKind.CHANGE, "record_dose"),
        (StoryKind.CORRECTION, "not_taken"),
        (StoryKind.CHANGE, "correct_dose"),
    ]
    sent, first, recorded, second, changed = story.lines
    assert (sent.at, sent.ordinal, sent.details["due_at"]) == (hours(2, 8.01), 2, hours(2, 8))
    assert (first.by, first.details["taken_at"], recorded.by) == ("participant", hours(2, 8.1), "participant")
    assert (second.by, second.reason, changed.by, changed.reason) == ("Li", "she found the tablet") * 2
    assert [(dose.ordinal, dose.state, dose.order_version) for dose in story.doses] == [(2, DoseState.NOT_TAKEN, 1)]
    assert (story.protocol_version, story.order_version, story.hold_version) == ("1", 1, None)


async def test_what_happened_after_the_data_cut_is_left_out(store: Store) -> None:
    await corrected(store)
    kinds = [line.kind for line in (await told(store, as_of=hours(3, 12))).lines]
    assert kinds == [StoryKind.PROMPT, StoryKind.REPORT, StoryKind.CHANGE]


async def test_an_outage_shows_when_nobody_listened_and_what_was_not_sent(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.NOT_ASKED)
    async with store.change(at=hours(2, 20)) as change:
        (await _dose(change, "id-PUMCH-001-d2")).cause = Cause.OUTAGE
        expired: dict[str, Any] = {"dose_id": "id-PUMCH-001-d2", "reason": "window_over"}
        prompt(change, "p2", hours(2, 8), PromptState.EXPIRED, **expired)
        change.session.add(ReceivingGap(id="g1", from_at=hours(2, 7), until_at=hours(2, 19)))
        change.session.add(ReceivingGap(id="g2", from_at=hours(1, 7), until_at=hours(1, 9)))
    story = await told(store)
    assert short(story) == [(StoryKind.GAP, "receiving_gap"), (StoryKind.PROMPT, "expired")]
    assert (story.lines[0].details["until_at"], story.lines[1].reason) == (hours(2, 19), "window_over")
    assert [(dose.state, dose.cause) for dose in story.doses] == [(DoseState.NOT_ASKED, Cause.OUTAGE)]


async def test_a_dose_asked_about_next_morning_is_told_on_its_own_day(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.UNREPORTED, DoseState.OPEN)
    async with store.change(at=hours(3, 8)) as change:
        record: dict[str, Any] = {"kind": PromptKind.DOSE_RECORD, "dose_id": "id-PUMCH-001-d2"}
        prompt(change, "p", hours(3, 7.5), PromptState.SKIPPED, reason="messages_stopped", **record)
    line = (await told(store)).lines[0]
    assert (line.at, line.what, line.ordinal, line.reason) == (hours(3, 7.5), "skipped", 2, "messages_stopped")


async def test_a_held_day_names_the_hold_that_was_ordered_by_then(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.HELD)
    async with store.change(at=hours(2, 7)) as change:
        order(change, await _person(change), 2, OrderKind.HOLD, DAY_2)
    assert ((await told(store)).order_version, (await told(store)).hold_version) == (1, 2)
    before = await told(store, as_of=hours(1, 12))
    assert (before.order_version, before.hold_version) == (1, None)
    assert "held by version 2" in printed_day(await told(store)).as_text()


async def _person(change: Change) -> Any:
    return await change.session.get(Participant, "id-PUMCH-001")


async def test_a_draw_day_tells_of_the_blood_and_of_who_moved_the_visit(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.TAKEN)
    async with store.change(at=hours(1, 9), actor=LI) as change:
        kept: dict[str, Any] = {
            "recorded_by": "Li",
            "recorded_at": change.at,
            "state": VisitState.ATTENDED,
            "draw": True,
        }
        visit = Visit(
            id="v1", participant_id="id-PUMCH-001", key="W2", planned_on=DAY_2, drawn_at=hours(2, 8.5), **kept
        )
        change.session.add(visit)
        change.audit("move_visit", "visit", "v1", participant_id="id-PUMCH-001", reason="holiday")
    async with store.change(at=hours(2, 9)) as change:
        prompt(change, "p2", hours(2, 8), PromptState.DELIVERED, kind=PromptKind.DRAW_WAIT)
        report(change, await _dose(change, "id-PUMCH-001-d2"), taken_at=hours(2, 8.75))
    story = await told(store)
    assert story.draw_planned
    assert short(story) == [
        (StoryKind.CHANGE, "move_visit"),
        (StoryKind.PROMPT, "delivered"),
        (StoryKind.DRAW, "W2"),
        (StoryKind.REPORT, "taken"),
    ]
    assert "Blood was to be taken" in printed_day(story).as_text()


async def test_a_check_of_that_day_is_told_by_its_tier_and_protocol_version(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.TAKEN)
    async with store.change(at=hours(2, 12)) as change:
        values: dict[str, Any] = {"source": Source.PARTICIPANT, "occasion": Occasion.UNWELL, "tier": Tier.AMBER}
        for name, at in (("c1", hours(2, 12)), ("c0", hours(1, 23))):
            more: dict[str, Any] = {"reported_by": f"link-{name}", "begun_at": at, "protocol_version": "0.1"}
            change.session.add(SymptomCheck(id=name, participant_id="id-PUMCH-001", **values, **more))
    (line,) = (await told(store)).lines
    assert (line.kind, line.what, line.by) == (StoryKind.CHECK, Occasion.UNWELL, "participant")
    assert (line.details["tier"], line.details["protocol_version"]) == (Tier.AMBER, "0.1")


async def test_another_site_and_nobody_are_answered_alike(store: Store) -> None:
    await corrected(store)
    assert await day_story(store, "PUMCH-001", DAY_2, as_of=LATER, site="OTHER") is None
    assert await day_story(store, "PUMCH-999", DAY_2, as_of=LATER) is None
    assert await day_story(store, "PUMCH-001", DAY_2, as_of=LATER, site="PUMCH") is not None


async def test_nothing_of_somebody_else_is_told(store: Store) -> None:
    await corrected(store)
    async with store.change(at=hours(2, 9)) as change:
        otto = await enrol(change, "OTTO-001", "OTHER")
        dose = schedule(change, otto, 2)
        await change.session.flush()
        report(change, dose)
        prompt(change, "otto", hours(2, 8), PromptState.DELIVERED, participant_id=otto.id, dose_id=dose.id)
    assert len((await told(store)).lines) == 5


async def test_the_day_is_the_one_on_the_wall_of_the_participant(store: Store) -> None:
    await days(store, DoseState.TAKEN, DoseState.TAKEN)
    async with store.change(at=hours(2, 9)) as change:
        prompt(change, "before", hours(1, 23.9), PromptState.DELIVERED)
        prompt(change, "first", hours(2, 0), PromptState.DELIVERED)
        prompt(change, "last", hours(2, 23.9), PromptState.DELIVERED)
        prompt(change, "after", hours(3, 0), PromptState.DELIVERED)
    assert [line.at for line in (await told(store)).lines] == [hours(2, 0), hours(2, 23.9)]
    assert hours(2, 0) == datetime(2026, 3, 2, 16, tzinfo=UTC)


async def test_an_unprepared_store_knows_nobody(kind: Kind, tmp_path: Path, store: Store) -> None:
    bare = Store(await empty_url(kind, tmp_path), vault=store.vault, new_id=store.new_id, random_bytes=bytes)
    assert await day_story(bare, "PUMCH-001", DAY_2, as_of=LATER) is None
    await bare.close()
