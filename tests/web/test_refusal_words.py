"""Whatever an action can refuse is said on its page in the reader's language, not in the command line's English."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import actions
import protocol
from messages.text import catalogue
from models.protocol_file import BUILT_IN, trial_from
from protocol.terms import Language
from tests.web.conftest import Pages
from tests.web.test_asking import look
from web.deeds import DEEDS
from web.refusal_words import RefusalWords

ROOMS: Final = (actions, protocol)
FURTHER: Final = {"_DayError", "LabError"}  # caught below the deeds, which pass their words on
OF_COMMANDS: Final = {  # files that no deed calls, or sentences that no page can meet
    "actions/alerts.py", "actions/call_tasks.py", "actions/settings.py", "actions/staff.py", "actions/symptom_calls.py",
    "protocol/event_source.py", "protocol/read_back.py",
}  # fmt: skip
NEVER: Final = (
    "nothing in this check is a symptom",  # the page offers only what became a symptom
    "this check has several",
    "there is no such counselling",  # nothing is annulled on a page
    "x1; ask again, and add --sure",  # said whole in PUT_TOGETHER
    "where it stands so, confirm it",
)
PUT_TOGETHER: Final = [
    "2026-11-20: 3 tablets where 1 were due; ask again, and add --sure if it is true",
    "2026-11-20: too close to the dose of 2026-11-19; ask again, and add --sure if it is true",
    (
        "hb: 960 g/L is outside 30 to 220 g/L; look at the sheet and its unit; "
        "where it stands so, confirm it by giving the value a second time"
    ),
]


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x1" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _strings(node: ast.AST) -> Iterator[str]:
    if (text := _text(node)) is not None:
        yield text
    else:
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)


def _said_in(tree: ast.Module, errors: set[str]) -> Iterator[str]:
    """What is raised as one of these errors, and what a function of problems lists."""
    for node in ast.walk(tree):
        raised = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name) and raised.func.id in errors:
            yield from _strings(raised)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "problem" in node.name:
            yield from (one for line in node.body[bool(ast.get_docstring(node)) :] for one in _strings(line))


def _sentences() -> list[str]:
    errors = {one.__name__ for deed in DEEDS for one in deed.refusals} | FURTHER
    found: list[str] = []
    for room in ROOMS:
        (folder,) = (Path(path) for path in room.__path__)
        for path in sorted(folder.rglob("*.py")):
            if f"{folder.name}/{path.relative_to(folder)}" not in OF_COMMANDS:
                found += _said_in(ast.parse(path.read_text("utf-8")), errors)
    return [one for one in found if one.strip("x1:; ").count(" ") > 1 and not one.startswith(NEVER)]


SENTENCES: Final = _sentences()


def test_there_are_sentences_to_look_at() -> None:
    assert len(SENTENCES) > 120


@pytest.mark.parametrize("language", Language)
def test_whatever_a_deed_can_refuse_has_words_in_both_languages(language: Language) -> None:
    words = RefusalWords(catalogue(language), trial_from(BUILT_IN.read_text("utf-8")), language)
    lines = [line for sentence in [*SENTENCES, *PUT_TOGETHER] for line in words.lines(sentence)]
    assert [line.text for line in lines if not line.translated] == []
    assert not [line.text for line in lines if "anshi " in line.text or "--" in line.text or "%(" in line.text]


def test_days_states_and_names_are_said_as_the_page_says_them() -> None:
    words = RefusalWords(catalogue(Language.ZH), trial_from(BUILT_IN.read_text("utf-8")), Language.ZH)
    (line,) = words.lines("m1 is attended; it cannot become missed")
    assert "m1" not in line.text
    assert "attended" not in line.text
    for told, meant in (
        ("this proposal is withdrawn already; propose another", "已撤回"),
        ("lost: 0 units; write a whole number from 1 to 200", "丢失"),
        ("2026-11-20: taken is recorded; a correction needs its reason (--reason)", "已服"),
    ):
        (spoken,) = words.lines(told)
        assert meant in spoken.text
        assert not [word for word in ("withdrawn", "退出", "失访", "lost", "taken") if word in spoken.text]
    (dated,) = words.lines("2026-11-20: no dose was due on this day")
    assert dated.text.startswith("2026年11月20日")


def test_what_nobody_has_worded_stands_as_the_action_said_it() -> None:
    words = RefusalWords(catalogue(Language.ZH), trial_from(BUILT_IN.read_text("utf-8")), Language.ZH)
    (line,) = words.lines("the moon is in the way")
    assert (line.text, line.translated) == ("The moon is in the way", False)


async def test_a_page_says_why_in_the_language_of_its_reader(pages: Pages) -> None:
    li = await pages.inside("Li")
    answer = await look(pages, li, "call", {"today": "2026-11-22", "answer1": "not_taken", "why1": "forgot"})
    assert answer.status_code == 422
    assert 'lang="en"' not in answer.text.split("<main")[1]
    assert "更正" in answer.text
