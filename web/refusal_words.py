"""Why an action could not be done, in the reader's language: one line for each reason, its days and states in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations
from typing import Final

from protocol.adverse_event import Criterion, EventOutcome
from protocol.order_proposal import ProposalState
from protocol.pregnancy import PregnancyOutcome
from protocol.tablets import MovementKind
from protocol.terms import DoseAnswer, Language, ParticipantState, Role
from protocol.trial import Trial
from protocol.visits import VisitState
from web.dates import Dates
from web.day_words import DayWords
from web.form_sentences import form_sentences
from web.form_words import FormWords
from web.person_words import PersonWords
from web.refusal_sentences import reworded, sentences
from web.words import Words

GAP: Final = re.compile(r"%\((\w+)\)s")
LED: Final = re.compile(r"(?P<field>[\w ,'-]{1,40}): (?P<rest>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason. `translated` False: nobody has worded it, and it stands as the action said it, in English."""

    text: str
    translated: bool


class RefusalWords:
    """For one reader: a visit, a value and a criterion are called as the protocol file calls them."""

    def __init__(self, texts: NullTranslations, trial: Trial, language: Language) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext
        self._dates = Dates(language)
        self._names = _names(texts, trial, language)
        self._steps = self._step_words()
        self._fields = self._field_words() | _movements(texts) | self._steps

    def lines(self, told: str) -> Sequence[Refused]:
        """Each line of what an action has said."""
        return [self._line(line) for line in told.splitlines() if line.strip()]

    def _line(self, line: str) -> Refused:
        """What stands before a colon is a field or a day where it is known as one; else it may be of the sentence."""
        led = LED.fullmatch(line)
        known = led is not None and self._field(led["field"]) != led["field"]
        found = None if known else self._sentence(line)
        if found is None and led is not None and (told := self._sentence(led["rest"])):
            _ = self._gettext
            found = _("%(field)s: %(told)s") % {"field": self._field(led["field"]), "told": told}
        return Refused(_begun(found or line), found is not None)

    def _sentence(self, told: str) -> str | None:
        words = (*sentences(self._gettext), *form_sentences(self._gettext), *reworded(self._gettext).values())
        for pattern, sentence in zip(_patterns(), words, strict=True):
            if match := pattern.fullmatch(told):
                return sentence % {name: self._said(name, text) for name, text in match.groupdict().items()}
        return None

    def _field(self, name: str) -> str:
        return self._fields.get(name) or self._value(name)

    def _said(self, gap: str, text: str) -> str:
        """A proposal is withdrawn in another sense than a participant is."""
        return self._steps.get(text, text) if gap.endswith("step") else self._value(text)

    def _value(self, text: str) -> str:
        parts = text.strip("'").split(", ")
        return ", ".join(self._names.get(part) or self._day(part) for part in parts)

    def _day(self, text: str) -> str:
        try:
            return self._dates.day(date.fromisoformat(text)) if len(text) == len("2026-01-01") else text
        except ValueError:
            return text

    def _step_words(self) -> dict[str, str]:
        pgettext = self._pgettext
        return {
            "not made yet": pgettext("proposal", "not made yet"),
            str(ProposalState.PROPOSED): pgettext("proposal", "proposed"),
            str(ProposalState.SIGNED): pgettext("proposal", "signed"),
            str(ProposalState.REFUSED): pgettext("proposal", "refused"),
            str(ProposalState.WITHDRAWN): pgettext("proposal", "withdrawn"),
        }

    def _field_words(self) -> dict[str, str]:
        _ = self._gettext
        return {
            "term": _("Event in a few words"),
            "onset": _("First day"),
            "start": _("First day"),
            "end": _("Last day"),
            "grade": _("CTCAE grade"),
            "serious": _("Serious"),
            "outcome": _("Outcome"),
            "medicine": _("Medicine"),
            "amount": _("How much and how often"),
            "indication": _("What it is taken for"),
            "learned": _("The site learned of it on"),
            "last period": _("Last period"),
            "expected": _("Expected on"),
            "decided": _("Decided on"),
            "reason": _("Reason"),
            "value": _("Value"),
            "laboratory": _("Laboratory"),
            "assay": _("Assay"),
            "limits": _("Limits of normal"),
            "resulted": _("Result of"),
            "fasting": _("Fasting"),
            "draw": _("Blood taken"),
            "last dose": _("Last dose"),
            "confirm": _("The value once more"),
            "pack": _("Lot"),
        }


def _begun(text: str) -> str:
    """A sentence begins with a capital letter, a code stays as it is."""
    return text[:1].upper() + text[1:]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    spoken = (*sentences(str), *form_sentences(str), *reworded(str))
    return tuple(re.compile("".join(_pieces(one)), re.DOTALL) for one in spoken)


def _pieces(sentence: str) -> Iterable[str]:
    """Words as they are, gaps as named groups."""
    for at, piece in enumerate(GAP.split(sentence)):
        yield f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece)


def _movements(texts: NullTranslations) -> dict[str, str]:
    words = FormWords(texts)
    return {str(one.value): words.movement(one) for one in MovementKind}


def _names(texts: NullTranslations, trial: Trial, language: Language) -> Mapping[str, str]:
    """The words of closed sets that stand in the sentences, by their value."""
    words, forms, person = Words(texts), FormWords(texts), PersonWords(texts, trial.sheet, language)
    return {
        **{str(one.value): forms.pregnancy(one) for one in PregnancyOutcome},
        **{str(one.value): forms.outcome(one) for one in EventOutcome},
        **{str(one.value): forms.criterion(one) for one in Criterion},
        **{str(one.value): DayWords(texts).answer(one) for one in DoseAnswer},
        **{str(one.value): words.participant(one) for one in ParticipantState},
        **{str(one.value): words.role(one) for one in Role},
        **{str(one.value): person.visit(one) for one in VisitState},
        **{one.key: one.label[language] for one in trial.visits},
        **{one.key: one.name[language] for one in trial.labs},
        **{one.key: one.text[language] for one in trial.criteria},
        **{one.key: one.name[language] for one in trial.guards},
    }
