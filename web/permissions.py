"""Who may open what: each route declares one permission, each role has a set of them, the rest is refused."""

from enum import StrEnum
from typing import Any

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from protocol.terms import Role


class Permission(StrEnum):
    """What a route asks for."""

    PUBLIC = "public"  # nobody has to be known
    OWN_PROOF = "own_proof"  # a program calls, and the route proves by itself that it is the right one
    UNFINISHED = "unfinished"  # logged in, even where the account is not set up yet
    SIGNED_IN = "signed_in"
    READ_TRIAL = "read_trial"  # participants by code, doses, alerts
    ANSWER_ALERTS = "answer_alerts"
    RECORD = "record"  # what a participant reported, measured, took or holds
    ENROL = "enrol"  # eligibility, consent, invitations and what ends taking part
    SIGN = "sign"  # what only the responsible doctor's name stands under
    KEEP_ACCOUNTS = "keep_accounts"


KNOWN = frozenset({Permission.UNFINISHED, Permission.SIGNED_IN})
SEES = frozenset({*KNOWN, Permission.READ_TRIAL})
WRITES = SEES | {Permission.ANSWER_ALERTS, Permission.RECORD, Permission.ENROL}
ROLES: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: WRITES,
    Role.INVESTIGATOR: WRITES | {Permission.SIGN},
    Role.MONITOR: SEES,
    Role.DATA_MANAGER: SEES,
    Role.ADMINISTRATOR: KNOWN | {Permission.KEEP_ACCOUNTS},  # sees no participant
}


class UndeclaredRouteError(Exception):
    """A route declares no permission; the pages do not start with it."""


def may(role: Role, permission: Permission) -> bool:
    """Whether this role may open a route of this permission."""
    return permission in (Permission.PUBLIC, Permission.OWN_PROOF) or permission in ROLES[role]


def permitted(route: BaseRoute, permission: Permission) -> BaseRoute:
    """The same route with its declared permission."""
    held: Any = route
    held.permission = permission
    return route


def declared(route: BaseRoute) -> Permission:
    """The permission a route declares. Raises UndeclaredRouteError."""
    permission = getattr(route, "permission", None)
    if not isinstance(permission, Permission):
        raise UndeclaredRouteError(f"{getattr(route, 'path', route)!s} declares no permission")
    if isinstance(route, WebSocketRoute) or not isinstance(route, Route | Mount):
        raise UndeclaredRouteError(f"{getattr(route, 'path', route)!s} is neither a route nor a mount")
    return permission
