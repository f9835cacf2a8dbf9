"""Answers and a baseline give a tier with its reasons: rules as data, evaluated without ever failing.

Every condition says "at least", every finding only adds a reason, and the tier is the worst of them: a worse answer
never lowers it. An answer nobody can read is amber, so that a human looks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from protocol.answers import Answer, Answers, AnswerState, has_baseline, holds, readable
from protocol.medicines import recognised
from protocol.red_words import Found, temperatures_in, words_in
from protocol.symptoms import Ask, Condition, Rule, Tier, WorseBy
from protocol.terms import Level
from protocol.trial import Trial

TIERS = tuple(Tier)
"""From the least to the most."""


class ReasonKind(StrEnum):
    """What a reason comes from."""

    RULE = "rule"  # a rule of the protocol file
    WORDS = "words"  # red words in a text
    MEDICINE = "medicine"  # an interacting medicine named in a text
    UNREADABLE = "unreadable"  # a kept answer that nobody can read
    FORM = "form"  # a form that staff have written


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that raised the tier. `key` is the rule's, the words', the group's or the item's."""

    kind: ReasonKind
    key: str
    tier: Tier
    items: tuple[str, ...]
    emergency: bool = False  # the emergency text is shown
    possible_sae: bool = False
    pages_investigator: bool = False
    holds_dose: bool = False  # "take now" waits for an investigator
    again_after: timedelta | None = None  # so long after the report, ask again
    without_baseline: bool = False  # judged against none at all, since there is no baseline
    negated: bool = False  # the words stood in a clause that denies them

    @property
    def cause(self) -> str:
        """What alerts are merged by, with the participant."""
        return f"{self.kind}.{self.key}"


@dataclass(frozen=True, slots=True)
class Triage:
    """What a report asks of us. Reasons stand from the worst to the least; green has none."""

    reasons: tuple[Reason, ...] = ()

    @property
    def tier(self) -> Tier:
        return self.reasons[0].tier if self.reasons else Tier.GREEN

    @property
    def level(self) -> Level | None:
        """The level of the alert; None: no alert, a line on the weekly review list."""
        return {Tier.RED: Level.RED, Tier.AMBER: Level.AMBER}.get(self.tier)

    @property
    def emergency(self) -> bool:
        """The emergency text is shown, before anything else."""
        return any(reason.emergency for reason in self.reasons)

    @property
    def holds_dose(self) -> bool:
        """True when "take now" has to wait until an investigator decides."""
        return any(reason.holds_dose for reason in self.reasons)

    @property
    def possible_sae(self) -> bool:
        return any(reason.possible_sae for reason in self.reasons)

    @property
    def pages_investigator(self) -> bool:
        """An investigator is paged at once, by the red clock, whatever the level."""
        return any(reason.pages_investigator for reason in self.reasons)

    @property
    def again_after(self) -> timedelta | None:
        """How long after the report to ask again; None once it is red, since a human then asks."""
        lengths = [reason.again_after for reason in self.reasons if reason.again_after is not None]
        return min(lengths, default=None) if self.tier is not Tier.RED else None


def triage(answers: Answers, baseline: Answers, trial: Trial) -> Triage:
    """The tier of a check as far as it is answered. Never fails, whatever is missing, skipped or malformed.

    `baseline`: the answers of the enrolment baseline, empty where there is none or while it is being taken.
    Answers whose question would no longer be asked still count: a human sorts out a contradiction.
    """
    found = [*_by_rules(answers, baseline, trial), *_by_single_answers(answers.values(), trial)]
    return _sorted(found)


def triage_of_answer(answer: Answer, trial: Trial) -> Triage:
    """What one answer says alone, for showing the emergency text before anything is read or written.

    Never above the triage of the whole check, except that "worse than usual" is judged without a baseline.
    """
    return triage({answer.item: answer}, {}, trial)


def triage_of_text(text: str, trial: Trial) -> Triage:
    """What a free text outside a check says: red words, a fever named, interacting medicines. Never fails."""
    return _sorted(_by_text("", text, trial))


