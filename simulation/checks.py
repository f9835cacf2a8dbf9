"""What a run asks of its invariants."""

from collections.abc import Sequence
from typing import Protocol

from simulation.evidence import Delivered, Evidence, Violation


class Checks(Protocol):
    """Made anew for each run; it may remember how far it has come."""

    def on_delivery(self, evidence: Evidence, delivered: Delivered) -> Sequence[Violation]: ...

    def at_midnight(self, evidence: Evidence) -> Sequence[Violation]: ...

    def at_quiet(self, evidence: Evidence) -> Sequence[Violation]: ...


class NoChecks:
    """Watches nothing."""

    def on_delivery(self, evidence: Evidence, delivered: Delivered) -> Sequence[Violation]:  # noqa: ARG002
        return ()

    def at_midnight(self, evidence: Evidence) -> Sequence[Violation]:  # noqa: ARG002
        return ()

    def at_quiet(self, evidence: Evidence) -> Sequence[Violation]:  # noqa: ARG002
        return ()
