"""What the pages work with: both stores, the trial, the clock, and the templates in both languages."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from starlette.requests import Request

from actions.passwords import PasswordDesk
from models.access import SignedIn
from models.session import Store
from models.study.store import StudyStore
from protocol.terms import Language
from protocol.trial import Trial
from web.sights import Sights


@dataclass(frozen=True, slots=True)
class Desk:
    """One for the life of the application; time comes from its clocks, never from the machine."""

    store: Store
    study: StudyStore
    trial: Trial
    now: Callable[[], datetime]
    session_now: Callable[[], datetime]  # log-ins and sessions: one-time codes follow the phone in the hand
    new_token: Callable[[], str]
    public_url: str | None
    readiness: Callable[[], Awaitable[list[str]]]
    demo: bool
    passwords: PasswordDesk
    pages: Mapping[Language, Environment]
    sights: Sights


def desk_of(request: Request) -> Desk:
    """The desk this request is answered at."""
    desk: Desk = request.app.state.desk
    return desk


def signed_in(request: Request) -> SignedIn:
    """Who asks; the guard has let nobody else through."""
    found: SignedIn = request.state.signed_in
    return found


def visitor(request: Request) -> SignedIn | None:
    """Who asks, if anybody is known."""
    found: SignedIn | None = getattr(request.state, "signed_in", None)
    return found
