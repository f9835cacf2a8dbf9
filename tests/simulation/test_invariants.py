"""Every invariant holds in an honest run, and falls where one lie is planted: that one, and no other."""

import ast
import asyncio
import sys
from collections.abc import Callable, Iterator

import pytest

from simulation.evidence import Delivered
from simulation.invariants import AT_DELIVERY, AT_MIDNIGHT, AT_STAFF, NOT_HERE, study
from study.records import RECORDS
from tests.house.house import ROOT
from tests.simulation.honest import FANG, STRANGER, Case, Witnessed, case_of, live
from tests.simulation.lies_arriving import ARRIVES, answer_to, next_reminder
from tests.simulation.lies_written import WRITTEN, Lie

ROOM = ROOT / "simulation" / "invariants"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    stage = asyncio.run(live(tmp_path_factory.mktemp("honest")))
    yield stage
    stage.evidence.store.close()
    stage.evidence.study.close()


@pytest.fixture
def case(honest: Witnessed) -> Iterator[Case]:
    made = case_of(honest)
    yield made
    made.evidence.store.close()
    made.evidence.study.close()


def test_the_honest_run_breaks_nothing(honest: Witnessed, case: Case) -> None:
    assert honest.found == []
    assert case.quiet() == set()
    states = {row[0] for row in case.ours("SELECT DISTINCT state FROM scheduled_dose")}
    assert states == {"open", "taken", "not_taken", "unreported"}, "there is something to lie about"


@pytest.mark.parametrize(("name", "lie"), WRITTEN, ids=[lie.__name__ for _, lie in WRITTEN])
def test_a_lie_in_the_rows_is_named(case: Case, name: str, lie: Lie) -> None:
    lie(case)
    assert case.quiet() == {name}


def test_a_lie_between_two_midnights_is_named_at_the_second(case: Case) -> None:
    assert case.midnight() == set()
    case.ours("UPDATE dose_event SET reported_by = 'nobody' WHERE answer = 'taken'")
    case.ours("DROP TRIGGER audit_entry_no_update")
    case.ours("UPDATE audit_head SET seq = seq + 1")
    assert case.midnight() == {"I-05 nothing overwritten", "I-29 the audit chain verifies"}


def test_honest_messages_break_nothing(case: Case) -> None:
    assert case.arrives(next_reminder(case)) == set()
    assert case.arrives(answer_to(case, STRANGER, "This link does not work.")) == set()
    taken = case.ours("SELECT id FROM scheduled_dose WHERE state = 'taken' AND due_tz LIKE 'Asia%'")[0][0]
    assert case.arrives(answer_to(case, FANG, "已记录", f"1.u.{taken}..")) == set()


@pytest.mark.parametrize(("name", "lie"), ARRIVES, ids=[lie.__name__ for _, lie in ARRIVES])
def test_a_lie_that_arrives_is_named(case: Case, name: str, lie: Callable[[Case], Delivered]) -> None:
    assert case.arrives(lie(case)) == {name}


# --- the list itself --------------------------------------------------------------------------------------------------


def test_each_invariant_is_seen_failing() -> None:
    assert {name for name, _ in WRITTEN + ARRIVES} == {*AT_DELIVERY, *AT_MIDNIGHT, *AT_STAFF}


def test_each_of_the_thirty_is_checked_or_said_to_be_missing() -> None:
    named = {name.partition(" ")[0] for name in (*AT_DELIVERY, *AT_MIDNIGHT, *AT_STAFF, *NOT_HERE)}
    assert {f"I-{number:02}" for number in range(1, 31)} <= named


def foreign(source: str) -> set[str]:
    """What a source imports that a check may not know."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if node.level == 0 else {"a neighbour"}
    own = ("simulation.evidence.", "simulation.invariants.")
    return {name for name in found if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(own)}


def test_the_checks_share_nothing_with_what_they_check() -> None:
    files = sorted(ROOM.glob("*.py"))
    assert len(files) > 5
    assert {
        file.name: foreign(file.read_text(encoding="utf-8")) for file in files if foreign(file.read_text("utf-8"))
    } == {}


@pytest.mark.parametrize(
    "line",
    [
        "import models.dose",
        "from protocol.terms import Verb",
        "from . import x",
        "from simulation import wire",
        "import sqlalchemy",
    ],
)
def test_a_check_that_borrows_is_found(line: str) -> None:
    assert foreign(f"import json\nfrom simulation.evidence import Evidence\n{line}\n")


def test_each_record_of_the_study_is_compared() -> None:
    assert {*study.KEPT_AS, "participant"} == {*RECORDS}
