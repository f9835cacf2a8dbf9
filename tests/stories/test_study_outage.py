"""A study database that is away for a week: the bot goes on, and afterwards everything is there exactly once."""

from datetime import date, timedelta
from pathlib import Path

from sqlmodel import select

from models.study.dose import StudyDoseEvent
from protocol.taps import Verb
from protocol.terms import DoseState
from reports.freshness import freshness
from study.reconcile import reconcile
from tests.stories.stage import Stage

TUESDAY = date(2026, 3, 3)


async def moved_away(stage: Stage, tmp_path: Path) -> str:
    """A new process whose study database is where nothing answers; gives the true address."""
    true = stage.settings.study_database_url
    nowhere = tmp_path / "no" / "such" / "folder"
    away = f"sqlite:///{nowhere}/study.db" if stage.kind == "sqlite" else f"postgresql://anshi@/study?host={nowhere}"
    await at_study(stage, away)
    return true


async def at_study(stage: Stage, url: str) -> None:
    await stage.stop()
    stage.settings = stage.settings.model_copy(update={"study_database_url": url})
    await stage.start()


async def test_a_week_without_the_study_database_loses_nothing_and_holds_up_nobody(
    stage: Stage, tmp_path: Path
) -> None:
    fang = await stage.set_up()
    await stage.sync()
    true = await moved_away(stage, tmp_path)
    for day in range(7):
        await fang.until(TUESDAY + timedelta(days=day), 8)
        await fang.tap(Verb.TAKEN)
        assert "已记录" in fang.text()
    assert [dose.state for dose in await stage.doses()][:7] == [DoseState.TAKEN] * 7
    told = await freshness(stage.system.store, as_of=stage.clock.now())
    assert told.waiting >= 7
    assert told.synced_to <= fang.wall(TUESDAY, fang.reminder)

    await at_study(stage, true)
    await fang.until(TUESDAY + timedelta(days=7), 7)
    await stage.sync()
    assert (await freshness(stage.system.store, as_of=stage.clock.now())).waiting == 0
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []
    async with stage.system.study.read() as session:
        events = list(await session.scalars(select(StudyDoseEvent)))
    assert len(events) == len({event.id for event in events}) == 7
