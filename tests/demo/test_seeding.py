"""The first start: what the cohort leaves behind, the same each time, and a seeding that was cut off is redone."""

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from app.demo_folder import load_chats, load_state, settings_of
from app.demo_labels import KINDS
from app.office import new_id, vault_of
from app.wiring import Chance
from models.protocol_file import load_trial
from models.session import Store
from protocol.terms import PromptKind
from reports.worklist import Section, Why, worklist_report
from tests.demo.conftest import AT, seeded_folder
from tests.demo.living import EMMA, FANG

COUNTED = ("participant", "scheduled_dose", "dose_event", "prompt", "alert")


def counts(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "anshi.db") as database:
        return {table: database.execute(f"select count(*) from {table}").fetchone()[0] for table in COUNTED}  # noqa: S608


@pytest.mark.slow
def test_two_seedings_leave_the_same(seeded: Path, tmp_path: Path) -> None:
    found = counts(seeded)
    assert found["participant"] >= 6
    assert found["dose_event"] >= 6
    assert counts(seeded_folder(tmp_path / "again", 2)) == found


def test_fang_and_emma_have_their_chats(seeded: Path) -> None:
    chats = load_chats(seeded)
    assert chats is not None
    said = {chat["id"]: [one.get("text", "") for one in chat["messages"]] for chat in chats["chats"]}
    assert any("已记录" in text for text in said[FANG])
    assert any("Recorded" in text for text in said[EMMA])
    assert sum(text.startswith("/start") for text in said[FANG]) == 1


def test_a_seeding_that_was_cut_off_is_redone(tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "anshi.db").write_bytes(b"half a store")
    assert load_state(folder) is None
    assert not folder.exists()


def test_a_finished_seeding_is_kept(seeded: Path) -> None:
    state = load_state(seeded)
    assert state is not None
    assert state.now() == AT
    assert [account["name"] for account in state.accounts] == ["li", "han", "mo", "dan", "ada", "otto"]
    assert len(json.dumps(load_chats(seeded))) > 1000


def test_its_secrets_are_for_the_owner_alone(seeded: Path) -> None:
    assert seeded.stat().st_mode & 0o077 == 0
    assert (seeded / "demo.json").stat().st_mode & 0o077 == 0


@pytest.mark.slow
async def test_staff_find_something_of_everything(fortnight: Path) -> None:
    state = load_state(fortnight)
    assert state is not None
    settings = settings_of(fortnight, state, 1, 2)
    chance = Chance(new_id)
    store = Store(
        settings.database_url, vault=vault_of(settings), new_id=chance.new_id, random_bytes=chance.random_bytes
    )
    work = await worklist_report(store, load_trial(None), as_of=AT, site="PUMCH")
    await store.close()
    kinds = {(row.code, str(row.kind)) for row in work.section(Section.ALERT)}
    assert {("P008", "feels_unwell"), ("P007", "doses_unreported"), ("P003", "read_back")} <= kinds
    assert {row.why for row in work.section(Section.ENTRY)} == {Why.ENTRY_UNFINISHED}
    assert {row.code for row in work.section(Section.UNREACHABLE)} == {"P013"}
    assert "P010" in {row.code for row in work.section(Section.CALL)}


@pytest.mark.slow
def test_old_alerts_are_closed_with_what_came_of_them_and_new_ones_wait(fortnight: Path) -> None:
    with sqlite3.connect(fortnight / "anshi.db") as database:
        rows = database.execute("select opened_at, closed_at, outcome from alert").fetchall()
        states = Counter(
            state for (state,) in database.execute("select state from scheduled_dose where due_at < ?", ("2026-11-19",))
        )
    closed = [row for row in rows if row[1]]
    assert closed
    assert all(outcome for *_, outcome in closed)
    assert all(opened >= "2026-11-17" for opened, closed_at, _ in rows if closed_at is None)
    assert {"taken", "not_taken", "unreported", "held"} <= set(states)
    assert states["taken"] > 0.75 * states.total()


def test_the_panel_has_words_for_whatever_comes() -> None:
    assert set(KINDS) == set(PromptKind)
    assert all(zh and en and zh != en for zh, en in KINDS.values())
