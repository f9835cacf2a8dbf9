"""Both catalogues say everything the sources say, with the same places to fill, and nothing that is gone."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from messages.catalogue import extracted, path_of, stored, text_of, updated
from messages.text import LOCALES, catalogue
from protocol.terms import Language

PLACES = re.compile(r"%\((\w+)\)[sd]")
ENGLISH = LOCALES[Language.EN]
NEEDED = ("%(count)d tablet", "I feel unwell", "Please take it with food.", "Undo")


def strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


def said(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [str(message.id)]


def faults(found: Catalog, locale: str) -> Iterator[str]:
    """Everything that is wrong with a catalogue, a line each."""
    for message in found:
        if not message.id:
            continue
        name, there = said(message)[0], strings(message)
        empty_is_fine = locale == ENGLISH and not message.pluralizable
        if not all(there) and not (empty_is_fine and not any(there)):
            yield f"missing: {name}"
        if message.pluralizable and len(there) != found.num_plurals:
            yield f"plural forms: {name}"
        if message.fuzzy:
            yield f"fuzzy: {name}"
        places = {place for text in said(message) for place in PLACES.findall(text)}
        if any(text and set(PLACES.findall(text)) != places for text in there):
            yield f"places: {name}"
        yield from (f"{name}: {error}" for error in message.check(found) if any(there))
    yield from (f"obsolete: {name}" for name in found.obsolete)


def test_the_sources_have_sentences() -> None:
    """The search looks at every room that speaks, else all that follows would pass on nothing."""
    found = extracted()
    rooms = {place.partition("/")[0] for message in found for place, _line in message.locations}
    assert len(found) > 300
    assert {"messages", "web"} <= rooms
    assert all(found.get(sentence) for sentence in NEEDED)
    assert any(place.endswith(".html") for message in found for place, _line in message.locations)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_the_catalogue_is_complete_and_right(locale: str) -> None:
    assert len(stored(locale)) > 300
    assert list(faults(stored(locale), locale)) == []


@pytest.mark.parametrize("locale", LOCALES.values())
def test_the_catalogue_is_what_the_sources_say_now(locale: str) -> None:
    """`python -m messages.catalogue` has nothing left to do."""
    assert text_of(updated(locale)) == path_of(locale).read_bytes()


@pytest.mark.parametrize("locale", LOCALES.values())
def test_nothing_in_the_file_changes_with_the_clock_or_the_machine(locale: str) -> None:
    text = path_of(locale).read_text()
    assert not re.search(r"(?i)creation-date|revision-date|generated-by|last-translator|@|/(?:home|work)/", text)


def test_every_kind_of_fault_is_found() -> None:
    planted = Catalog(locale="zh_Hans_CN")
    planted.add("Nobody translated this", "")
    planted.add("For %(at)s", "在%(day)s")
    planted.add("Perhaps", "也许", flags=["fuzzy"])
    planted.add(("%(count)d day", "%(count)d days"), ("",))
    planted.obsolete["Long gone"] = Message("Long gone", "早就没有了")
    found = "\n".join(faults(planted, "zh_Hans_CN"))
    for fault in ("missing: Nobody", "places: For", "fuzzy: Perhaps", "missing: %(count)d day", "obsolete: Long gone"):
        assert fault in found


def test_english_may_leave_a_sentence_empty_but_no_plural() -> None:
    planted = Catalog(locale="en")
    planted.add("Today", "")
    planted.add(("%(count)d day", "%(count)d days"), ("%(count)d day", ""))
    assert list(faults(planted, "en")) == ["missing: %(count)d day"]


def test_chinese_speaks_politely_and_calmly() -> None:
    """您 and never 你; no exclamation mark; none of the words that invite or blame."""
    for message in stored(LOCALES[Language.ZH]):
        for text in strings(message) if message.id else ():
            assert not re.search(r"你|[!！]|补服|漏服|漏吃|患者|病人|忘吃", text), text


def test_a_sentence_nobody_translated_is_still_said() -> None:
    """At runtime nothing fails: the reader sees the English."""
    assert catalogue(Language.ZH).gettext("No such sentence") == "No such sentence"
