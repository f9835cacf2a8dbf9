"""The words of a participant's course and records for closed sets that no other page names."""

from gettext import NullTranslations

from protocol.symptoms import Ask, ScaleWord, SymptomSheet, Tier
from protocol.terms import Language
from protocol.visits import VisitState
from reports.symptoms import Told


class PersonWords:
    """In one language; what an earlier version of the questions asked is named by its key."""

    def __init__(self, texts: NullTranslations, sheet: SymptomSheet, language: Language) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext
        self._sheet = sheet
        self._language = language

    def visit(self, state: VisitState) -> str:
        pgettext = self._pgettext
        return {
            VisitState.PROPOSED: pgettext("visit", "Proposed"),
            VisitState.PLANNED: pgettext("visit", "Planned"),
            VisitState.CONFIRMED: pgettext("visit", "Says that they come"),
            VisitState.ATTENDED: pgettext("visit", "Came"),
            VisitState.MISSED: pgettext("visit", "Did not come"),
            VisitState.CANCELLED: pgettext("visit", "Cancelled"),
        }[state]

    def tier(self, tier: Tier | None) -> str:
        pgettext = self._pgettext
        return {
            Tier.RED: pgettext("check", "Red"),
            Tier.AMBER: pgettext("check", "Amber"),
            Tier.GREEN: pgettext("check", "No alert"),
            None: "–",
        }[tier]

    def told(self, one: Told) -> str:
        """The question and its answer, as the participant read them."""
        item = self._sheet.item(one.item)
        if item is None:
            return f"{one.item}: {one.value}"
        question = item.text[self._language]
        if item.ask is Ask.SEVERITY and one.value in set(ScaleWord):
            return f"{question} {self._sheet.scale[ScaleWord(one.value)][self._language]}"
        marked = [item.options[part][self._language] for part in one.value.split(",") if part in item.options]
        return f"{question} {', '.join(marked) or one.value}"
