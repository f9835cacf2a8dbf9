"""What the commands of an adverse event take: how it is assessed, as words of the closed sets."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from app.commands.form_options import NONE, KnownDayOrNone, changes_of, narrative
from models.adverse_event import AdverseEvent
from protocol.adverse_event import Causality, Criterion, CtcaeVersion, DrugAction, EventFacts, EventOutcome

C = TypeVar("C", bound=Callable[..., Any])
FIELDS = frozenset(field.name for field in fields(EventFacts))


def assessed(command: C) -> C:
    """The options that say how an event is judged."""
    options = (
        click.option("--end", "ended_on", type=KnownDayOrNone(), help="Its last day."),
        click.option("--grade", type=click.IntRange(1, 5), help="The CTCAE grade."),
        click.option("--ctcae", "ctcae_version", type=_of(CtcaeVersion), help="Its version; 5.0 where none is named."),
        click.option("--serious/--not-serious", "serious", default=None, help="In the regulatory sense."),
        click.option("--criterion", "criteria", multiple=True, type=_of(Criterion), help="Why; may be repeated."),
        click.option("--causality", type=_of(Causality), help="Its relation to the study drug."),
        click.option("--action", type=_of(DrugAction), help="What was done with the study drug."),
        click.option("--outcome", type=_of(EventOutcome), help="What became of it."),
        click.option("--sae", "safety_event_id", metavar="ID", help="The possible serious event it belongs to."),
        narrative,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _of(members: Any) -> click.Choice[str]:
    return click.Choice([one.value for one in members])


def facts_of(given: dict[str, Any]) -> EventFacts:
    """What the first version says."""
    return EventFacts(**_typed({name: None if given[name] is NONE else given[name] for name in FIELDS}))


def changes_to(given: dict[str, Any], old: AdverseEvent) -> dict[str, Any]:
    """What a correction says. What is not serious has no criterion; a new grade keeps its version of CTCAE."""
    named = changes_of({name: value for name, value in given.items() if name in FIELDS | {"in_error"}})
    if given["serious"] is False:
        named = {"criteria": ()} | named | {"serious": False}
    if "grade" in named and old.ctcae_version is not None:
        named.setdefault("ctcae_version", old.ctcae_version)
    return _typed(named)


def _typed(named: dict[str, Any]) -> dict[str, Any]:
    """Words of the command line as members of the closed sets."""
    kinds = {"causality": Causality, "action": DrugAction, "outcome": EventOutcome, "ctcae_version": CtcaeVersion}
    found = {name: kinds[name](value) if name in kinds and value else value for name, value in named.items()}
    if "criteria" in found:
        found["criteria"] = frozenset(Criterion(one) for one in found["criteria"])
    if found.get("criteria") and found.get("serious") is None:
        found["serious"] = True
    if found.get("grade") and not found.get("ctcae_version"):
        found["ctcae_version"] = CtcaeVersion.V5
    return found
