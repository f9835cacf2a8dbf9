"""PRO-CTCAE asks only in the words of the site's own file: without it it is off, and what is missing is named."""

from hashlib import sha256
from pathlib import Path

import pytest

from models.pro_ctcae_file import load_pro_wording
from models.protocol_file import load_trial
from models.protocol_problems import ProtocolFileError
from protocol.pro_ctcae import ATTRIBUTES, Attribute
from protocol.terms import Language

ITEMS = load_trial(None).pro_ctcae.items


def written(path: Path) -> Path:
    """A file with placeholders where the official words would stand."""
    lines = []
    for number in ITEMS:
        for attribute in ATTRIBUTES[number]:
            lines += [f"[items.{number}.{attribute}]", f'zh = "{number}题"', f'en = "question {number} {attribute}"']
    for attribute in Attribute:
        words = ", ".join(f'"w{score}"' for score in range(2 if attribute is Attribute.PRESENCE else 5))
        lines += [f"[answers.{attribute}]", f"zh = [{words}]", f"en = [{words}]"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_without_a_file_the_module_is_off() -> None:
    assert load_pro_wording(None, ITEMS) is None


def test_a_whole_file_words_every_question(tmp_path: Path) -> None:
    wording = load_pro_wording(written(tmp_path / "pro.toml"), ITEMS)
    assert wording is not None
    assert wording.questions[3, Attribute.SEVERITY][Language.EN] == "question 3 severity"
    assert set(wording.questions) == {(number, one) for number in ITEMS for one in ATTRIBUTES[number]}
    assert len(wording.answers[Attribute.SEVERITY]) == 5
    assert len(wording.answers[Attribute.PRESENCE]) == 2
    assert wording.version == sha256((tmp_path / "pro.toml").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('en = "question 16 frequency"', 'en = " "', "items.16.frequency.en"),
        ("[items.20.severity]", "[items.20.strength]", "items.20.severity.zh"),
        ("[answers.presence]\nzh = [", '[answers.presence]\nzh = ["w", ', "answers.presence.zh"),
    ],
)
def test_what_is_missing_is_named_and_no_wording_is_repeated(old: str, new: str, place: str, tmp_path: Path) -> None:
    path = written(tmp_path / "pro.toml")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ProtocolFileError) as refused:
        load_pro_wording(path, ITEMS)
    assert place in {one.place for one in refused.value.problems}
    assert "question" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(ProtocolFileError):
        load_pro_wording(tmp_path / "none.toml", ITEMS)
    broken = tmp_path / "broken.toml"
    broken.write_text("items = [", encoding="utf-8")
    with pytest.raises(ProtocolFileError):
        load_pro_wording(broken, ITEMS)
