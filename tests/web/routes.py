"""Every route of the pages: who may open it, and what its form holds. A route without its line here fails the tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.terms import Role
from tests.web.cast import PASSWORD
from tests.web.conftest import Pages

EVERYBODY = frozenset(Role)
WRITES = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
SIGNS = frozenset({Role.INVESTIGATOR})
KEEPS = frozenset({Role.ADMINISTRATOR})
READS = WRITES | {Role.MONITOR, Role.DATA_MANAGER}


@dataclass(frozen=True, slots=True)
class Line:
    """`roles` None: open to all the world. `fields`: what a form of this route needs to get as far as its matter."""

    roles: frozenset[Role] | None
    fields: Mapping[str, str] = field(default_factory=dict)


OPEN = Line(None)
SIGNED = (
    "order",
    "hold",
    "resume",
    "discontinue",
    "proposal-sign",
    "proposal-refuse",
    "month-six",
    "take-back",
    "sign-forms",
)
RECORDED = (
    "tablets",
    "travel",
    "travel-end",
    "event",
    "event-from-told",
    "event-correct",
    "medication",
    "pregnancy",
    "call",
    "visit-drawn",
    "visit-attended",
    "visit-confirmed",
    "visit-missed",
    "visit-move",
    "visit-add",
    "visit-cancel",
    "visit-accept",
    "lab",
    "lab-verify",
    "transfusion",
    "transfusion-correct",
    "message",
    "propose",
    "proposal-withdraw",
    "guard",
    "read-message",
    "photo-reviewed",
    "identity",
    "invite",
    "unlink",
    "by-phone",
    "completed",
    "lost",
    "withdrew",
    "consent-withdrawn",
    "died",
)
OTHER = "nine loud geese at noon"
BACK = {"back": "/"}
ROUTES: dict[str, Line] = {
    "GET /login": OPEN,
    "POST /login": OPEN,
    "POST /language": OPEN,
    "GET /livez": OPEN,
    "GET /readyz": OPEN,
    "GET /static": OPEN,
    "POST /logout": Line(EVERYBODY),
    "GET /welcome": Line(EVERYBODY),
    "POST /welcome": Line(EVERYBODY, {"password": "", "again": "", "code": ""}),
    "GET /proof": Line(EVERYBODY),
    "POST /proof": Line(EVERYBODY, {**BACK, "proof": PASSWORD}),
    "GET /account": Line(EVERYBODY),
    "POST /account/sessions/end": Line(EVERYBODY, {"session": "another"}),
    "POST /account/sessions/end-others": Line(EVERYBODY),
    "POST /account/password": Line(EVERYBODY, {"current": PASSWORD, "password": OTHER, "again": OTHER}),
    "POST /account/codes": Line(EVERYBODY),
    "GET /staff": Line(KEEPS),
    "POST /staff": Line(KEEPS, {"name": "", "role": "monitor", "site": "PUMCH"}),
    "GET /staff/{staff_id}": Line(KEEPS),
    "POST /staff/{staff_id}/change": Line(KEEPS, {"role": "coordinator", "site": "PUMCH"}),
    "POST /staff/{staff_id}/reset": Line(KEEPS),
    "POST /staff/{staff_id}/disable": Line(KEEPS),
    "GET /": Line(READS),
    "GET /live": Line(READS),
    "GET /cohort": Line(READS),
    "GET /cohort/month": Line(READS),
    "GET /participants/{code}/visit-sheet": Line(READS),
    "GET /cohort/{name}.csv": Line(READS),
    "GET /participants": Line(READS),
    "GET /participants/{code}": Line(READS),
    "GET /participants/{code}/days/{date}": Line(READS),
    "GET /participants/{code}/photos/{message_id}": Line(WRITES),
    **{f"{how} /participants/{{code}}/{name}": Line(WRITES) for how in ("GET", "POST") for name in RECORDED},
    **{f"{how} /participants/{{code}}/{name}": Line(SIGNS) for how in ("GET", "POST") for name in SIGNED},
    "GET /alerts": Line(READS),
    "GET /visits": Line(READS),
    "POST /alerts/{alert_id}/take": Line(WRITES, BACK),
    **{f"{how} /{name}": Line(WRITES) for how in ("GET", "POST") for name in ("enrol", "enrol/consent")},
    **{f"{how} /enrol/eligibility": Line(SIGNS) for how in ("GET", "POST")},
    "POST /alerts/{alert_id}/acknowledge": Line(WRITES, BACK),
    "POST /alerts/{alert_id}/close": Line(WRITES, {**BACK, "outcome": "called"}),
}

SITES = {"PUMCH": "PRCA-008", "SHANG": "PRCA-101"}
"""Each site, and a participant of it."""
ACCOUNTS = {"PRCA-008": "Li", "PRCA-101": "Otto"}
"""Whose account stands beside the participant of a site."""
UNKNOWN = "PRCA-999"


def path_of(route: str, pages: Pages, code: str) -> str:
    """The address of this route for this participant; each placeholder names something of theirs.

    What belongs to a participant has one of theirs here, or of `UNKNOWN` a made-up one.
    """
    known = {"{code}": code, "{alert_id}": pages.cast.alerts.get(code, f"alert-{code}"), "{date}": "2026-11-20"}
    known |= {"{name}": "adherence", "{message_id}": f"photo-of-{code}"}
    known |= {"{staff_id}": pages.cast.staff_ids.get(ACCOUNTS.get(code, ""), f"account-{code}")}
    path = route.partition(" ")[2]
    for placeholder, value in known.items():
        path = path.replace(placeholder, value)
    assert "{" not in path, f"{path}: say in tests/web/routes.py what stands for this placeholder"
    return path


def of_a_person(route: str) -> bool:
    """Whether this route is about one participant; the name of a report is not."""
    return "{" in route.replace("{name}", "")
