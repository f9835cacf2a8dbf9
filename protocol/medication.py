"""What a concomitant medication may say: its name as written, what for, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from protocol.forms import day_problems, span_problems, text_problems
from protocol.partial_day import PartialDay, surely_before


@dataclass(frozen=True, slots=True)
class MedicationFacts:
    """What one version of the form says. `started_on` None: nobody knows; `ended_on` None: still taken."""

    medicine: str
    amount: str = ""  # as written: 500 mg twice a day
    indication: str = ""
    started_on: PartialDay | None = None
    ended_on: PartialDay | None = None


def medication_problems(facts: MedicationFacts, today: date) -> Iterator[str]:
    """Everything that cannot be, each with what to do; `today` on the participant's wall."""
    yield from text_problems("medicine", facts.medicine)
    yield from text_problems("amount", facts.amount, needed=False)
    yield from text_problems("indication", facts.indication, needed=False)
    yield from day_problems("start", facts.started_on, today)
    yield from day_problems("end", facts.ended_on, today)
    yield from span_problems("start", facts.started_on, "end", facts.ended_on)


def is_history(facts: MedicationFacts, since: date) -> bool:
    """True where its last day lies before this one for certain: it never met the study drug."""
    return facts.ended_on is not None and surely_before(facts.ended_on, since)
