"""Crashes: the points at which a process may die, how often each was passed, and how often one died there."""

from collections import Counter

from simulation.faults import FaultName, Faults

FIRST = 60  # within so many passes of a point one dies there for the first time
SHARE = 0.15  # afterwards: the more often a point was passed, the seldomer one dies there
SOON = 4  # a second crash comes within so many points after a restart


class KilledError(BaseException):
    """The process is gone: nothing catches it, nothing is finished."""


class Crashes:
    """Decides at each point; `hits` is what a report lists."""

    def __init__(self, faults: Faults, *, intensity: float = 1.0) -> None:
        self._faults = faults
        self._intensity = intensity
        self.passed: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._again_in: int | None = None

    def recovering(self) -> None:
        """A process starts again; it may die again at once."""
        if self._faults.strikes(FaultName.CRASH_AGAIN, 1 / 3):
            self._again_in = self._faults.random.randint(1, SOON)

    def strikes(self, point: str) -> bool:
        """Whether the process dies at this point, now."""
        self.passed[point] += 1
        if self._faults.healed:
            return False
        if self._again_in is not None:
            self._again_in -= 1
            if self._again_in <= 0:
                self._again_in = None
                self.hits[point] += 1
                return True
        if self._faults.strikes(FaultName.CRASH, self._share(point)):
            self.hits[point] += 1
            return True
        return False

    def _share(self, point: str) -> float:
        passed = self.passed[point]
        if point not in self._first:
            self._first[point] = self._faults.random.randint(1, max(1, int(FIRST / self._intensity)))
        return 1.0 if passed == self._first[point] else self._intensity * SHARE / (20 + passed)
