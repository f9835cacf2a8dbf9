"""A typed word for a question that is mostly tapped: the label of a button, or a plain yes or no."""

import unicodedata

from protocol.answers import Answer, AnswerState, chosen, scale_of
from protocol.symptoms import Ask, Item, ScaleWord, SymptomSheet
from protocol.taps import Phrase, Typed
from protocol.texts import Texts

YES_NO = {Phrase.YES: "yes", Phrase.NO: "no"}


def typed_choice(item: Item, typed: Typed, sheet: SymptomSheet, before: Answer | None) -> Answer | None:
    """The answer whose button reads so, in either language; nothing is guessed from longer words.

    One of several options is marked besides those of `before`.
    """
    if item.ask is Ask.YES_NO and typed.phrase in YES_NO:
        return Answer(item.key, YES_NO[typed.phrase])
    if item.ask is Ask.SEVERAL:
        return _of_several(item, typed, sheet, before)
    if item.ask in (Ask.SEVERITY, Ask.YES_NO):
        values = {value: sheet.scale[ScaleWord(value)] for value in scale_of(item)}
    else:
        values = dict(item.options) if item.ask is Ask.CHOICE else {}
    found = [value for value, texts in values.items() if _reads(typed, texts)]
    return Answer(item.key, found[0]) if len(found) == 1 else None


def _of_several(item: Item, typed: Typed, sheet: SymptomSheet, before: Answer | None) -> Answer | None:
    if _reads(typed, sheet.scale[ScaleWord.NONE_OF_THESE]):
        return Answer(item.key, "")
    found = [value for value, texts in item.options.items() if _reads(typed, texts)]
    marked = chosen(item, before.value) or frozenset() if before else frozenset()
    return Answer(item.key, ",".join(sorted({*marked, *found})), AnswerState.CHOOSING) if len(found) == 1 else None


def _reads(typed: Typed, texts: Texts) -> bool:
    return _plain(typed.text) in {_plain(text) for text in texts.values()}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
