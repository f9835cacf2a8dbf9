"""Every setting stands in .env.example with a comment, and in docs/operating.md; nothing else does."""

import re
from pathlib import Path

from app.settings import SECRETS, read_settings, setting_names
from tests.house.house import ROOT, code_spans, read

EXAMPLE = ".env.example"


def groups() -> list[tuple[str, list[str]]]:
    """Comment and settings of each block between blank lines or new comments."""
    found: list[tuple[str, list[str]]] = []
    comment: list[str] = []
    for line in [*read(EXAMPLE).splitlines(), ""]:
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        elif "=" in line:
            if comment or not found:
                found.append((" ".join(comment), []))
                comment = []
            found[-1][1].append(line.partition("=")[0])
        else:
            comment = []
    return found


def test_the_example_has_every_setting_and_no_other() -> None:
    named = [name for _, names in groups() for name in names]
    assert len(named) > 10
    assert sorted(named) == sorted(setting_names())


def test_every_setting_of_the_example_has_a_comment() -> None:
    assert [names for comment, names in groups() if len(comment) < 10] == []


def test_the_example_is_a_valid_file_with_the_defaults() -> None:
    assert read_settings({}, ROOT / EXAMPLE) == read_settings({}, Path("/nowhere"))


def test_the_example_holds_no_secret() -> None:
    filled = re.findall(r"^ANSHI_(\w+)=(.+)$", read(EXAMPLE), flags=re.MULTILINE)
    assert filled
    urls = {"DATABASE_URL", "STUDY_DATABASE_URL"}
    assert [name for name, _ in filled if name in set(SECRETS) - urls] == []
    assert [name for name, value in filled if name in urls and "@" in value] == []


def test_operating_explains_every_setting_and_invents_none() -> None:
    named = {span for span in code_spans("docs/operating.md") if re.fullmatch(r"ANSHI_\w+", span)}
    assert named - {f"ANSHI_{secret}_FILE" for secret in SECRETS} == set(setting_names())
