"""Interacting medicines are recognised in both languages, herbs and fruit too; it is a hint and lowers nothing."""

import pytest

from protocol.medicines import Effect, recognised
from tests.protocol.sheets import TRIAL

NAMED = [
    ("伊曲康唑胶囊", "azoles", True),
    ("Fluconazole 150", "azoles", True),
    ("克拉霉素", "macrolides_strong", True),
    ("erythromycin", "macrolides", False),
    ("利福平", "rifamycins", True),
    ("奈玛特韦/利托那韦", "protease_inhibitors", True),
    ("Paxlovid", "protease_inhibitors", True),
    ("地尔硫䓬", "calcium_blockers", False),
    ("卡马西平", "antiepileptics", True),
    ("五酯片", "wuzhi", True),
    ("五酯 胶囊", "wuzhi", True),
    ("贯叶连翘", "st_johns_wort", True),
    ("St John's wort", "st_johns_wort", True),
    ("吃了半个柚子", "fruit", False),
    ("grapefruit juice", "fruit", False),
    ("培哚普利", "ace_inhibitors", False),
    ("阿托伐他汀", "lipid_lowering", False),
    ("布洛芬", "pain_killers", False),
    ("地拉罗司", "iron_chelators", False),
    ("环孢素", "others", False),
]


@pytest.mark.parametrize(("text", "group", "strong"), NAMED, ids=[row[0] for row in NAMED])
def test_it_is_recognised(text: str, group: str, strong: bool) -> None:
    found = {one.group: one for one in recognised(text, TRIAL.medicines)}
    assert group in found
    assert found[group].strong is strong
    assert found[group].names


def test_what_is_not_listed_is_no_hint() -> None:
    assert recognised("维生素C，钙片，paracetamol", TRIAL.medicines) == ()


def test_every_name_of_every_group_is_found_and_told_as_it_is_written() -> None:
    for group in TRIAL.medicines:
        assert group.effect in Effect
        for name in group.names:
            found = {one.group: one.names for one in recognised(f"我吃了{name.upper()}。", TRIAL.medicines)}
            assert name in found.get(group.key, ()), name
