"""What ruff cannot see to the end: who reads the clock, who reads the environment, and that nothing is mocked."""

import ast
from collections.abc import Iterator

from tests.house.house import ROOMS, dotted_name, sources, tree

CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns", "localtime", "gmtime"}}
READS_THE_DATABASE_CLOCK = "actions/sending_rate.py"  # turns of several machines are taken by one clock
READS_THE_CLOCK = "app/clock.py"
READS_THE_ENVIRONMENT = "app/settings.py"
DATABASE_CLOCKS = ("CURRENT_TIMESTAMP", "CURRENT_DATE", "datetime('now", "func.now(", "clock_timestamp(")


def clock_readings(module: ast.Module) -> list[int]:
    """Lines on which the time is read, called or handed on, however the module was imported."""
    names = _imported(module)
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute | ast.Name) and _is_clock(_resolved(dotted_name(node), names))
    ]


def _imported(module: ast.Module) -> dict[str, str]:
    """Local names of imported things: `from time import time as t` gives t -> time.time."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _resolved(name: str, names: dict[str, str]) -> str:
    head, dot, rest = name.partition(".")
    return names.get(head, head) + dot + rest


def _is_clock(name: str) -> bool:
    parts = name.split(".")
    known = parts[0] in ("datetime", "time") and len(parts) > 1
    return known and parts[-1] in CLOCKS.get(parts[-2], set())


def imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_search_for_clocks_finds_each_kind() -> None:
    for source in (
        "import datetime\ndatetime.datetime.now()",
        "import datetime as d\nd.date.today()",
        "from datetime import datetime\nx = datetime.utcnow",
        "from datetime import datetime as D\nD.now()",
        "import time\ntime.time()",
        "from time import time\ntime()",
        "from time import time as t\nfield(default_factory=t)",
    ):
        assert clock_readings(ast.parse(source)), source
    for source in ("import time\ntime.monotonic()", "clock.now()", "from datetime import time\ntime(7, 30)"):
        assert not clock_readings(ast.parse(source)), source


def test_only_the_clock_reads_the_clock() -> None:
    assert clock_readings(tree(READS_THE_CLOCK))
    readings = [f"{name}:{line}" for name in sources(*ROOMS) for line in clock_readings(tree(name))]
    assert [place for place in readings if not place.startswith(f"{READS_THE_CLOCK}:")] == []


def test_no_statement_asks_the_database_for_the_time() -> None:
    spoken = [
        f"{name}:{node.lineno}"
        for name in sources(*ROOMS)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant | ast.Call) and any(clock in ast.unparse(node) for clock in DATABASE_CLOCKS)
    ]
    assert {place.partition(":")[0] for place in spoken} == {READS_THE_DATABASE_CLOCK}


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        name
        for name in sources(*ROOMS)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and dotted_name(node) in ("os.environ", "os.getenv", "os.environb")
    }
    assert readers == {READS_THE_ENVIRONMENT}


def test_nothing_is_mocked() -> None:
    imported = [(name, what) for name in sources() for what in imports(tree(name))]
    assert len(imported) > 1000
    assert [pair for pair in imported if pair[1].startswith(("unittest.mock", "mock.", "pytest_mock"))] == []
    assert [name for name in sources("tests") if _replaces_things(tree(name))] == []


def _replaces_things(module: ast.Module) -> bool:
    """`monkeypatch.setattr` swaps a real part for a pretend one just as a mock does."""
    return any(
        isinstance(node, ast.Attribute) and dotted_name(node) == "monkeypatch.setattr" for node in ast.walk(module)
    )
