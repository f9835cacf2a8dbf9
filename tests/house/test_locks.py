"""The two locks pin everything with hashes, agree with each other, and name no place to download from."""

import re

import pytest

from tests.house.house import configuration, read

LOCKS = ("lock/run.txt", "lock/dev.txt")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==(\S+)", flags=re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    return {plain(name): version for name, version in PINNED.findall(read(lock))}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(*requirements: str) -> set[str]:
    return {plain(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", read(lock).strip())
    requirements = [block for block in blocks if not block.startswith("#")]
    assert len(requirements) > 20
    assert [block for block in requirements if not PINNED.match(block)] == []
    assert [block for block in requirements if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_place_to_download_from(lock: str) -> None:
    words = ("--index-url", "--extra-index-url", "--find-links", "--trusted-host", "://", " @ ")
    assert [line for line in read(lock).splitlines() if any(word in line for word in words)] == []


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (pinned(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = configuration()["project"]
    run = required(*project["dependencies"])
    assert len(run) > 10
    assert run - pinned("lock/run.txt").keys() == set()
    assert required(*project["optional-dependencies"]["dev"]) - pinned("lock/dev.txt").keys() == set()


def test_the_build_backend_is_in_the_lock() -> None:
    """The editable install runs without isolation, so nothing else would bring it."""
    assert required(*configuration()["build-system"]["requires"]) <= pinned("lock/run.txt").keys()
