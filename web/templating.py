"""The templates, once per language: escaped by default, an unknown name is an error, texts from the catalogues."""

import hashlib
from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from messages.text import catalogue
from protocol.terms import Language
from web import dates, words
from web.figures import percent
from web.marks import GLYPHS, Mark

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"
TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}


def environments() -> Mapping[Language, Environment]:
    """One environment per language."""
    return {language: _environment(language) for language in Language}


def _environment(language: Language) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = catalogue(language)
    _install(made, texts)
    read = dates.Dates(language)
    made.globals.update(tag=TAGS[language], asset=asset, words=words.Words(texts), dates=read, percent=percent)
    made.globals.update(mark_words={mark: words.Words(texts).mark(mark) for mark in Mark})
    made.globals.update(glyphs=GLYPHS, weekdays=list(zip(read.weekdays(), read.weekday_names(), strict=True)))
    return made


def _install(made: Environment, texts: NullTranslations) -> None:
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]


@cache
def asset(name: str) -> str:
    """The address of a static file with a mark of its content, so that it can be kept for long."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={mark}"
