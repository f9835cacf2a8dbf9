"""Days in a row: which alerts the newest run of doses not taken, or not reported, calls for."""

from collections.abc import Sequence
from itertools import dropwhile, takewhile

from protocol.terms import AlertKind, DoseState
from protocol.trial import Runs

PASSED_OVER = frozenset({DoseState.NOT_ASKED, DoseState.HELD})
"""Neither count nor break a run: they are the system's gap, or the investigator's order."""


def run_alerts(states: Sequence[DoseState], runs: Runs) -> frozenset[AlertKind]:
    """The alerts called for by the run that ends at the newest settled dose; `states` from the oldest on.

    A run is of one state: a dose not taken ends a run of silence, and the other way round. A dose still open is not
    settled: the newest ones are waited for, and an older one ends the look.
    """
    settled = dropwhile(lambda state: state == DoseState.OPEN, reversed(states))
    looked_at = takewhile(lambda state: state != DoseState.OPEN, settled)
    counted = [state for state in looked_at if state not in PASSED_OVER]
    if not counted:
        return frozenset()
    length = len(list(takewhile(lambda state: state == counted[0], counted)))
    return frozenset(kind for state, least, kind in _steps(runs) if state == counted[0] and length >= least)


def _steps(runs: Runs) -> tuple[tuple[DoseState, int, AlertKind], ...]:
    return (
        (DoseState.NOT_TAKEN, runs.not_taken_alert, AlertKind.DOSES_NOT_TAKEN),
        (DoseState.NOT_TAKEN, runs.not_taken_block, AlertKind.SEVEN_NOT_TAKEN),
        (DoseState.UNREPORTED, runs.unreported_alert, AlertKind.DOSES_UNREPORTED),
        (DoseState.UNREPORTED, runs.unreported_call, AlertKind.SEVEN_UNREPORTED),
    )
