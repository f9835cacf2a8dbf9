"""A chat that no prompt of a dose reaches is told to staff before the window of that dose closes, at every hour."""

from datetime import date, datetime, time, timedelta

import pytest

from actions.alerts import close
from models.alert import Alert
from models.dose import ScheduledDose
from models.session import Actor
from protocol.ladder import take_now_until
from protocol.terms import AlertKind
from tests.stories.stage import Member, Stage

ON_ONE = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are plain, and the same on both databases."""

DAY = timedelta(days=1)
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
EDGES = (
    time(6),  # before the quiet hours end
    time(8),
    time(11, 5),  # its second repeat gives way to the evening question before fifty tries are over
    time(16, 30),  # the window closes in the night
    time(18, 59),
    time(19),  # it closes as the quiet hours end
    time(19, 1),  # one minute after
    time(21, 59),  # a minute before the quiet hours
    time(23),  # chosen in them
)


async def people(stage: Stage, times: tuple[time, ...]) -> dict[str, Member]:
    return {f"{101 + place}": await stage.at_home(f"{101 + place}", reminder=wall) for place, wall in enumerate(times)}


def fails(stage: Stage, member: Member, kind: str) -> None:
    stage.emulator.faults.add(kind=kind, method="sendMessage", times=None, chat_id=member.user)


async def unreached(stage: Stage, code: str) -> list[Alert]:
    return [alert for alert in await stage.alerts(code) if alert.kind is AlertKind.UNREACHABLE]


def closes_at(stage: Stage, dose: ScheduledDose) -> datetime:
    return take_now_until(dose.due_at, dose.due_at + DAY, stage.system.trial, is_first=dose.is_first)


async def late(stage: Stage, failing: dict[str, Member], since: datetime) -> list[str]:
    """Those of whom staff heard too late, or not, or more than once, about the first dose that came up in vain."""
    found = []
    for code, member in failing.items():
        dose = next(dose for dose in await stage.doses(code) if dose.due_at >= since)
        alerts = [alert for alert in await unreached(stage, code) if alert.opened_at >= dose.due_at]
        in_time = [alert for alert in alerts if alert.opened_at < closes_at(stage, dose)]
        if len(in_time) != 1:
            told = [f"{alert.opened_at:%d %H:%M}" for alert in alerts]
            found.append(f"{member.reminder:%H:%M}: told {told}, closes {closes_at(stage, dose):%d %H:%M}")
    return found


@ON_ONE
@pytest.mark.slow
@pytest.mark.parametrize("fault", ["drop_before_accept", "html_502"])
async def test_it_is_told_before_the_window_closes_whatever_the_reminder_time(stage: Stage, fault: str) -> None:
    """Either nothing leaves and it is tried again, or nobody knows and the next rung is the next try."""
    cast = await people(stage, EDGES)
    member = cast["101"]
    await member.until(WEDNESDAY, 1)
    for code in cast:
        await stage.call(code, 1)
    await member.until(WEDNESDAY, 4)
    since = stage.clock.now()
    for one in cast.values():
        fails(stage, one, fault)
    await member.until(WEDNESDAY + DAY, 12)
    assert await late(stage, cast, since) == []


@ON_ONE
@pytest.mark.slow
async def test_a_first_dose_that_nobody_could_ask_about_is_told_in_its_own_window(stage: Stage) -> None:
    cast = await people(stage, (time(8), time(18, 59)))
    since = stage.clock.now()
    for one in cast.values():
        fails(stage, one, "drop_before_accept")
    await cast["101"].until(WEDNESDAY, 9)
    assert await late(stage, cast, since) == []


@ON_ONE
async def test_a_line_that_comes_back_and_one_prompt_that_arrived_tell_nobody(stage: Stage) -> None:
    fang, emma = await stage.at_home("017"), await stage.at_home("018")
    await fang.until(TUESDAY, 7, 59)
    fails(stage, fang, "drop_before_accept")
    await fang.until(TUESDAY, 8, 10)
    fails(stage, emma, "drop_before_accept")  # her reminder has arrived
    await fang.until(TUESDAY, 9)
    stage.emulator.faults.clear()
    fails(stage, emma, "drop_before_accept")
    await fang.until(TUESDAY, 17)  # past half the window; Emma's repeat is given up after fifty tries, at 17:25
    assert (await unreached(stage, "017"), await unreached(stage, "018")) == ([], [])


@ON_ONE
async def test_one_that_staff_have_closed_is_not_opened_again_for_the_same_dose(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 7, 59)
    fails(stage, fang, "drop_before_accept")
    await fang.until(TUESDAY, 18, 15)
    (alert,) = await unreached(stage, "017")
    assert (alert.dose_id, alert.times) == ((await stage.dose(1)).id, 1)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await close(change, alert.id, "li", "called")
    await fang.until(TUESDAY, 20)
    assert len(await unreached(stage, "017")) == 1
