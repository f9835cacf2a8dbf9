"""Awareness of a possible serious event: the first opening by staff, moved earlier freely and later with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.awareness import AwarenessMove, AwarenessNotMovedError, access_move, aware_at, report_until
from protocol.terms import Role
from tests.protocol.sheets import TRIAL

OPENED = datetime(2026, 3, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def move(to_at: datetime, reason: str = "", by: Role = Role.INVESTIGATOR, after: timedelta = HOUR) -> AwarenessMove:
    return AwarenessMove(to_at, by, reason, OPENED + after)


def test_nobody_is_aware_of_what_nobody_opened() -> None:
    assert aware_at([], []) is None
    assert report_until(None, TRIAL.sae) is None


def test_the_first_opening_by_anybody_counts() -> None:
    assert aware_at([OPENED + HOUR, OPENED], []) == OPENED
    assert report_until(OPENED, TRIAL.sae) == OPENED + timedelta(hours=24)


def test_an_investigator_moves_it_earlier_without_a_reason_and_later_only_with_one() -> None:
    assert access_move(move(OPENED - HOUR), OPENED).to_at == OPENED - HOUR
    assert access_move(move(OPENED + HOUR, "opened by mistake"), OPENED).to_at == OPENED + HOUR
    for refused in (
        move(OPENED + HOUR),
        move(OPENED + HOUR, "  "),
        move(OPENED - HOUR, "earlier", Role.COORDINATOR),
        move(OPENED + 2 * HOUR, "not yet"),
    ):
        with pytest.raises(AwarenessNotMovedError):
            access_move(refused, OPENED)


def test_the_newest_move_stands() -> None:
    moves = [move(OPENED - HOUR), move(OPENED - 2 * HOUR, after=2 * HOUR)]
    assert aware_at([OPENED], moves) == OPENED - 2 * HOUR
    assert aware_at([OPENED], moves[::-1]) == OPENED - 2 * HOUR
