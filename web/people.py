"""The list of participants as it was asked for: whom it shows, in which order, and which page of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.access import site_wall
from models.alert import Alert
from models.open_alerts import still_open
from models.participant import Participant
from models.session import Actor
from protocol.terms import Level, ParticipantState
from reports.days import CohortMember
from reports.worklist import Why, Worklist

PER_PAGE: Final = 50
PAGE_DIGITS: Final = 5
CODE_MAX: Final = 32
LOOKS: Final = ("silent", "alert")
SORTS: Final = ("code", "alerts", "taking", "enrolled")
SILENT: Final = (Why.SILENT, Why.UNREPORTED, Why.FIRST_DOSE_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked the list for. `text` is a part of a code; empty or None: no such condition."""

    text: str = ""
    site: str | None = None
    state: ParticipantState | None = None
    look: str | None = None
    sort: str = SORTS[0]
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether anybody is left out."""
        return bool(self.text or self.site or self.state or self.look)

    def link(self, **changed: Any) -> str:
        """The address of the same list with something changed; what is not said has its first value."""
        one = replace(self, **changed)
        told: dict[str, Any] = {"q": one.text, "site": one.site, "state": one.state, "look": one.look}
        told |= {"sort": one.sort if one.sort != SORTS[0] else None, "page": one.page if one.page > 1 else None}
        said = urlencode({name: str(value) for name, value in told.items() if value})
        return f"/participants?{said}" if said else "/participants"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open alerts of one participant, and the worst level among them."""

    alerts: int
    worst: Level


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found; numbers of people and pages, from 1."""

    people: tuple[Participant, ...]
    found: int
    page: int
    pages: int


def asked_of(given: Mapping[str, str]) -> Asked:
    """From the address; a value that the list does not know counts as not said."""
    states = {str(one): one for one in ParticipantState}
    page, sort, look = given.get("page", ""), given.get("sort", ""), given.get("look", "")
    return Asked(
        text=given.get("q", "").strip().upper()[:CODE_MAX],
        site=given.get("site", "").strip()[:CODE_MAX] or None,
        state=states.get(given.get("state", "")),
        look=look if look in LOOKS else None,
        sort=sort if sort in SORTS else SORTS[0],
        page=int(page) if page.isascii() and page.isdigit() and len(page) <= PAGE_DIGITS else 1,
    )


def like_a_code(text: str) -> bool:
    """A code may be kept in the audit; whatever else somebody typed may be a name."""
    return len(text) <= CODE_MAX and text.isascii() and text.replace("-", "").isalnum()


def found(
    everybody: Sequence[Participant], asked: Asked, waiting: Mapping[str, Waiting], silent: Collection[str]
) -> list[Participant]:
    """Everybody who fulfils all that was asked."""
    return [
        one
        for one in everybody
        if asked.text in one.code.upper()
        and asked.site in (None, one.site_code)
        and asked.state in (None, one.state)
        and (asked.look != "alert" or one.id in waiting)
        and (asked.look != "silent" or one.code in silent)
    ]


def page_of(
    people: Sequence[Participant],
    asked: Asked,
    waiting: Mapping[str, Waiting],
    members: Mapping[str, CohortMember],
) -> Page:
    """The asked page in the asked order; one beyond the last is the last."""
    pages = max(1, -(-len(people) // PER_PAGE))
    number = min(max(1, asked.page), pages)
    ordered = sorted(people, key=_order(asked.sort, waiting, members))
    return Page(tuple(ordered[(number - 1) * PER_PAGE : number * PER_PAGE]), len(people), number, pages)


def silent_codes(work: Worklist) -> set[str]:
    """Whom today's worklist names because nothing was heard of a dose."""
    return {row.code for row in work.rows if row.code and row.why in SILENT}


async def waiting_alerts(session: AsyncSession, actor: Actor) -> dict[str, Waiting]:
    """Open alerts by the participant's id, of those this actor may see."""
    query: Any = select(Alert.participant_id, Alert.level, func.count()).where(
        still_open(), col(Alert.participant_id).is_not(None), site_wall(actor, Alert.site_code)
    )
    told: dict[str, Waiting] = {}
    levels = list(Level)
    for whose, level, count in await session.execute(query.group_by(Alert.participant_id, Alert.level)):
        before = told.get(whose, Waiting(0, level))
        told[whose] = Waiting(before.alerts + count, min(before.worst, level, key=levels.index))
    return told


def _order(
    sort: str, waiting: Mapping[str, Waiting], members: Mapping[str, CohortMember]
) -> Callable[[Participant], tuple[Any, ...]]:
    levels = list(Level)

    def by_alerts(one: Participant) -> tuple[Any, ...]:
        theirs = waiting.get(one.id)
        return (levels.index(theirs.worst), -theirs.alerts, one.code) if theirs else (len(levels), 0, one.code)

    def by_taking(one: Participant) -> tuple[Any, ...]:
        """Who surely took the least stands first; who has no figure, last."""
        member = members.get(one.code)
        low = member.taking_low if member else None
        return (low is None, low or 0.0, one.code)

    return {
        "code": lambda one: (one.code,),
        "alerts": by_alerts,
        "taking": by_taking,
        "enrolled": lambda one: (-one.enrolled_at.timestamp(), one.code),
    }[sort]
