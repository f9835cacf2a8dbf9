"""The databases on the command line: upgraded once, live from their making, and an audit that shows any touch."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from actions.enrolment import DEMO, STORE_KIND
from app.clock import RealClock
from models.audit import GENESIS, link_hash
from models.inbox import Note
from models.ledger import AuditEntry, AuditHead
from models.session import Change
from models.study.mark import StudyAuditAnchor
from models.study.store import StudyStore
from models.tables import table_of
from tests.app.conftest import Desk, finished
from tests.postgres import Kind, empty_url

ROOT = Path(__file__).parents[2]
ENTRY = table_of(AuditEntry)


def kind_of(desk: Desk) -> Any:
    async def read(change: Change) -> str | None:
        note = await change.session.get(Note, STORE_KIND)
        return note.value if note else None

    return desk.within(read)


def set_kind(desk: Desk, value: str) -> None:
    async def write(change: Change) -> None:
        (await change.session.get_one(Note, STORE_KIND)).value = value

    desk.within(write)


def new(bare: Desk, kind: Kind) -> Desk:
    """Two databases without tables."""
    bare.settings["ANSHI_DATABASE_URL"] = finished(empty_url(kind, bare.folder))
    bare.settings["ANSHI_STUDY_DATABASE_URL"] = finished(empty_url(kind, bare.folder))
    return bare


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_both_databases_are_made_once_and_the_store_is_live(bare: Desk, kind: Kind) -> None:
    desk = new(bare, kind)
    first, second = desk.data("db", "upgrade"), desk.data("db", "upgrade")
    assert [(step["database"], step["from"]) for step in first] == [("store", None), ("study", None)]
    assert all(step["to"] for step in first)
    assert [(step["from"], step["to"]) for step in second] == [(step["to"], step["to"]) for step in first]
    assert kind_of(desk) == "live"
    assert len(desk.audited("make_store")) == 1


def test_the_default_place_is_a_folder_that_only_the_owner_opens(bare: Desk) -> None:
    assert "store: empty → " in bare.told("db", "upgrade")
    assert sorted(file.name for file in (bare.folder / "var").glob("*.db")) == ["anshi.db", "study.db"]
    assert (bare.folder / "var").stat().st_mode & 0o077 == 0


def test_a_demo_store_stays_a_demo(desk: Desk) -> None:
    set_kind(desk, DEMO)
    desk.told("db", "upgrade")
    assert kind_of(desk) == DEMO


def test_run_refuses_a_demo_store(desk: Desk) -> None:
    set_kind(desk, DEMO)
    settings = {name: value for name, value in desk.settings.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-m", "app", "run", "--only", "sync"],
        cwd=desk.folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "made by the demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_says_everything_that_is_missing_at_once(bare: Desk) -> None:
    told = bare.refused("run", "--only", "bot,kitchen")
    assert "there is no part kitchen" in told
    assert "ANSHI_TELEGRAM_TOKEN is not set" in told
    assert "anshi keys new" in told


def write_anew(desk: Desk) -> None:
    """What somebody with the database and this source could do: one entry altered, every hash after it made to fit."""

    async def rewrite(change: Change) -> None:
        previous = GENESIS
        for entry in (await change.session.execute(select(ENTRY).order_by(ENTRY.c.seq))).all():
            payload = entry.payload.replace("Wu", "Mo")
            payload_hash = hashlib.sha256(f"{entry.salt}|{payload}".encode()).hexdigest()
            made = link_hash(previous, entry.seq, entry.header, payload_hash)
            values = {"payload": payload, "payload_hash": payload_hash, "previous_hash": previous, "hash": made}
            await change.session.execute(update(ENTRY).where(ENTRY.c.seq == entry.seq).values(**values))
            previous = made
        await change.session.execute(update(table_of(AuditHead)).values(hash=previous))

    desk.touch("UPDATE audit_entry SET payload = payload WHERE seq = 1")
    desk.within(rewrite)


async def lose_anchors(url: str) -> None:
    """The study's anchors are gone too."""
    study = StudyStore(url)
    try:
        async with study.write(at=RealClock().now()) as session:
            await session.execute(delete(StudyAuditAnchor))
    finally:
        await study.close()


def test_a_chain_written_anew_does_not_fit_its_anchors(enrolled: Desk, tmp_path: Path) -> None:
    enrolled.told("sync", "drain")
    kept = tmp_path / "anchors.txt"
    kept.write_text(enrolled.told("audit", "anchors"), encoding="utf-8")
    (line,) = kept.read_text(encoding="utf-8").splitlines()
    assert f"{line.split()[0]} entries, 1 anchors; the chain holds." in enrolled.told("audit", "verify")
    assert "1 anchors; the chain holds." in enrolled.told("audit", "verify", "--anchors", str(kept))
    write_anew(enrolled)
    assert "does not fit the anchor kept of it" in enrolled.refused("audit", "verify")
    finished(lose_anchors(enrolled.settings["ANSHI_STUDY_DATABASE_URL"] or ""))
    assert "the chain holds" in enrolled.told("audit", "verify")
    assert "does not fit the anchor kept of it" in enrolled.refused("audit", "verify", "--anchors", str(kept))


def test_an_anchor_of_an_entry_that_is_gone_is_named(enrolled: Desk, tmp_path: Path) -> None:
    kept = tmp_path / "anchors.txt"
    kept.write_text(f"9999 {'a' * 64} 2026-01-01T00:00:00Z\n", encoding="utf-8")
    assert "entry 9999: is missing" in enrolled.refused("audit", "verify", "--anchors", str(kept))
    kept.write_text("nothing of the kind\n", encoding="utf-8")
    assert "line 1 is no anchor" in enrolled.misused("audit", "verify", "--anchors", str(kept))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_entry SET payload = replace(payload, '018', '019') WHERE payload LIKE '%\"code\":\"018\",\"s%'",
         "the payload was altered"),
        ("UPDATE audit_entry SET header = replace(header, 'action', 'acting') WHERE seq = 3", "the entry was altered"),
        ("DELETE FROM audit_entry WHERE seq = 4", "entry 4 is missing"),
        ("DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)", "the end is missing"),
    ],
)  # fmt: skip
def test_whatever_is_done_to_the_audit_is_named(enrolled: Desk, statement: str, told: str) -> None:
    verified = enrolled.data("audit", "verify")
    assert verified["holds"] is True
    assert verified["entries"] > 10
    enrolled.touch(statement)
    result = enrolled.run("audit", "verify", "--json")
    assert result.exit_code == 1
    assert told in result.stderr
    assert '"holds": false' in result.stdout


def test_an_empty_store_has_an_empty_audit(bare: Desk) -> None:
    verified = bare.data("audit", "verify")
    assert (verified["entries"], verified["holds"], verified["problems"]) == (0, True, [])
