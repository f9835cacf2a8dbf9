"""The rooms are the same wherever they are named: on disk, in the walls, in the wheel and in the documents."""

import ast
import re
from typing import Any

from tests.house.house import ROOMS, ROOT, configuration, read, tree

PLACES_BESIDE = {"tests", "benchmarks"}


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - PLACES_BESIDE


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = configuration()["tool"]["importlinter"]["contracts"]
    return found


def room_lines() -> dict[str, str]:
    """The rooms and their sentences in docs/architecture.md."""
    return dict(re.findall(r"^(\w+)/ {2,}(\S.*)$", read("docs/architecture.md"), flags=re.MULTILINE))


def test_there_are_rooms() -> None:
    assert len(packages()) > 10


def test_the_folders_are_the_rooms() -> None:
    assert packages() == set(ROOMS)


def test_the_walls_know_every_room_that_holds_code() -> None:
    walled = set(configuration()["tool"]["importlinter"]["root_packages"])
    assert walled == packages() - {"locales"}


def test_every_room_stands_on_one_floor() -> None:
    layers = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    floors = [room.strip() for floor in layers for room in floor.split("|")]
    assert sorted(floors) == sorted(packages() - {"locales"})


def test_the_wheel_holds_every_room() -> None:
    assert set(configuration()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages()


def test_the_architecture_says_of_each_room_what_its_package_says() -> None:
    told = room_lines()
    assert set(told) == packages()
    for room, sentence in told.items():
        assert sentence == ast.get_docstring(tree(f"{room}/__init__.py")), room


def test_the_architecture_draws_the_floors_as_the_walls_have_them() -> None:
    layers = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    assert "\n".join(layers) in read("docs/architecture.md")


def test_the_architecture_names_every_wall() -> None:
    page = read("docs/architecture.md")
    assert len(contracts()) > 3
    assert [contract["name"] for contract in contracts() if contract["name"] not in page] == []
