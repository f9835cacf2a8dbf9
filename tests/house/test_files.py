"""Files stay small, say in their first line what they are, and are called by what they hold."""

import ast
import re
from pathlib import PurePath

import pytest

from tests.house.house import documents, files, read, sources, tree

LINES_MAX = 400
MEASURED = (".py", ".js", ".html", ".css")
EXEMPT = "models/migrations/"
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc"}
EMPTY_CLASSES = re.compile(r"(Manager|Utils?|Mixin|Impl)$")

# Put together here, so that this file holds none of them.
PACKAGE_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "com"))]
HOSTS = re.compile("|".join(re.escape(host) for host in PACKAGE_HOSTS))
OWN_PATHS = re.compile(r"(?<![\w./~-])/" + r"(?:work|root|home|Users)(?:/|\b(?![-\w]))")


def too_long(name: str) -> bool:
    return name.endswith(MEASURED) and not name.startswith(EXEMPT) and read(name).count("\n") > LINES_MAX


def first_line(name: str) -> str:
    """The first line of the file's docstring, empty where it does not stand on line one."""
    body = tree(name).body
    told = ast.get_docstring(tree(name), clean=False) if body and body[0].lineno == 1 else None
    return (told or "").partition("\n")[0]


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    measured = [name for name in files() if name.endswith(MEASURED)]
    assert len(measured) > 200
    assert [name for name in measured if too_long(name)] == []


def test_every_source_says_in_its_first_line_what_it_is() -> None:
    assert len(sources()) > 200
    assert [name for name in sources() if not re.fullmatch(r"\S.{9,}", first_line(name))] == []


def test_no_name_is_empty() -> None:
    assert [name for name in sources() if EMPTY_NAMES & set(PurePath(name).with_suffix("").parts)] == []
    classes = [
        f"{name}: {node.name}" for name in sources() for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 100
    assert [one for one in classes if EMPTY_CLASSES.search(one)] == []


def texts() -> list[str]:
    return [name for name in files() if not name.endswith((".png", ".ico", ".woff2", ".gz", ".xz"))]


@pytest.mark.parametrize("pattern", [HOSTS, OWN_PATHS], ids=["package hosts", "paths of one machine"])
def test_no_file_names_what_only_one_machine_knows(pattern: re.Pattern[str]) -> None:
    assert len(texts()) > len(sources())
    found = [f"{name}: {hit[0]}" for name in texts() for hit in pattern.finditer(read(name))]
    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert HOSTS.search("https://" + PACKAGE_HOSTS[0] + "/simple")
    for folder in ("work", "root", "home"):
        assert OWN_PATHS.search(f"cd /{folder}/" + "somebody")
    for fine in ("a network/home/office", "../work/", "docs/work/x", "/rooted", "/homepage"):
        assert not OWN_PATHS.search(fine), fine


def test_every_link_of_a_page_leads_somewhere() -> None:
    links = [
        (name, target)
        for name in documents()
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(name))
        if "://" not in target and not target.startswith("mailto:")
    ]
    assert links
    known = set(files())
    assert [link for link in links if _resolved(*link) not in known] == []


def _resolved(page: str, target: str) -> str:
    parts: list[str] = []
    for part in (PurePath(page).parent / target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
