"""The list of alerts as it was asked for: which of them it shows, and which page of those that are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.access import site_wall
from models.alert import Alert
from models.open_alerts import RankedAlert, ranked_alerts, still_open
from models.session import Actor
from protocol.terms import AlertKind
from web.people import CODE_MAX, PAGE_DIGITS

PER_PAGE: Final = 50


class Standing(StrEnum):
    """How far an alert has come."""

    OPEN = "open"
    UNSEEN = "unseen"  # open, and nobody has acknowledged it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AskedAlerts:
    """What a reader asked the list for; None: no such condition."""

    standing: Standing = Standing.OPEN
    kind: AlertKind | None = None
    site: str | None = None
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether some of the open ones may be left out."""
        return self != AskedAlerts()

    def link(self, **changed: Any) -> str:
        """The address of the same list with something changed; what is not said has its first value."""
        one = replace(self, **changed)
        told: dict[str, Any] = {"standing": one.standing if one.standing is not Standing.OPEN else None}
        told |= {"kind": one.kind, "site": one.site, "page": one.page if one.page > 1 else None}
        said = urlencode({name: str(value) for name, value in told.items() if value})
        return f"/alerts?{said}" if said else "/alerts"


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts in order, how many there are of them in all, and pages from 1."""

    alerts: Sequence[RankedAlert]
    found: int
    page: int
    pages: int


def asked_alerts(given: Mapping[str, str]) -> AskedAlerts:
    """From the address; a value that the list does not know counts as not said."""
    kinds, standings = {str(one): one for one in AlertKind}, {str(one): one for one in Standing}
    page = given.get("page", "")
    return AskedAlerts(
        standing=standings.get(given.get("standing", ""), Standing.OPEN),
        kind=kinds.get(given.get("kind", "")),
        site=given.get("site", "").strip()[:CODE_MAX] or None,
        page=int(page) if page.isascii() and page.isdigit() and len(page) <= PAGE_DIGITS else 1,
    )


async def alert_page(session: AsyncSession, actor: Actor, asked: AskedAlerts, at: datetime) -> AlertPage:
    """Open ones all together, the most urgent first; closed ones by page, the last closed first."""
    here = [*_conditions(asked), site_wall(actor, Alert.site_code)]
    if asked.standing is not Standing.CLOSED:
        found = await ranked_alerts(session, at, *here)
        return AlertPage(found, len(found), 1, 1)
    count = int(await session.scalar(select(func.count()).select_from(Alert).where(*here)) or 0)
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(1, asked.page), pages)
    order = select(Alert.id).where(*here).order_by(col(Alert.closed_at).desc(), col(Alert.id))
    ids = list(await session.scalars(order.offset((page - 1) * PER_PAGE).limit(PER_PAGE)))
    found = await ranked_alerts(session, at, col(Alert.id).in_(ids))
    return AlertPage(sorted(found, key=lambda one: ids.index(one.alert.id)), count, page, pages)


async def kinds_known(session: AsyncSession, actor: Actor) -> list[AlertKind]:
    """The kinds of which this actor may see any, open or closed."""
    found = set(await session.scalars(select(Alert.kind).where(site_wall(actor, Alert.site_code)).distinct()))
    return [kind for kind in AlertKind if kind in found]


def _conditions(asked: AskedAlerts) -> list[Any]:
    found = [col(Alert.closed_at).is_not(None) if asked.standing is Standing.CLOSED else still_open()]
    if asked.standing is Standing.UNSEEN:
        found.append(col(Alert.acknowledged_at).is_(None))
    if asked.kind is not None:
        found.append(col(Alert.kind) == asked.kind)
    if asked.site is not None:
        found.append(col(Alert.site_code) == asked.site)
    return found
