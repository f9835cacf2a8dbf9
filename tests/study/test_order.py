"""However the changes arrive, in whatever order and however often, the study ends the same."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.dose import ScheduledDose
from models.ledger import OutboxEntry
from models.participant import Participant
from models.protocol_file import load_trial
from models.session import Store
from models.study.store import StudyStore
from models.vault import Keys, Vault
from protocol.terms import DoseAnswer, DoseState, OrderKind
from study.days import recompute
from study.records import study_row
from study.upserts import write_rows
from tests.postgres import Kind, fresh_store_url, fresh_study_url
from tests.study.cast import DAY_1, NOON, enrol, hours, order, report, schedule
from tests.study.dump import Dump, dump

TRIAL = load_trial(None)
CHANGES = 18
LATER = NOON + timedelta(days=9)


async def changes(folder: Path) -> tuple[list[OutboxEntry], dict[str, str]]:
    """Nine days of Fang's: doses taken, doubled, corrected, undone, held and cancelled, and the drug stopped."""
    vault = Vault(Keys({"k": bytes(32)}, bytes(32)), lambda size: bytes(size))
    store = Store(await fresh_store_url("sqlite", folder), vault=vault, new_id=lambda: "n", random_bytes=bytes)
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        order(change, fang, 1)
        doses = [schedule(change, fang, ordinal) for ordinal in (1, 2, 3, 4)]
        await change.session.flush()
        events = [report(change, dose, taken_at=hours(dose.ordinal, 8)) for dose in doses[:3]]
    for number, dose_id in enumerate(one.id for one in doses):
        async with store.change(at=NOON + timedelta(days=number)) as change:
            dose = await change.session.get_one(ScheduledDose, dose_id)
            dose.state = (DoseState.TAKEN, DoseState.TAKEN_PARTLY, DoseState.OPEN, DoseState.HELD)[number]
            dose.cancelled_at = NOON if number == 3 else None
            change.owe(dose, participant_id=fang.id)
    async with store.change(at=LATER) as change:
        old = [await change.session.merge(event) for event in events]
        report(change, doses[0], number=2, units=1, taken_at=hours(1, 9), supersedes=old[0])
        report(change, doses[2], DoseAnswer.UNDONE, number=2, supersedes=old[2])
        order(change, await change.session.get_one(Participant, fang.id), 2, OrderKind.DISCONTINUE, DAY_1)
    async with store.read() as session:
        entries = list((await session.scalars(select(OutboxEntry).order_by(col(OutboxEntry.seq)))).all())
    await store.close()
    return entries, {fang.id: fang.code}


async def arrived(kind: Kind, folder: Path, batches: Sequence[Sequence[OutboxEntry]], codes: dict[str, str]) -> Dump:
    """What the study holds once these batches have come."""
    study = StudyStore(await fresh_study_url(kind, folder))
    for batch in batches:
        rows = [study_row(entry, codes, at=LATER) for entry in batch]
        async with study.write(at=LATER) as session:
            await write_rows(session, rows)
            await recompute(session, TRIAL, rows, at=LATER)
    held = await dump(study.engine)
    await study.close()
    return held


@cache
def in_order() -> tuple[list[OutboxEntry], dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        entries, codes = asyncio.run(changes(Path(folder)))
    assert len(entries) == CHANGES
    return entries, codes


@cache
def straight(kind: Kind) -> Dump:
    entries, codes = in_order()
    with tempfile.TemporaryDirectory() as folder:
        held = asyncio.run(arrived(kind, Path(folder), [entries], codes))
    assert len(held["participant_day"]) == 3
    return held


def _check(kind: Kind, order_of: list[int], cuts: list[int]) -> None:
    entries, codes = in_order()
    mixed = [entries[index] for index in order_of]
    batches = [mixed[start:end] for start, end in pairwise([0, *sorted(cuts), len(mixed)])]
    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(arrived(kind, Path(folder), batches, codes)) == straight(kind)


every_one_and_some_again = st.permutations(range(CHANGES)).flatmap(
    lambda order_of: st.lists(st.integers(0, CHANGES - 1), max_size=6).map(lambda again: [*again, *order_of])
)
cuts = st.lists(st.integers(0, CHANGES), max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(every_one_and_some_again, cuts)
def test_any_order_and_any_repetition_ends_the_same_on_sqlite(order_of: list[int], cuts: list[int]) -> None:
    _check("sqlite", order_of, cuts)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(every_one_and_some_again, cuts)
def test_any_order_and_any_repetition_ends_the_same_on_postgresql(order_of: list[int], cuts: list[int]) -> None:
    _check("postgresql", order_of, cuts)
