"""The house as files: its rooms, its sources and its documents, for the checks that stand beside this file."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("app", "simulation", "bot", "web", "scheduler", "study", "emulator"),
    *("reports", "actions", "messages", "models", "protocol", "locales"),
)
NOT_OURS = {".git", ".venv", ".venv-lock", "var", "build", "dist", "node_modules", "__pycache__"}


@cache
def files() -> tuple[str, ...]:
    """Every file of the project by its path from the root: what git tracks or would track, else what lies there."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=False).stdout.decode().split("\0")
    names = [name for name in listed if name] or [str(path.relative_to(ROOT)) for path in _walk()]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def _walk() -> list[Path]:
    return [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]


def sources(*rooms: str) -> list[str]:
    """The Python files of some rooms, or all there are."""
    found = [name for name in files() if name.endswith(".py")]
    return [name for name in found if name.partition("/")[0] in rooms] if rooms else found


def documents() -> list[str]:
    """The pages written for people."""
    return [name for name in files() if name.endswith(".md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    """A source as its syntax tree; nothing is imported."""
    return ast.parse(read(name), filename=name)


@cache
def configuration() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads(read("pyproject.toml"))


def code_spans(name: str) -> list[str]:
    """What stands between backticks in a page, outside its fenced blocks."""
    prose = re.sub(r"^```.*?^```", "", read(name), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", prose)


def fenced_lines(name: str) -> list[str]:
    """The lines of a page's fenced blocks."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", read(name), flags=re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def dotted_name(node: ast.expr) -> str:
    """`a.b.c` of an expression made of names and attributes, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted_name(node.value)):
        return f"{before}.{node.attr}"
    return ""


@cache
def closed_sets(*, besides: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Every StrEnum of the rooms by `room.file.Class`: its members' names and values."""
    return {
        f"{name.removesuffix('.py').replace('/', '.')}.{node.name}": _members(node)
        for name in sources(*(room for room in ROOMS if room not in besides))
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ClassDef) and "StrEnum" in {dotted_name(parent) for parent in node.bases}
    }


def _members(node: ast.ClassDef) -> dict[str, str]:
    return {
        dotted_name(line.targets[0]): str(line.value.value)
        for line in node.body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
    }
