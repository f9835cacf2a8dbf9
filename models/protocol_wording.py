"""The check on what participants read: neutral words, no blame's punctuation, and the numbers of an emergency."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.protocol_problems import Problem
from models.protocol_sections import WordingTable
from protocol.terms import Language

LOUD = ("!", "！")
FAMILIAR = "你"
SHORT = {Language.ZH: 40, Language.EN: 100}
"""Letters of one question of the check; a button takes half of them. People up to 80 read it on a telephone."""


def broken_wording(raw: Mapping[str, Any], wording: WordingTable) -> list[Problem]:
    """Every text for participants is read, also where another text of its table is missing."""
    forbidden = _forbidden(raw, wording)
    problems = [problem for path, text in _participant_texts(raw) for problem in _unfit(path, text, forbidden)]
    return problems + list(_emergency(raw, wording)) + list(_too_long(raw))


def _forbidden(raw: Mapping[str, Any], wording: WordingTable) -> tuple[str, ...]:
    """The listed words and, always, the trial's own names."""
    product = raw.get("product")
    names = product.get("name") if isinstance(product, Mapping) else None
    own = [raw.get("code"), raw.get("registry_id"), *(names.values() if isinstance(names, Mapping) else ())]
    return (*wording.forbidden, *(word for word in own if isinstance(word, str) and word.strip()))


def _participant_texts(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tables = {
        f"{name}.{key}": text
        for name in ("texts", "consents", "scale", "items")
        for key, text in _table(raw, name).items()
    }
    tables["product.unit_name"] = _table(raw, "product").get("unit_name")
    for key, item in _table(raw, "items").items():
        options = item.get("options") if isinstance(item, Mapping) else None
        for option, text in options.items() if isinstance(options, Mapping) else ():
            tables[f"items.{key}.options.{option}"] = text
    for key, guard in _table(raw, "guards").items():
        tables[f"guards.{key}.text"] = guard.get("text") if isinstance(guard, Mapping) else None
    for path, table in tables.items():
        for language in Language:
            text = table.get(language) if isinstance(table, Mapping) else None
            if isinstance(text, str):
                yield f"{path}.{language}", text


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _unfit(path: str, text: str, forbidden: tuple[str, ...]) -> Iterator[Problem]:
    for word in dict.fromkeys(word for word in forbidden if word.casefold() in text.casefold()):
        yield Problem(
            path, f'It says "{word}" to participants.', "Say it neutrally; others may read over their shoulder."
        )
    if any(mark in text for mark in LOUD):
        yield Problem(path, "It has an exclamation mark.", "End the sentence with a full stop.")
    if FAMILIAR in text:
        yield Problem(path, "It says 你.", "Say 您.")


def _too_long(raw: Mapping[str, Any]) -> Iterator[Problem]:
    for path, text in _participant_texts(raw):
        name, _, language = path.rpartition(".")
        most = SHORT[Language(language)]
        if name.startswith("items.") and len(text) > (most // 2 if ".options." in name else most):
            yield Problem(path, f"It has {len(text)} letters.", "Say it shorter, or in two questions.")


def _emergency(raw: Mapping[str, Any], wording: WordingTable) -> Iterator[Problem]:
    text = _table(_table(raw, "texts"), "emergency")
    for language in Language:
        words = text.get(language)
        missing = [name for name in getattr(wording.emergency_names, language) if name not in (words or "")]
        if isinstance(words, str) and words.strip() and missing:
            named = ", ".join(f'"{name}"' for name in missing)
            yield Problem(f"texts.emergency.{language}", f"It does not name {named}.", "Name each of them.")
