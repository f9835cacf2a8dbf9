"""Power cuts against a set of pragmas: `python -m tests.durability.power --cuts 5000`."""

import argparse
import random
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import apsw

from models.sqlite import PRAGMAS
from tests.durability.torn_disk import NAME, Acknowledged, Entry, TornDisk, survivors

FILE = "anshi.db"
COMMITS = 40  # in one life of the database
CUTS = 25  # looked at in one life
OFTEN = "wal_autocheckpoint=6"  # pages: what happens once in a thousand commits has to happen here
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS report (number INTEGER PRIMARY KEY, body BLOB NOT NULL, hash TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS audit (number INTEGER PRIMARY KEY REFERENCES report, hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS by_hash ON report (hash)",
)


@dataclass
class Outcome:
    """What was found behind so many cuts."""

    cuts: int = 0
    acknowledged: int = 0  # commits that had to be there, summed over all cuts
    lost: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.cuts} cuts, {self.acknowledged} acknowledged commits looked for"
        return f"{told}, {len(self.lost)} cuts lost one, {len(self.corrupt)} left a corrupt file"


def cut_power(cuts: int, seed: int, pragmas: Sequence[str] = PRAGMAS, *, strict: bool = True) -> Outcome:
    """Lives of a database one after the other, each on what an earlier cut has left; every one is cut many times."""
    dice, outcome, start, first = random.Random(seed), Outcome(), dict[str, bytes](), 1
    shared = Path("/dev/shm")  # noqa: S108  memory, where there is one
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        while outcome.cuts < cuts:
            log = _one_life(Path(folder), start, pragmas, dice, first)
            left: dict[str, bytes] = {}
            for _ in range(min(CUTS, cuts - outcome.cuts)):
                upto = dice.randint(0, len(log))
                left = survivors(log[:upto], dice, strict=strict, start=start)
                _look(Path(folder), left, log[:upto], outcome, first)
            if outcome.lost or outcome.corrupt or dice.random() < 0.2:
                start, first = {}, 1
            else:
                start, first = left, _newest(Path(folder)) + 1
    return outcome


def _one_life(
    folder: Path, start: dict[str, bytes], pragmas: Sequence[str], dice: random.Random, first: int
) -> list[Entry]:
    """Opens what there is, commits, reads, closes and opens again; gives all that went to the disk."""
    path, disk = _laid_out(folder, start), TornDisk()
    try:
        number = first
        while number < first + COMMITS:
            with closing(_opened(path, pragmas)) as writer, closing(_opened(path, pragmas)) as reader:
                for statement in SCHEMA:
                    writer.execute(statement)
                for _ in range(dice.randint(1, COMMITS)):
                    _commit(writer, number, dice)
                    disk.log.append(Acknowledged(number))
                    number += 1
                    if dice.random() < 0.3:
                        reader.execute("SELECT count(*) FROM report").fetchall()
        return disk.log
    finally:
        disk.unregister()


def _opened(path: Path, pragmas: Sequence[str]) -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs=NAME)
    for pragma in (*pragmas, OFTEN):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _commit(writer: apsw.Connection, number: int, dice: random.Random) -> None:
    body = dice.randbytes(dice.choice((20, 300, 3000, 9000)))
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO report VALUES (?, ?, ?)", (number, body, sha256(body).hexdigest()))
    writer.execute("INSERT INTO audit VALUES (?, ?)", (number, sha256(body).hexdigest()))
    if number > 5 and dice.random() < 0.3:
        writer.execute("UPDATE report SET hash = hash || '' WHERE number = ?", (dice.randint(1, number - 1),))
    writer.execute("COMMIT")


def _laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    """The files and nothing else in a fresh folder."""
    place = folder / "disk"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    return place / FILE


def _look(folder: Path, files: dict[str, bytes], log: Sequence[Entry], outcome: Outcome, first: int) -> None:
    """Opens what is left as any program would: whole, with every acknowledged commit, and none by halves."""
    wanted = {*range(1, first)} | {entry.number for entry in log if isinstance(entry, Acknowledged)}
    outcome.cuts += 1
    outcome.acknowledged += len(wanted)
    try:
        rows = _read(_laid_out(folder, files))
    except apsw.Error as error:
        outcome.corrupt.append(f"after {len(log)} entries: {error}")
        return
    if missing := wanted - rows:
        outcome.lost.append(f"after {len(log)} entries: {sorted(missing)}")


def _read(path: Path) -> set[int]:
    with closing(apsw.Connection(str(path))) as connection:
        told = connection.execute("PRAGMA integrity_check").fetchall()
        if told != [("ok",)]:
            raise apsw.CorruptError(str(told[:2]))
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit'").fetchall():
            return set()
        rows = connection.execute(
            "SELECT number, body, report.hash, audit.hash FROM report FULL JOIN audit USING (number)"
        )
        found = set()
        for number, body, of_report, of_audit in rows:
            if body is None or not sha256(body).hexdigest() == of_report == of_audit:
                raise apsw.CorruptError(f"{number} is there by halves")
            found.add(number)
        return found


def _newest(folder: Path) -> int:
    return max(_read(folder / "disk" / FILE), default=0)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cuts", type=int, default=5000)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    failed = False
    for strict in (False, True):
        outcome = cut_power(given.cuts, given.seed, strict=strict)
        failed |= bool(outcome.lost or outcome.corrupt)
        print("strict folder:" if strict else "like ext4:", outcome)  # noqa: T201
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
