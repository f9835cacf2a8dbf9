"""When a site became aware of a possible serious adverse event, and until when its report may take at the most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.terms import Role


class AwarenessNotMovedError(ValueError):
    """An investigator may move it earlier, and later only with a reason."""


@dataclass(frozen=True, slots=True)
class SaeRules:
    """Reporting is immediate; `outer_limit` is the longest it may ever take.

    `exempt_admissions`: options of items ("item.option") that the protocol does not count as possible SAE.
    """

    outer_limit: timedelta
    exempt_admissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwarenessMove:
    """An investigator's own statement of when the site knew."""

    to_at: datetime
    by_role: Role
    reason: str
    moved_at: datetime


def aware_at(opened_at: Sequence[datetime], moves: Sequence[AwarenessMove]) -> datetime | None:
    """The newest move, else the first opening by any of the site's staff. None: nobody has opened it.

    A delivery is no opening: it is stored beside it and never starts the clock.
    """
    if moves:
        return max(moves, key=lambda move: move.moved_at).to_at
    return min(opened_at, default=None)


def access_move(move: AwarenessMove, aware: datetime | None) -> AwarenessMove:
    """The move, if it may be made. Raises AwarenessNotMovedError."""
    later = aware is not None and move.to_at > aware
    if move.by_role is not Role.INVESTIGATOR or (later and not move.reason.strip()) or move.to_at > move.moved_at:
        raise AwarenessNotMovedError(AwarenessNotMovedError.__doc__)
    return move


def report_until(aware: datetime | None, rules: SaeRules) -> datetime | None:
    """The outer limit of the report. The rule is "immediately": this is no target."""
    return None if aware is None else aware + rules.outer_limit
