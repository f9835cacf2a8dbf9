"""The catalogues: `python -m messages.catalogue` collects the sentences of the sources into both .po files."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from messages.text import FOLDER, LOCALES
from protocol.terms import Language

Said = str | list[str] | tuple[str, ...] | None
PROJECT, EDITION = "Anshi", "1"
ROOT = Path(__file__).parent.parent
KEYWORDS = {
    "say": None,
    "in_both": None,
    "count": (1, 2),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "lazy": None,
}
PYTHON = [("**.py", "python")]
SOURCES = (("messages", PYTHON), ("app", PYTHON), ("web", [*PYTHON, ("templates/**.html", "jinja2")]))
OPTIONS = {"templates/**.html": {"encoding": "utf-8", "trimmed": "true", "silent": "false"}}


def extracted() -> Catalog:
    """All sentences that the sources say, without dates or paths that would change by themselves."""
    found = Catalog(project=PROJECT, version=EDITION)
    for folder, methods in SOURCES:
        rows = extract_from_dir(ROOT / folder, methods, OPTIONS, KEYWORDS, ("Translators:",))
        for name, _line, message, comments, context in rows:
            found.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return found


def path_of(locale: str) -> Path:
    return FOLDER / locale / "LC_MESSAGES" / "anshi.po"


def stored(locale: str) -> Catalog:
    """A catalogue as it stands."""
    file = path_of(locale)
    if not file.is_file():
        return Catalog(locale=locale, project=PROJECT, version=EDITION)
    with file.open("rb") as source:
        return read_po(source, locale=locale)


def updated(locale: str) -> Catalog:
    """The stored catalogue brought up to the sources: what is new is empty, what is gone is dropped."""
    old, new = stored(locale), Catalog(locale=locale, fuzzy=False, project=PROJECT, version=EDITION)
    for message in extracted():
        if not message.id:
            continue
        string = _kept(old.get(message.id, message.context), message) or _own(locale, message)
        new.add(message.id, string, locations=message.locations, context=message.context)
    return new


def _kept(before: Message | None, now: Message) -> Said:
    """What was translated before; nothing where a sentence has since got or lost its plural."""
    if before is None or before.pluralizable != now.pluralizable or not any(before.string or ()):
        return ""
    return before.string


def _own(locale: str, message: Message) -> Said:
    """The sources are written in English: there an empty translation says the same, but plurals stand in full."""
    return message.id if locale == LOCALES[Language.EN] and message.pluralizable else ""


def text_of(catalogue: Catalog) -> bytes:
    """The .po text, sorted; without a header that changes with the clock."""
    target = BytesIO()
    write_po(target, catalogue, sort_output=True, include_lineno=False, width=110, omit_header=False)
    lines = target.getvalue().decode().splitlines(keepends=True)
    changing = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Last-Translator',
        '"Generated-By',
        '"Report-Msgid',
        '"Language-Team',
    )
    kept = [line for line in lines if not line.startswith(changing)]
    first = next(index for index, line in enumerate(kept) if line.startswith("msgid"))
    return "".join(kept[first:]).encode()


def main() -> None:
    """Writes both catalogues."""
    for locale in LOCALES.values():
        file = path_of(locale)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text_of(updated(locale)))


if __name__ == "__main__":
    main()
