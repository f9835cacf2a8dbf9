"""Finds the line of a dotted path in a TOML text, so that an error can name it; tomllib keeps no lines."""

import re

TABLE = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
KEY = re.compile(r"""^\s*([A-Za-z0-9_\-."' ]+?)\s*=""")
FENCES = ('"""', "'''")


def lines_of(text: str) -> dict[str, int]:
    """The first line (from 1) of every table and key; what stands inside a long string is no key."""
    found: dict[str, int] = {}
    table, fence = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if header := TABLE.match(line):
            table = _plain(header[1])
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault(f"{table}.{_plain(key[1])}".lstrip("."), number)
        fence = _left_open(line)
    return found


def line_of(path: str, lines: dict[str, int]) -> int | None:
    """The line of a path, or of the nearest table or key above it."""
    while path:
        if path in lines:
            return lines[path]
        path = path.rpartition(".")[0]
    return None


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))


def _left_open(line: str) -> str:
    return next((fence for fence in FENCES if line.count(fence) == 1), "")
