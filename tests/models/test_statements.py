"""A statement told straight to the driver means what SQLAlchemy means by it, on both databases."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.dose import DoseOrderRow
from models.inbox import Note
from models.participant import Participant
from models.session import Store
from models.site import Site
from models.statements import Statement, UnfitStatementError
from models.tables import table_of
from models.vault import Keys, Vault
from protocol.terms import Channel, FoodMode, Language, OrderKind, ParticipantState
from tests.postgres import Kind, fresh_store_url

AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
NOTE = table_of(Note)
ORDER = table_of(DoseOrderRow)
KEEP = Statement(insert(NOTE))
MOVE = Statement(update(NOTE).where(NOTE.c.name == bindparam("which")))
FIND = Statement(select(NOTE.c.name, NOTE.c.at).where(NOTE.c.name == bindparam("which")))


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kind: Kind = request.param
    opened = Store(
        await fresh_store_url(kind, tmp_path),
        vault=Vault(Keys({"k1": b"1" * 32}, b"2" * 32), secrets.token_bytes),
        new_id=lambda: secrets.token_hex(8),
        random_bytes=secrets.token_bytes,
    )
    yield opened
    await opened.close()


async def add_order(store: Store) -> None:
    """One site, one participant, one order: rows with sets, dates, moments, numbers and blanks."""
    async with store.change(at=AT) as change:
        change.session.add(Site(code="S1", contact_name="x", contact_phone="1", tz="UTC", created_at=AT))
        await change.session.flush()
        change.session.add(
            Participant(
                id="p1",
                code="S1-001",
                site_code="S1",
                state=ParticipantState.ENROLLED,
                channel=Channel.TELEGRAM,
                language=Language.ZH,
                tz="UTC",
                reminder_time=AT.time(),
                food=FoodMode.WITH,
                enrolled_at=AT,
                starts_at=AT,
                protocol_version="1",
            )
        )
        await change.session.flush()
        order = DoseOrderRow(
            id="o1",
            participant_id="p1",
            version=1,
            kind=OrderKind.DOSE,
            from_on=AT.date(),
            dose_mg=1.5,
            reason="x",
            ordered_by="li",
            recorded_at=AT,
        )
        change.session.add(order)


async def test_each_kind_of_column_comes_back_as_the_orm_gives_it(store: Store) -> None:
    await add_order(store)
    (row,) = await store.look(Statement(select(*ORDER.c)))
    async with store.read() as session:
        order = await session.get_one(DoseOrderRow, "o1")
    assert row._asdict() == order.values()
    assert type(row.kind) is OrderKind
    assert row.recorded_at.tzinfo is not None


async def test_an_update_writes_what_it_is_given_and_tells_how_many(store: Store) -> None:
    async with store.change(at=AT) as change:
        await change.run_each(KEEP, [{"name": name, "value": "1", "at": AT} for name in ("a", "b")])
        later = AT + timedelta(hours=1)
        assert await change.run(MOVE, which="a", at=later) == 1
        assert await change.run(MOVE, which="b", at=later, value="2") == 1
        assert await change.run(MOVE, which="c", value="3") == 0
    assert await store.look(FIND, which="a") == [("a", later)]


async def test_a_statement_sees_what_the_session_has_not_yet_written(store: Store) -> None:
    async with store.change(at=AT) as change:
        change.session.add(Note(name="a", value="1", at=AT))
        assert await change.rows(FIND, which="a") == [("a", AT)]


async def test_what_a_statement_wrote_goes_when_its_change_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.change(at=AT) as change:
            await change.run(KEEP, name="a", value="1", at=AT)
            raise ZeroDivisionError
    assert await store.look(FIND, which="a") == []


async def test_a_refusal_has_sqlalchemys_name_and_none_of_the_values(store: Store) -> None:
    with pytest.raises(IntegrityError) as refused:
        async with store.change(at=AT) as change:
            await change.run(KEEP, name="a", value="1", at=AT)
            await change.run(KEEP, name="a", value="in confidence", at=AT)
    assert "in confidence" not in str(refused.value)
    assert await store.look(FIND, which="a") == []


async def test_a_list_may_have_any_length_and_none(store: Store) -> None:
    one_of = Statement(select(NOTE.c.name).where(NOTE.c.name.in_(bindparam("names", expanding=True)), NOTE.c.at == AT))
    always = Statement(select(NOTE.c.name).where(NOTE.c.name.in_(("b", "c"))).order_by(NOTE.c.name))
    async with store.change(at=AT) as change:
        await change.run_each(KEEP, [{"name": name, "value": "1", "at": AT} for name in ("a", "b", "c")])
    for names in (["a"], ["c", "a"], [], ["b", "x", "c", "a"]):
        assert {row.name for row in await store.look(one_of, names=names)} == set(names) - {"x"}
    assert await store.look(always) == [("b",), ("c",)]


async def test_what_cannot_be_told_so_is_refused_before_it_is_told(store: Store) -> None:
    default = Statement(insert(ORDER))
    async with store.change(at=AT) as change:
        with pytest.raises(UnfitStatementError, match="which"):
            await change.run(MOVE, value="1")
        with pytest.raises(UnfitStatementError, match="dose_mg"):
            await change.run(default, id="o1", version=1)
    with pytest.raises(ValueError, match="naive"):
        async with store.change(at=AT) as change:
            await change.run(KEEP, name="a", value="1", at=AT.replace(tzinfo=None))


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_more_changes_at_once_than_the_pool_keeps_all_end_well(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    everyone = asyncio.Barrier(15)

    async def keep(number: int) -> None:
        async with store.change(at=AT) as change:
            await change.run(KEEP, name=f"n{number}", value="1", at=AT)
            await everyone.wait()

    async with asyncio.TaskGroup() as tasks:
        for number in range(15):
            tasks.create_task(keep(number))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_writer_waits_for_another_one_without_holding_up_the_rest(store: Store) -> None:
    other = Store(store.url, vault=store.vault, new_id=store.new_id, random_bytes=secrets.token_bytes)

    async def keep() -> None:
        async with store.change(at=AT) as change:
            await change.run(KEEP, name="a", value="1", at=AT)

    async with asyncio.TaskGroup() as tasks, other.change(at=AT) as holding:
        await holding.run(KEEP, name="b", value="1", at=AT)
        waiting = tasks.create_task(keep())
        for _ in range(20):
            await store.look(FIND, which="a")
            await asyncio.sleep(0)
        assert not waiting.done()
    assert await store.look(FIND, which="a") == [("a", AT)]
    await other.close()