def added(before: Triage, after: Triage) -> tuple[Reason, ...]:
    """The reasons that an answer has brought; what went away is no news, alerts stay until a human closes them."""
    known = {(reason.cause, reason.tier) for reason in before.reasons}
    return tuple(reason for reason in after.reasons if (reason.cause, reason.tier) not in known)


def _sorted(reasons: Iterable[Reason]) -> Triage:
    return Triage(tuple(sorted(dict.fromkeys(reasons), key=lambda reason: -TIERS.index(reason.tier))))


def _by_rules(answers: Answers, baseline: Answers, trial: Trial) -> Iterator[Reason]:
    for rule in trial.rules:
        if all(holds(condition, answers, baseline, trial.sheet) for condition in rule.when):
            yield _reason(rule, _misses_baseline(rule.when, baseline, trial))


def _reason(rule: Rule, without_baseline: bool) -> Reason:  # noqa: FBT001 - private, and named at its place
    items = tuple(dict.fromkeys(condition.item for condition in rule.when))
    return Reason(
        ReasonKind.RULE,
        rule.key,
        rule.tier,
        items,
        emergency=rule.emergency,
        possible_sae=rule.possible_sae,
        pages_investigator=rule.pages_investigator or rule.tier is Tier.RED,
        holds_dose=rule.holds_dose or rule.tier is Tier.RED,
        again_after=rule.again_after,
        without_baseline=without_baseline,
    )


def _misses_baseline(when: tuple[Condition, ...], baseline: Answers, trial: Trial) -> bool:
    items = [trial.sheet.item(condition.item) for condition in when if isinstance(condition, WorseBy)]
    return any(item is not None and not has_baseline(item, baseline) for item in items)


def _by_single_answers(answers: Iterable[Answer], trial: Trial) -> Iterator[Reason]:
    for answer in answers:
        item = trial.sheet.item(answer.item)
        if answer.state is AnswerState.SKIPPED:
            continue
        if item is None or not readable(item, answer):
            yield Reason(ReasonKind.UNREADABLE, answer.item, Tier.AMBER, (answer.item,))
        elif item.ask is Ask.TEXT:
            yield from _by_text(answer.item, answer.value, trial)


def _by_text(item: str, text: str, trial: Trial) -> Iterator[Reason]:
    items = (item,) if item else ()
    for found in words_in(text, trial.red_words):
        yield _by_words(found, items)
    yield from medicine_reasons(text, trial, items)
    for number in temperatures_in(text):
        if tier := _fever_tier(number, trial):
            red = tier is Tier.RED
            yield Reason(
                ReasonKind.WORDS, "temperature", tier, items, emergency=red, pages_investigator=red, holds_dose=red
            )


def medicine_reasons(text: str, trial: Trial, items: tuple[str, ...] = ()) -> Iterator[Reason]:
    """Interacting medicines that a text names; a strong one pages the investigator, whoever has written it."""
    for known in recognised(text, trial.medicines):
        yield Reason(ReasonKind.MEDICINE, known.group, Tier.AMBER, items, pages_investigator=known.strong)


def _by_words(found: Found, items: tuple[str, ...]) -> Reason:
    words, told = found.words, not found.negated
    return Reason(
        ReasonKind.WORDS,
        words.key,
        found.tier,
        items,
        emergency=told and words.emergency,
        possible_sae=told and words.possible_sae,
        pages_investigator=told and (words.pages_investigator or found.tier is Tier.RED),
        holds_dose=told and (words.holds_dose or found.tier is Tier.RED),
        negated=found.negated,
    )


def _fever_tier(number: float, trial: Trial) -> Tier | None:
    """The tier that the rules give this temperature alone."""
    tiers = [
        rule.tier
        for rule in trial.rules
        for item in trial.sheet.items.values()
        if item.ask is Ask.TEMPERATURE and all(condition.item == item.key for condition in rule.when)
        if all(holds(one, {item.key: Answer(item.key, str(number))}, {}, trial.sheet) for one in rule.when)
    ]
    return max(tiers, key=TIERS.index, default=None)
