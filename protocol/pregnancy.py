"""What the form of a pregnancy may say: whose it is, its days, and its outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.forms import day_problems, span_problems
from protocol.partial_day import PartialDay, surely_before
from protocol.symptoms import Applies

LONGEST = timedelta(weeks=45)
"""From the last period to the birth; what is longer is a slip of the pen."""


class PregnancyOutcome(StrEnum):
    """What became of the pregnancy."""

    ONGOING = "ongoing"
    LIVE_BIRTH = "live_birth"
    LIVE_BIRTH_WITH_ANOMALY = "live_birth_with_anomaly"
    STILLBIRTH = "stillbirth"
    MISCARRIAGE = "miscarriage"
    ECTOPIC = "ectopic"
    TERMINATION = "termination"
    NOT_PREGNANT = "not_pregnant"  # the suspicion was wrong
    UNKNOWN = "unknown"  # it cannot be learned any more


WITHOUT_DAY = frozenset({PregnancyOutcome.ONGOING, PregnancyOutcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class PregnancyFacts:
    """What one version of the form says. `concerns` never changes."""

    concerns: Applies
    learned_on: date
    last_period_on: PartialDay | None = None
    expected_on: PartialDay | None = None
    outcome: PregnancyOutcome = PregnancyOutcome.ONGOING
    outcome_on: PartialDay | None = None


def pregnancy_problems(facts: PregnancyFacts, today: date) -> Iterator[str]:
    """Everything that cannot be, each with what to do; `today` on the participant's wall."""
    yield from day_problems("learned", facts.learned_on, today)
    yield from day_problems("last period", facts.last_period_on, today)
    yield from day_problems("outcome", facts.outcome_on, today)
    yield from span_problems("last period", facts.last_period_on, "learned", facts.learned_on)
    yield from span_problems("last period", facts.last_period_on, "outcome", facts.outcome_on)
    yield from _length_problems(facts)
    yield from _outcome_problems(facts)


def _length_problems(facts: PregnancyFacts) -> Iterator[str]:
    begun, expected = facts.last_period_on, facts.expected_on
    if begun is None or expected is None:
        return
    if expected.last <= begun.first or surely_before(begun.last + LONGEST, expected):
        yield f"expected: {expected} does not fit a last period on {begun}; correct one of the two"


def _outcome_problems(facts: PregnancyFacts) -> Iterator[str]:
    told = facts.outcome.replace("_", " ")
    if facts.outcome is PregnancyOutcome.ONGOING and facts.outcome_on is not None:
        yield "outcome: a pregnancy that goes on has no day of its outcome; give the outcome, or take the day away"
    if facts.outcome not in WITHOUT_DAY and facts.outcome_on is None:
        yield f"outcome: {told} has its day; give it"
