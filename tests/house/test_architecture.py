"""What the pages say about the code is there: files, functions, loops, tests and documents."""

import ast
import re

import pytest

from app.running import INTERVALS, PARTS
from tests.house.house import ROOMS, ROOT, code_spans, documents, files, read, tree

PATH = re.compile(rf"(?:{'|'.join((*ROOMS, 'tests', 'docs', 'benchmarks', 'lock'))})/[\w/.-]+\.\w+")
NAME = re.compile(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)+(?:\(\))?")
PAGES = [name for name in documents() if not name.startswith("docs/decisions/0000")]


def has(dotted: str) -> bool:
    """Whether `room.file.name.name` leads to a definition; nothing is imported."""
    parts = dotted.removesuffix("()").split(".")
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[:length])
        if (ROOT / path).is_dir() and length == len(parts):
            return True
        if f"{path}.py" in files():
            return _defines(tree(f"{path}.py").body, parts[length:])
    return False


def _defines(body: list[ast.stmt], names: list[str]) -> bool:
    if not names:
        return True
    found = next((node for node in body if names[0] in _names(node)), None)
    if isinstance(found, ast.ClassDef):
        return _defines(found.body, names[1:])
    return found is not None and len(names) == 1


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def test_the_look_finds_what_is_there_and_misses_what_is_not() -> None:
    for there in ("protocol.plan.plan", "bot.limiter.Limiter.turn", "models/study/day.py", "app.running.INTERVALS"):
        assert has(there.removesuffix(".py").replace("/", ".")), there
    for missing in ("protocol.plan.plans", "bot.limiter.Limiter.turns", "app.nothing", "protocol.plan.plan.more"):
        assert not has(missing), missing


def test_the_architecture_speaks_of_the_code() -> None:
    spans = code_spans("docs/architecture.md")
    assert sum(bool(PATH.fullmatch(span)) for span in spans) > 10
    assert sum(bool(NAME.fullmatch(span)) for span in spans) > 40


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_page_names_exists(page: str) -> None:
    named = [span for span in code_spans(page) if PATH.fullmatch(span)]
    assert [name for name in named if name not in files()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_function_a_page_names_exists(page: str) -> None:
    named = [span for span in code_spans(page) if NAME.fullmatch(span) and not PATH.fullmatch(span)]
    assert [name for name in named if not has(name)] == []


def test_the_architecture_tells_every_loop_and_part() -> None:
    section = read("docs/architecture.md").partition("## Loops")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", section, flags=re.MULTILINE)
    told = {loop: (part, " ".join(every.split())) for loop, part, every in rows}
    parts = {loop: part for part, loops in PARTS.items() for loop in loops}
    seconds = {loop: f"{interval.total_seconds():g} s" for loop, interval in INTERVALS.items()}
    assert told == {loop: (parts[loop], seconds[loop]) for loop in INTERVALS}


def test_decisions_are_numbered_without_a_gap_and_open_with_why() -> None:
    decisions = sorted(name for name in documents() if name.startswith("docs/decisions/"))
    numbers = [int(name.removeprefix("docs/decisions/")[:4]) for name in decisions]
    assert numbers == list(range(1, len(numbers) + 1))
    for name in decisions:
        title, _, body = read(name).partition("\n")
        assert re.fullmatch(rf"# {int(name[15:19])}\. \S.*", title), name
        assert body.lstrip().startswith("**Why.** "), name
        assert len(body.split()) < 400, f"{name} is not short"
