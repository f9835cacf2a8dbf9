"""Which symptom of a check becomes an adverse event, and the words it is prefilled with."""

from collections.abc import Iterable, Sequence

from protocol.answers import YES_NO, Answer, Answers, AnswerState, chosen, rank
from protocol.symptoms import Ask, Item, SymptomSheet
from protocol.terms import Language
from protocol.triage import Reason, ReasonKind


def root_of(item: Item, sheet: SymptomSheet) -> Item:
    """The question that this one goes into: how many stools, of the loose stools."""
    for condition in item.asked_if:
        parent = sheet.item(condition.item)
        if parent is not None:
            return root_of(parent, sheet)
    return item


def told_symptoms(answers: Answers, reasons: Iterable[Reason], sheet: SymptomSheet) -> tuple[str, ...]:
    """The questions that the reasons come from; without any, every one that was told to be there."""
    raised = [key for reason in reasons if reason.kind is not ReasonKind.MEDICINE for key in reason.items]
    told = [answer.item for answer in answers.values() if is_told(answer, sheet)]
    return _roots(raised, sheet) or _roots(told, sheet)


def _roots(keys: Iterable[str], sheet: SymptomSheet) -> tuple[str, ...]:
    """A pregnancy has its own form."""
    items = [item for key in keys if (item := sheet.item(key)) is not None and item.applies is None]
    return tuple(dict.fromkeys(root_of(item, sheet).key for item in items))


def suggested_term(
    item: Item, answer: Answer | None, sheet: SymptomSheet, *, named: frozenset[str] = frozenset()
) -> str:
    """A term in English: the options that were marked, else the question's key; empty where only own words tell.

    `named`: the options that an alert is about, where it is about some of them.
    """
    if any(one.ask is Ask.TEXT and root_of(one, sheet) is item for one in sheet.items.values()):
        return ""
    marked = chosen(item, answer.value) if answer is not None and item.ask is Ask.SEVERAL else None
    if marked:
        marked = marked & named or marked
        return "; ".join(item.options[key][Language.EN].strip() for key in item.options if key in marked)
    return item.key.replace("_", " ")


def symptom_problem(key: str, told: Sequence[str], answers: Answers, sheet: SymptomSheet) -> str:
    """Why this question of a check gives no event; empty where it does."""
    item = sheet.item(key)
    if item is None or root_of(item, sheet) is not item:
        return f"{key}: there is no such symptom; this check has: {', '.join(told) or 'none'}"
    asked = [answer for answer in answers.values() if _belongs(answer, item, sheet)]
    if not any(is_told(answer, sheet) for answer in asked):
        return f"{key}: was not told in this check; it has: {', '.join(told) or 'none'}"
    return ""


def _belongs(answer: Answer, item: Item, sheet: SymptomSheet) -> bool:
    found = sheet.item(answer.item)
    return found is not None and root_of(found, sheet) is item


def is_told(answer: Answer, sheet: SymptomSheet) -> bool:
    """The answer says that something is there. A choice without an order, as where it was measured, says nothing."""
    item = sheet.item(answer.item)
    if item is None or answer.state is AnswerState.SKIPPED:
        return False
    match item.ask:
        case Ask.TEMPERATURE:
            return True
        case Ask.SEVERAL:
            return bool(chosen(item, answer.value))
        case Ask.YES_NO:
            return answer.value == YES_NO[-1]
        case Ask.SEVERITY:
            return bool(rank(item, answer.value))
        case Ask.CHOICE:
            return item.ranked and bool(rank(item, answer.value))
        case _:
            return False
