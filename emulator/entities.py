"""Text with entities: HTML parsed as Telegram parses it, commands found, offsets in UTF-16 units."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from emulator.refusals import bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
COMMAND = re.compile(r"(?<![^\s])/[A-Za-z0-9_]{1,32}(?:@\w+)?(?![\w/])")
TOKEN = re.compile(r"<(?P<end>/)?(?P<name>[a-zA-Z-]*)(?P<rest>[^<>]*)(?P<close>>?)|(?P<text>[^<]+)")
HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")


def length(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def commands(text: str) -> list[dict[str, Any]]:
    """The bot_command entities of a plain text."""
    return [
        {"type": "bot_command", "offset": length(text[: found.start()]), "length": length(found.group())}
        for found in COMMAND.finditer(text)
    ]


@dataclass
class _Open:
    tag: str
    offset: int
    href: str


@dataclass
class _Reader:
    source: str
    text: list[str] = field(default_factory=list)
    units: int = 0
    open: list[_Open] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, raw: str) -> None:
        plain = html.unescape(raw)
        self.text.append(plain)
        self.units += length(plain)

    def start(self, name: str, rest: str, at: int) -> None:
        if name not in TAGS:
            raise _broken(f'Unsupported start tag "{name}" at byte offset {at}')
        link = HREF.search(rest)
        href = html.unescape(next((part for part in link.groups() if part), "")) if link else ""
        self.open.append(_Open(name, self.units, href))

    def end(self, name: str, at: int) -> None:
        if not self.open:
            raise _broken(f"Unexpected end tag at byte offset {at}")
        last = self.open.pop()
        if name not in {"", last.tag}:
            raise _broken(f'Unmatched end tag at byte offset {at}, expected "</{last.tag}>", found "</{name}>"')
        self._close(last)

    def _close(self, last: _Open) -> None:
        kind, size = TAGS[last.tag], self.units - last.offset
        if size == 0 or (kind == "text_link" and not last.href):
            return
        entity: dict[str, Any] = {"type": kind, "offset": last.offset, "length": size}
        self.found.append(entity | ({"url": last.href} if kind == "text_link" else {}))


def _broken(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    reader = _Reader(source)
    for token in TOKEN.finditer(source):
        at = len(source[: token.start()].encode())
        if token["text"] is not None:
            reader.add(token["text"])
        elif not token["close"] and (token["end"] or token["name"].lower() in TAGS):
            raise _broken(f"Unclosed {'end' if token['end'] else 'start'} tag at byte offset {at}")
        elif token["end"]:
            reader.end(token["name"].lower(), at)
        else:
            reader.start(token["name"].lower(), token["rest"], at)
    if reader.open:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].tag}"')
    return "".join(reader.text), sorted(reader.found, key=lambda entity: (entity["offset"], -entity["length"]))


def parse(text: str, mode: str, given: list[dict[str, Any]] | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities. Modes: none and HTML; 400 for another mode or for broken HTML."""
    if mode and mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    plain, found = _parse_html(text) if mode else (text, list(given or []))
    left = len(plain) - len(plain.lstrip())
    shift = length(plain[:left])
    plain = plain.strip()
    kept = [_moved(entity, shift, length(plain)) for entity in found]
    return plain, sorted([e for e in kept if e["length"] > 0] + commands(plain), key=lambda e: int(e["offset"]))


def _moved(entity: dict[str, Any], shift: int, limit: int) -> dict[str, Any]:
    start = max(0, int(entity["offset"]) - shift)
    end = min(limit, int(entity["offset"]) + int(entity["length"]) - shift)
    return entity | {"offset": start, "length": end - start}
