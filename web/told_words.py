"""The words of what was told in a symptom check: those that the participant read, from the protocol file."""

from dataclasses import dataclass

from protocol.symptoms import Ask, ScaleWord, SymptomSheet
from protocol.terms import Language
from reports.symptoms import ItemCount


@dataclass(frozen=True, slots=True)
class ToldWords:
    """In one language. What an earlier version of the questions asked is named by its key."""

    sheet: SymptomSheet
    language: Language

    def symptom(self, one: ItemCount) -> str:
        """The question, or the option that was marked."""
        item = self.sheet.item(one.item)
        if item is None:
            return one.item
        return (item.text if one.option is None else item.options[one.option])[self.language]

    def worst(self, one: ItemCount) -> str:
        """The worst answer, in the words of its button."""
        item = self.sheet.item(one.item)
        if item is None or one.worst is None:
            return "–"
        if item.ask is Ask.SEVERITY:
            return self.sheet.scale[ScaleWord(one.worst)][self.language]
        return item.options[one.worst][self.language] if one.worst in item.options else one.worst
