"""The rules between items, triage rules, words and duty: what could lower a level, never fire, or leave a gap."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from models.protocol_problems import Problem
from models.protocol_symptom_sections import (
    AlertsTable,
    CheckTable,
    DutyTable,
    ItemTable,
    ProCtcaeTable,
    RuleTable,
    SaeTable,
)
from protocol.answers import rank, scale_of
from protocol.pro_ctcae import ATTRIBUTES, RECALL
from protocol.symptoms import Ask, AtLeast, Condition, Has, Item, Occasion, Rule, Tier, WorseBy

Items: TypeAlias = Mapping[str, ItemTable]
Rules: TypeAlias = Mapping[str, RuleTable]
Check: TypeAlias = Callable[..., Iterator[Problem]]

WITH_OPTIONS = (Ask.CHOICE, Ask.SEVERAL, Ask.AMOUNT)
WITH_NUMBERS = (Ask.TEMPERATURE, Ask.AMOUNT)
WRITTEN = "written"
BUTTON_MAX = 28  # letters of a button's argument: an item, a colon and an option; of several, a sign


def broken_symptom_rules(parts: Mapping[str, Any]) -> list[Problem]:
    """Every check whose tables could be read is asked; `parts` are the readable tables by name."""
    asked = [(check, names) for names, check in CHECKS if all(name in parts for name in names)]
    return [problem for check, names in asked for problem in check(*(parts[name] for name in names))]


def _kinds(items: Items) -> Iterator[Problem]:
    for key, item in items.items():
        place = f"items.{key}"
        if (item.ask in WITH_OPTIONS) is not bool(item.options):
            remedy = "Give options." if item.ask in WITH_OPTIONS else "Take the options out."
            yield Problem(f"{place}.options", f"They do not fit ask = {item.ask}.", remedy)
        if item.ranked and item.ask is not Ask.CHOICE:
            yield Problem(f"{place}.ranked", "Only the options of a choice are ranked.", "Take it out.")
        if item.ask in WITH_NUMBERS and (item.min is None or item.max is None or item.min >= item.max):
            yield Problem(f"{place}.min", "A number needs plausible bounds, min below max.", "Give both.")
        if (item.ask is Ask.DATE) is not (item.days_back is not None):
            yield Problem(
                f"{place}.days_back", "A date, and nothing else, says how far back it may lie.", "Correct it."
            )
        for option in item.options:
            if len(f"{key}:{option}") + (item.ask is Ask.SEVERAL) > BUTTON_MAX:
                yield Problem(f"{place}.options.{option}", "No button can carry it.", "Give a shorter key.")
        if item.applies is not None and not item.self_only:
            yield Problem(f"{place}.self_only", "A helper would see a question about pregnancy.", "Set it to true.")


def _gates(items: Items) -> Iterator[Problem]:
    """A question that depends on another comes after it."""
    before: dict[str, Item] = {}
    for key, table in items.items():
        for number, condition in enumerate(one.condition() for one in table.asked_if):
            place = f"items.{key}.asked_if.{number}"
            if condition.item not in before:
                yield Problem(place, f'"{condition.item}" is no item above this one.', "Name one, or move this down.")
            elif isinstance(condition, WorseBy):
                yield Problem(place, "Whether to ask cannot depend on the baseline.", "Say at_least or has.")
            else:
                yield from _unfit(place, condition, before[condition.item])
        before[key] = table.item(key)


def _rules(items: Items, rules: Rules) -> Iterator[Problem]:
    known = {key: table.item(key) for key, table in items.items()}
    for key, table in rules.items():
        conditions = [one.condition() for one in table.when]
        for number, condition in enumerate(conditions):
            place = f"rules.{key}.when.{number}"
            if condition.item not in known:
                yield Problem(place, f'There is no item "{condition.item}".', "Correct its spelling.")
            else:
                yield from _unfit(place, condition, known[condition.item])
        if table.again_after and not any(Occasion.AGAIN in item.occasions for item in known.values()):
            yield Problem(f"rules.{key}.again_after", "No item is asked again.", 'Give one the occasion "again".')


def _unfit(place: str, condition: Condition, item: Item) -> Iterator[Problem]:
    """A condition that its item cannot fulfil, that everybody fulfils, or that says nothing of better and worse."""
    match condition:
        case Has():
            if item.ask is not Ask.SEVERAL or condition.option not in item.options:
                yield Problem(
                    f"{place}.has",
                    f'"{item.key}" has no option "{condition.option}" among several.',
                    "Name one of its options.",
                )
        case WorseBy():
            if Occasion.BASELINE not in item.occasions or not _is_ranked(item):
                yield Problem(
                    f"{place}.worse_by",
                    f'"{item.key}" has no baseline to be worse than.',
                    'Give it the occasion "baseline" and a scale.',
                )
            elif condition.steps >= len(scale_of(item)):
                yield Problem(f"{place}.worse_by", "So many steps the scale does not have.", "Write fewer.")
        case AtLeast():
            yield from _unfit_threshold(f"{place}.at_least", condition, item)


def _unfit_threshold(place: str, condition: AtLeast, item: Item) -> Iterator[Problem]:
    if item.ask in (Ask.TEXT, Ask.PHOTO):
        if condition.value != (WRITTEN if item.ask is Ask.TEXT else "sent"):
            yield Problem(place, "A text is there or not.", f'Write "{WRITTEN}" for a text and "sent" for a photo.')
        return
    if not _is_ranked(item) and item.ask is not Ask.TEMPERATURE:
        yield Problem(
            place,
            f'"{item.key}" has no order from better to worse, so the level could fall when its answer gets worse.',
            "Set ranked = true on a choice whose options rise, or use has.",
        )
        return
    found = rank(item, condition.value)
    if found is None:
        known = ", ".join(scale_of(item)) or "degrees Celsius"
        yield Problem(place, f'"{condition.value}" is no answer to "{item.key}".', f"Choose from: {known}.")
    elif found == 0 or (item.min is not None and found <= item.min) or (item.max is not None and found > item.max):
        yield Problem(place, "Everybody would fulfil it, or nobody could.", "Choose a place between the ends.")


def _is_ranked(item: Item) -> bool:
    return item.ask in (Ask.SEVERITY, Ask.YES_NO) or (item.ask is Ask.CHOICE and item.ranked)


def _dead_rules(items: Items, rules: Rules) -> Iterator[Problem]:
    """A rule that another one, at least as high, always comes with: it was meant to say something else."""
    known = {key: table.item(key) for key, table in items.items()}
    read = [table.rule(key) for key, table in rules.items()]
    for rule in read:
        for other in read:
            if other.key != rule.key and _covers(other, rule, known) and _earlier(other, rule, read, known):
                yield Problem(
                    f"rules.{rule.key}",
                    f'It never matters: whenever it holds, "{other.key}" holds too and asks for as much.',
                    "Take it out, or correct the thresholds.",
                )
                break


def _earlier(other: Rule, rule: Rule, read: list[Rule], items: Mapping[str, Item]) -> bool:
    """Of two rules that say the same, the second one is named."""
    return not _covers(rule, other, items) or read.index(other) < read.index(rule)


def _covers(other: Rule, rule: Rule, items: Mapping[str, Item]) -> bool:
    asks_more = (
        (rule.tier is Tier.RED and other.tier is not Tier.RED)
        or (rule.emergency and not other.emergency)
        or (rule.possible_sae and not other.possible_sae)
        or (rule.pages_investigator and not (other.pages_investigator or other.tier is Tier.RED))
        or (rule.holds_dose and not (other.holds_dose or other.tier is Tier.RED))
        or (rule.again_after is not None and other.again_after is None and other.tier is not Tier.RED)
    )
    return not asks_more and all(any(_implies(mine, one, items) for mine in rule.when) for one in other.when)


def _implies(strict: Condition, loose: Condition, items: Mapping[str, Item]) -> bool:
    match strict, loose:
        case (AtLeast(), AtLeast()) if strict.item == loose.item and strict.item in items:
            higher, lower = rank(items[strict.item], strict.value), rank(items[strict.item], loose.value)
            return higher is not None and lower is not None and higher >= lower
        case (WorseBy(), WorseBy()) if strict.item == loose.item:
            return strict.steps >= loose.steps
        case _:
            return strict == loose


def _temperatures(items: Items, rules: Rules) -> Iterator[Problem]:
    """From the first amber degree on every temperature has a tier, and the highest ones are red."""
    read = [table.rule(key) for key, table in rules.items()]
    for key, item in items.items():
        alone = {
            rule.tier
            for rule in read
            if item.ask is Ask.TEMPERATURE and len(rule.when) == 1
            if isinstance(rule.when[0], AtLeast) and rule.when[0].item == key
        }
        if item.ask is Ask.TEMPERATURE and Tier.RED not in alone:
            yield Problem(
                f"items.{key}", "No temperature is red by itself.", "Add a red rule with at_least on this item alone."
            )


def _exemptions(items: Items, rules: Rules, sae: SaeTable) -> Iterator[Problem]:
    for number, path in enumerate(sae.exempt_admissions):
        place, (key, _, option) = f"sae.exempt_admissions.{number}", path.partition(".")
        if key not in items or option not in items[key].options:
            yield Problem(place, f'There is no option "{path}".', 'Write it like "admission.planned".')
            continue
        item = items[key].item(key)
        for name, rule in ((name, table.rule(name)) for name, table in rules.items() if table.possible_sae):
            if any(isinstance(one, AtLeast) and one.item == key and _reaches(item, option, one) for one in rule.when):
                yield Problem(place, f'The rule "{name}" opens a possible SAE for it.', "Exempt it there, or here not.")


def _reaches(item: Item, option: str, condition: AtLeast) -> bool:
    found, least = rank(item, option), rank(item, condition.value)
    return found is not None and least is not None and found >= least


def _times(check: CheckTable) -> Iterator[Problem]:
    if any(later <= earlier for earlier, later in pairwise(check.repeats)):
        yield Problem("check.repeats", "The steps do not rise.", "Order them from the shortest to the longest.")
    if any(step >= check.closes_after for step in check.repeats):
        yield Problem("check.repeats", "A repeat lies after the check has closed.", "Shorten it.")


def _duty(duty: DutyTable) -> Iterator[Problem]:
    if duty.staffed_from >= duty.staffed_until:
        yield Problem("duty.staffed_until", "The day ends before it begins.", "Set it later than staffed_from.")


def _clocks(alerts: AlertsTable) -> Iterator[Problem]:
    if not alerts.red.always:
        yield Problem("alerts.red.always", "A red alert would wait for the morning.", "Set it to true.")
    for name, clock in (("red", alerts.red), ("amber", alerts.amber)):
        if clock.next_after < clock.repeat_every:
            yield Problem(
                f"alerts.{name}.next_after",
                "The next person would be called before the first one twice.",
                "Lengthen it.",
            )


def _pro_ctcae(pro_ctcae: ProCtcaeTable) -> Iterator[Problem]:
    for number in pro_ctcae.items:
        if number not in ATTRIBUTES or pro_ctcae.items.count(number) > 1:
            known = ", ".join(map(str, sorted(ATTRIBUTES)))
            yield Problem("pro_ctcae.items", f"Item {number} is not known, or named twice.", f"Known: {known}.")
    if pro_ctcae.every < RECALL:
        yield Problem("pro_ctcae.every", "Its questions are about the last 7 days.", 'Set it to "7 days" or more.')


CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("items",), _kinds),
    (("items",), _gates),
    (("items", "rules"), _rules),
    (("items", "rules"), _dead_rules),
    (("items", "rules"), _temperatures),
    (("items", "rules", "sae"), _exemptions),
    (("check",), _times),
    (("duty",), _duty),
    (("alerts",), _clocks),
    (("pro_ctcae",), _pro_ctcae),
)
