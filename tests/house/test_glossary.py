"""Every word of the closed sets stands in the glossary, in both languages, and the glossary has no others."""

import re

import pytest

from tests.house.house import closed_sets, read

PAGE = "docs/glossary.md"
ELSEWHERE = ("emulator", "scheduler")  # they speak of the Bot API and of rows, not of the trial
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def told_sets() -> dict[str, dict[str, list[str]]]:
    """The sections of the glossary by `room.file.Class`: each row's cells by the value in its first cell."""
    found: dict[str, dict[str, list[str]]] = {}
    for title, body in re.findall(r"^### `([\w.]+)`\n(.*?)(?=^#|\Z)", read(PAGE), flags=re.DOTALL | re.MULTILINE):
        rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| `")]
        found[title] = {row[0].split("`")[1]: row for row in rows}
    return found


def test_there_are_closed_sets_and_their_sections() -> None:
    sets = closed_sets(besides=ELSEWHERE)
    assert len(sets) > 20
    assert set(told_sets()) == set(sets)


@pytest.mark.parametrize("name", sorted(closed_sets(besides=ELSEWHERE)))
def test_the_glossary_has_exactly_the_members_of(name: str) -> None:
    members, told = closed_sets(besides=ELSEWHERE)[name], told_sets().get(name, {})
    assert members
    assert set(told) == set(members.values())
    for member, value in members.items():
        if member.lower() != value:
            assert f"`{member}`" in told[value][0], f"{value} is written {member} in the code"


@pytest.mark.parametrize("name", sorted(closed_sets(besides=ELSEWHERE)))
def test_every_member_is_explained_in_both_languages(name: str) -> None:
    told = told_sets().get(name, {})
    assert told
    for value, row in told.items():
        english, chinese = row[1:3]
        assert len(english) > 2, value
        assert CHINESE.search(chinese), value


def test_words_that_were_wrong_stay_away() -> None:
    """Terms that experts struck out: 补服 invites making up a dose, 漏服 blames, 患者 is not a participant's name."""
    page = read(PAGE)
    table = page.partition("## Words not to use")
    assert table[1]
    for word in ("补服", "漏服", "患者"):
        assert word not in table[0], word
        assert word in table[2], word
