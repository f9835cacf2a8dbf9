"""What an adverse event may say: closed sets after CDISC's AE terms, what cannot be, and what a signature needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from protocol.forms import day_problems, span_problems, text_problems
from protocol.partial_day import PartialDay

GRADES = range(1, 6)
FATAL_GRADE = 5


class CtcaeVersion(StrEnum):
    """The version of CTCAE that a grade is read from."""

    V5 = "5.0"
    V6 = "6.0"


class Causality(StrEnum):
    """How an investigator relates the event to the study drug (AEREL)."""

    NOT_RELATED = "not_related"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"


class DrugAction(StrEnum):
    """What was done with the study drug because of the event (AEACN)."""

    DOSE_NOT_CHANGED = "dose_not_changed"
    DOSE_REDUCED = "dose_reduced"
    DOSE_INCREASED = "dose_increased"
    DRUG_INTERRUPTED = "drug_interrupted"
    DRUG_WITHDRAWN = "drug_withdrawn"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class EventOutcome(StrEnum):
    """What became of the event (AEOUT)."""

    NOT_RECOVERED = "not_recovered"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    RECOVERED_WITH_SEQUELAE = "recovered_with_sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


class Criterion(StrEnum):
    """What makes an event serious (AESDTH and its like)."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"  # or a longer stay
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    MEDICALLY_IMPORTANT = "medically_important"


ENDED = frozenset({EventOutcome.RECOVERED, EventOutcome.RECOVERED_WITH_SEQUELAE, EventOutcome.FATAL})
GOES_ON = frozenset({EventOutcome.NOT_RECOVERED, EventOutcome.RECOVERING})


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What one version of the form says. None: not said yet; `serious` None is no "no"."""

    term: str
    started_on: PartialDay
    ended_on: PartialDay | None = None
    grade: int | None = None
    ctcae_version: CtcaeVersion | None = None
    serious: bool | None = None
    criteria: frozenset[Criterion] = frozenset()
    causality: Causality | None = None
    action: DrugAction | None = None
    outcome: EventOutcome | None = None


def event_problems(facts: EventFacts, today: date) -> Iterator[str]:
    """Everything that cannot be, each with what to do; `today` on the participant's wall."""
    yield from text_problems("term", facts.term)
    yield from day_problems("onset", facts.started_on, today)
    yield from day_problems("end", facts.ended_on, today)
    yield from span_problems("onset", facts.started_on, "end", facts.ended_on)
    yield from _grade_problems(facts)
    yield from _serious_problems(facts)
    yield from _fatal_problems(facts)
    yield from _outcome_problems(facts)


def missing_for_signature(facts: EventFacts) -> tuple[str, ...]:
    """What an investigator has to say before signing."""
    needed = {
        "grade": facts.grade,
        "serious": facts.serious,
        "causality": facts.causality,
        "action": facts.action,
        "outcome": facts.outcome,
    }
    return tuple(name for name, value in needed.items() if value is None)


def _grade_problems(facts: EventFacts) -> Iterator[str]:
    if facts.grade is not None and facts.grade not in GRADES:
        yield f"grade: {facts.grade} is no grade; CTCAE grades are 1 to 5"
    if (facts.grade is None) != (facts.ctcae_version is None):
        yield "grade: a grade and its version of CTCAE stand together; give both or neither"


def _serious_problems(facts: EventFacts) -> Iterator[str]:
    if facts.serious and not facts.criteria:
        yield f"serious: say by which criterion: {', '.join(Criterion)}"
    if facts.criteria and not facts.serious:
        yield "serious: a criterion is given, so it is serious; mark it so, or take the criterion away"


def _fatal_problems(facts: EventFacts) -> Iterator[str]:
    """Grade 5, the outcome and the criterion say one thing. A grade that is not given contradicts nothing."""
    fatal = facts.outcome is EventOutcome.FATAL
    if facts.grade == FATAL_GRADE and not fatal:
        yield "grade: 5 is death; give the outcome fatal, or another grade"
    if fatal and facts.grade not in (None, FATAL_GRADE):
        yield "outcome: fatal is grade 5; give grade 5, or another outcome"
    if fatal != (Criterion.DEATH in facts.criteria):
        yield "outcome: fatal and the criterion death stand together; give both or neither"


def _outcome_problems(facts: EventFacts) -> Iterator[str]:
    told = (facts.outcome or "").replace("_", " ")
    if facts.outcome in ENDED and facts.ended_on is None:
        yield f"end: an event that is {told} has its last day; give it"
    if facts.outcome in GOES_ON and facts.ended_on is not None:
        yield f"end: an event that is {told} has none yet; take it away, or give what came of it"
