"""Zones: nights with an hour too few or too many, journeys over the date line, and a language changed in mid-day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from actions.facts import participant_by_code
from actions.settings import UnknownZoneError, set_zone
from models.ledger import AuditEntry
from models.session import Actor
from protocol.taps import Verb
from protocol.terms import DoseState, Language, PromptKind, PromptState
from tests.postgres import Kind
from tests.stories.stage import LONDON, Member, Stage

LORD_HOWE = "Australia/Lord_Howe"
TUESDAY = date(2026, 3, 3)
GAP = timedelta(hours=12)


async def asked_at(stage: Stage, code: str = "017") -> list[datetime]:
    """When each dose's reminder went out, in order of the doses."""
    ordinals = {dose.id: dose.ordinal for dose in await stage.doses(code)}
    sent = {
        ordinals[prompt.dose_id]: prompt.sent_at
        for prompt in await stage.prompts(code)
        if prompt.kind is PromptKind.DOSE_REMINDER and prompt.state is PromptState.DELIVERED and prompt.dose_id
    }
    assert sorted(sent) == list(range(1, len(sent) + 1))
    return [at for _, at in sorted(sent.items()) if at is not None]


async def lives(member: Member, days: int) -> None:
    """Takes each dose within half an hour of its reminder; nothing else is pressed."""
    stage = member.stage
    ends_at = stage.clock.now() + timedelta(days=days)
    done = 0
    while stage.clock.now() < ends_at:
        await stage.until(stage.clock.now() + timedelta(minutes=25))
        if len(await _waiting(stage, member.code)) and member.offers(Verb.TAKEN):
            await member.tap(Verb.TAKEN)
            done += 1
    assert done > 0


async def _waiting(stage: Stage, code: str) -> list[object]:
    return [
        dose for dose in await stage.doses(code) if dose.state is DoseState.OPEN and dose.due_at <= stage.clock.now()
    ]


@pytest.mark.parametrize(
    ("tz", "start", "wall", "walls"),
    [
        (LONDON, (2026, 3, 27, 12), time(1, 30), ["01:30", "02:30", "01:30"]),  # no 01:30 on the 29th
        pytest.param(LONDON, (2026, 3, 27, 12), time(2, 30), ["02:30", "02:30", "02:30"], marks=pytest.mark.slow),
        # twice on the 25th
        pytest.param(LONDON, (2026, 10, 23, 12), time(1, 30), ["01:30", "01:30", "01:30"], marks=pytest.mark.slow),
        (LORD_HOWE, (2026, 10, 2, 2), time(2, 15), ["02:15", "02:45", "02:15"]),  # half an hour is left out on the 4th
        # and comes twice on the 5th
        pytest.param(LORD_HOWE, (2026, 4, 3, 2), time(1, 45), ["01:45", "01:45", "01:45"], marks=pytest.mark.slow),
    ],
)
async def test_each_night_has_one_reminder_whatever_the_clocks_do(
    kind: Kind, tmp_path: Path, tz: str, start: tuple[int, ...], wall: time, walls: list[str]
) -> None:
    stage = await Stage.open(kind, tmp_path, datetime(*start, tzinfo=UTC))  # type: ignore[arg-type,misc]
    emma = await stage.set_up(language=Language.EN, tz=tz, reminder=wall)
    await lives(emma, 3)
    asked = await asked_at(stage)
    assert [f"{at.astimezone(ZoneInfo(tz)):%H:%M}" for at in asked] == walls
    doses = await stage.doses()
    assert [dose.due_on for dose in doses[:3]] == [doses[0].due_on + timedelta(days=day) for day in range(3)]
    assert all(later - earlier >= GAP for earlier, later in pairwise(asked))
    await stage.close()


async def travels(stage: Stage, tz: str) -> None:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await set_zone(change, await participant_by_code(change, "017"), tz, "a journey", stage.system.trial)


@pytest.mark.slow
@pytest.mark.parametrize(
    "journey", [("Pacific/Auckland", "Pacific/Honolulu"), ("Pacific/Honolulu", "Pacific/Auckland")]
)
async def test_a_traveller_over_the_date_line_is_asked_for_each_dose_once_and_never_too_soon(
    stage: Stage, journey: tuple[str, str]
) -> None:
    fang = await stage.set_up()
    await lives(fang, 2)
    for tz in journey:
        await travels(stage, tz)
        await lives(fang, 2)
    asked = await asked_at(stage)
    assert len(asked) >= 5
    assert all(later - earlier >= GAP for earlier, later in pairwise(asked))
    assert {f"{at.astimezone(ZoneInfo(journey[1])):%H:%M}" for at in asked[-1:]} == {"08:00"}
    doses = [dose for dose in await stage.doses() if dose.due_at <= stage.clock.now()]
    assert [dose.ordinal for dose in doses] == list(range(1, len(doses) + 1))
    assert {dose.state for dose in doses} == {DoseState.TAKEN}


async def test_a_changed_zone_is_audited_with_its_reason_and_an_unknown_one_is_refused(stage: Stage) -> None:
    await stage.set_up()
    await travels(stage, LONDON)
    async with stage.system.store.read() as session:
        entry = (await session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "set_zone"))).one()
    assert entry.actor == "staff:li"
    assert "a journey" in (entry.payload or "")
    with pytest.raises(UnknownZoneError):
        await travels(stage, "Europe/Beijing")
    assert (await stage.participant()).tz == LONDON


async def test_a_language_changed_in_mid_day_holds_from_the_next_message_on(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    assert "片" in fang.text()
    await fang.type("/language")
    await fang.tap(Verb.LANGUAGE, "en")
    await fang.until(TUESDAY, 8, 31)
    assert "tablet" in fang.text()
    assert "片" not in fang.text()
    assert (await stage.dose(1)).state is DoseState.OPEN
