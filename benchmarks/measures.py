"""Interleaved measurements: every contender once a round, then medians, ratios and the spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.contender import Contender, Cost


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a comparison: a name, who does it, and what to ask for."""

    name: str
    contender: Contender
    what: str = "-"


@dataclass(frozen=True, slots=True)
class Measured:
    """The costs of one entry, a round each."""

    name: str
    costs: Sequence[Cost]

    @property
    def cpu_ms(self) -> float:
        return median(cost.cpu_ms for cost in self.costs)

    @property
    def wall_ms(self) -> float:
        return median(cost.wall_ms for cost in self.costs)

    @property
    def spread(self) -> float:
        """Highest less lowest CPU time, as a share of the median."""
        found = [cost.cpu_ms for cost in self.costs]
        return (max(found) - min(found)) / self.cpu_ms


def interleaved(entries: Sequence[Entry], rounds: int) -> list[Measured]:
    """Warms each up once, then measures all of them in turn, round by round."""
    for entry in entries:
        entry.contender.measure(entry.what)
    found: list[list[Cost]] = [[] for _ in entries]
    for _ in range(rounds):
        for entry, costs in zip(entries, found, strict=True):
            costs.append(entry.contender.measure(entry.what))
    return [Measured(entry.name, costs) for entry, costs in zip(entries, found, strict=True)]


def ratio(measured: Measured, to: Measured) -> float:
    """The median of the rounds' own ratios: both were measured within seconds of each other."""
    pairs = zip(measured.costs, to.costs, strict=True)
    return median(one.cpu_ms / other.cpu_ms for one, other in pairs)
