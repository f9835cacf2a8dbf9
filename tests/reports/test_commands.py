"""`anshi report` and `anshi sync` as a script and a person use them: no token, no keys, one line per problem."""

import asyncio
import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from app.commands.report import report
from app.commands.sync import sync
from models.migrations.upgrade import upgrade
from models.protocol_file import load_trial
from models.session import Store
from models.study.store import StudyStore
from models.vault import Keys, Vault
from study.sync import drain
from tests.reports.test_adherence import END, worked_example

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
OTHERS = (
    "alerts",
    "cohort",
    "delivery",
    "self-rated",
    "symptoms",
    "tablets",
    "outcomes",
    "troughs",
    "visits",
    "worklist",
)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings that name two databases which are not there yet."""
    monkeypatch.chdir(tmp_path)
    return {
        "ANSHI_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}",
        "ANSHI_STUDY_DATABASE_URL": f"sqlite:///{tmp_path / 'study.db'}",
    }


def anshi(places: dict[str, str], group: click.Group, *arguments: str) -> Result:
    return CliRunner(env=places).invoke(group, arguments)


def with_fang(places: dict[str, str], *, synced: bool) -> None:
    """The worked example in both databases."""

    async def lay() -> None:
        await upgrade(places["ANSHI_DATABASE_URL"], "store")
        await upgrade(places["ANSHI_STUDY_DATABASE_URL"], "study")
        source = random.Random(1)
        store = Store(
            places["ANSHI_DATABASE_URL"],
            vault=Vault(Keys({"k": bytes(32)}, bytes(32)), source.randbytes),
            new_id=lambda: "n1",
            random_bytes=source.randbytes,
        )
        study = StudyStore(places["ANSHI_STUDY_DATABASE_URL"])
        await worked_example(store, code="=PUMCH-001")
        if synced:
            await drain(store, study, load_trial(None), at=END)
        await store.close()
        await study.close()

    asyncio.run(lay())


def data(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def undocumented(keys: set[str]) -> list[str]:
    """Keys that docs/reports.md does not name."""
    return [key for key in keys if not any(f"{form}`" in DOCUMENTED for form in (f"`{key}", f"`{key}[]", f"[].{key}"))]


@pytest.mark.parametrize("name", ["adherence", *OTHERS])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_on_missing_databases_every_report_is_empty(places: dict[str, str], name: str, form: str) -> None:
    result = anshi(places, report, name, "--format", form)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout


def test_adherence_as_json_has_the_documented_keys(places: dict[str, str]) -> None:
    with_fang(places, synced=True)
    found = data(anshi(places, report, "adherence", "--json", "--as-of", "2026-03-22T12:00+08:00"))
    again = data(anshi(places, report, "adherence", "--format", "json", "--as-of", "2026-03-22T04:00"))
    assert {**again, "synced_to": found["synced_to"]} == found
    fang = found["participants"][0]
    assert (fang["code"], fang["figures"]["scheduled"], fang["shares"]["taking_lower"]["numerator"]) == (
        "=PUMCH-001", 12, 8,
    )  # fmt: skip
    keys = {*found, *fang, *fang["figures"], *found["definitions"]}
    assert len(keys) > 30
    assert undocumented(keys) == []


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_reports_as_json_have_the_documented_keys(places: dict[str, str], name: str) -> None:
    with_fang(places, synced=True)
    found = data(anshi(places, report, name, "--json"))
    keys = {*found, *_names(found.get("counts", {})), *(key for row in found.get("rows", ()) for key in row)}
    assert undocumented(keys) == []


def _names(counts: Any) -> set[str]:
    """The keys of one table of counts, or of each of several."""
    return set(counts) if isinstance(counts, dict) else {name for one in counts for name in one}


def test_a_day_as_json_has_the_documented_keys(places: dict[str, str]) -> None:
    with_fang(places, synced=False)
    found = data(anshi(places, report, "day", "=PUMCH-001", "2026-03-02", "--json", "--as-of", "2026-03-22"))
    keys = {*found, *found["doses"][0], *found["lines"][0]}
    assert (found["on"], len(found["doses"])) == ("2026-03-02", 1)
    assert undocumented(keys) == []


@pytest.mark.parametrize("asked", [("PUMCH-999",), ("=PUMCH-001", "--site", "OTHER")])
def test_a_day_of_nobody_and_of_another_site_is_one_and_the_same_line(
    places: dict[str, str], asked: tuple[str, ...]
) -> None:
    with_fang(places, synced=False)
    result = anshi(places, report, "day", asked[0], "2026-03-02", *asked[1:])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no such participant here" in result.stderr


def test_adherence_as_csv_cannot_run_in_a_spreadsheet(places: dict[str, str]) -> None:
    with_fang(places, synced=True)
    rows = list(csv.DictReader(io.StringIO(anshi(places, report, "adherence", "--format", "csv").stdout)))
    assert rows[0]["code"] == "'=PUMCH-001"
    assert float(rows[0]["taking_lower"]) == pytest.approx(66.67, abs=0.01)


def test_the_table_says_how_fresh_it_is(places: dict[str, str]) -> None:
    with_fang(places, synced=False)
    shown = anshi(places, report, "adherence").stdout
    assert "Nothing to report." in shown
    assert "Synced to 2026-03-02 04:00Z, 28 waiting." in shown


def test_a_wrong_moment_is_a_usage_error(places: dict[str, str]) -> None:
    assert anshi(places, report, "adherence", "--as-of", "yesterday").exit_code == 2


def test_draining_and_reconciling_end_well(places: dict[str, str]) -> None:
    with_fang(places, synced=False)
    waiting = data(anshi(places, sync, "status", "--json"))["waiting"]
    assert waiting > 20
    assert data(anshi(places, sync, "drain", "--json"))["applied"] == waiting
    assert data(anshi(places, sync, "status", "--json"))["waiting"] == 0
    assert data(anshi(places, sync, "reconcile", "--json")) == {"differences": [], "unexplained": {}}
    assert anshi(places, sync, "reconcile").stdout == "The study says what the store says.\n"


def test_a_difference_is_one_line_on_stderr_and_exit_code_1(places: dict[str, str]) -> None:
    with_fang(places, synced=True)
    study = places["ANSHI_STUDY_DATABASE_URL"].removeprefix("sqlite:///")

    async def alter() -> None:
        opened = StudyStore(f"sqlite:///{study}")
        async with opened.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE participant SET tz = 'Europe/London'")
        await opened.close()

    asyncio.run(alter())
    result = anshi(places, sync, "reconcile")
    assert result.exit_code == 1
    assert "tz" in result.stdout
    assert result.stderr.splitlines() == ["anshi: 1 differences that no waiting change explains"]


def test_an_unprepared_study_is_one_line_and_exit_code_1(places: dict[str, str]) -> None:
    asyncio.run(upgrade(places["ANSHI_DATABASE_URL"], "store"))
    result = anshi(places, sync, "reconcile")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "anshi db upgrade" in result.stderr
