"""Reads a site's private file with the official PRO-CTCAE wording, or says everything that is missing from it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from models.protocol_problems import Problem, ProtocolFileError
from protocol.pro_ctcae import ATTRIBUTES, Attribute, ProWording, scores_of
from protocol.terms import Language


def load_pro_wording(path: Path | None, items: Sequence[int]) -> ProWording | None:
    """The wording of these items; None without a file: then the module is off.

    The file is TOML: [items.NUMBER.ATTRIBUTE] with zh and en, and [answers.ATTRIBUTE] with a list zh and a list en of
    the words for each score from 0 on. Raises ProtocolFileError with every problem found; no text is in its message.
    """
    if path is None:
        return None
    try:
        written = path.read_bytes()
        raw = tomllib.loads(written.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        broken = Problem("the file", "It cannot be read as TOML in UTF-8.", "Make it from the official form again.")
        raise ProtocolFileError((broken,)) from error
    if problems := tuple(_problems(raw, items)):
        raise ProtocolFileError(problems)
    return _wording(raw, items, sha256(written).hexdigest())


def _problems(raw: Mapping[str, Any], items: Sequence[int]) -> Iterator[Problem]:
    for number, attribute in _asked(items):
        for language in Language:
            if not _is_text(_at(raw, "items", str(number), attribute, language)):
                yield Problem(f"items.{number}.{attribute}.{language}", "It is missing.", "Copy it from the form.")
    for attribute in {attribute: None for _, attribute in _asked(items)}:
        for language in Language:
            words = _at(raw, "answers", attribute, language)
            most = len(scores_of(attribute))
            if not isinstance(words, list) or len(words) != most or not all(map(_is_text, words)):
                yield Problem(f"answers.{attribute}.{language}", f"It needs {most} words.", "Give one for each score.")


def _wording(raw: Mapping[str, Any], items: Sequence[int], version: str) -> ProWording:
    asked = _asked(items)
    return ProWording(
        {
            (number, attribute): {one: raw["items"][str(number)][attribute][one] for one in Language}
            for number, attribute in asked
        },
        {
            attribute: tuple(
                {one: raw["answers"][attribute][one][score] for one in Language} for score in scores_of(attribute)
            )
            for attribute in {attribute: None for _, attribute in asked}
        },
        version,
    )


def _asked(items: Sequence[int]) -> list[tuple[int, Attribute]]:
    return [(number, attribute) for number in items for attribute in ATTRIBUTES.get(number, ())]


def _at(raw: object, *path: str) -> object:
    for part in path:
        raw = raw.get(part) if isinstance(raw, Mapping) else None
    return raw


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
