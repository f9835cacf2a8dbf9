"""Every action of the pages on one participant: its routes, and the links to those that a reader may take now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from starlette.routing import BaseRoute, Route

from models.participant import Participant
from reports.worklist_rows import Why
from web.asking import Deed, form_of_deed, page_of
from web.call_deeds import CALL_DEEDS
from web.decision_deeds import DECISION_DEEDS
from web.deed_groups import DeedGroup
from web.enrolment_deeds import ENROLMENT_DEEDS
from web.event_deeds import EVENT_DEEDS
from web.form_deeds import FORM_DEEDS
from web.identity_deed import IDENTITY_DEED
from web.lab_deeds import LAB_DEEDS
from web.leaving_deeds import LEAVING_DEEDS
from web.message_deeds import MESSAGE_DEEDS
from web.order_deeds import ORDER_DEEDS
from web.permissions import Permission, permitted
from web.photo_pages import PHOTO_DEED
from web.proof import proven
from web.proposal_deeds import PROPOSAL_DEEDS
from web.tablet_deed import TABLET_DEED
from web.transfusion_deeds import TRANSFUSION_DEEDS
from web.travel_deeds import TRAVEL_DEEDS
from web.visit_deeds import VISIT_DEEDS

BODY_MAX: Final = 64 * 1024
DEEDS: Final[tuple[Deed, ...]] = (
    *CALL_DEEDS,
    *ORDER_DEEDS,
    *PROPOSAL_DEEDS,
    *DECISION_DEEDS,
    *VISIT_DEEDS,
    *TRAVEL_DEEDS,
    *LAB_DEEDS,
    *TRANSFUSION_DEEDS,
    IDENTITY_DEED,
    *MESSAGE_DEEDS,
    PHOTO_DEED,
    *ENROLMENT_DEEDS,
    *LEAVING_DEEDS,
    TABLET_DEED,
    *EVENT_DEEDS,
    *FORM_DEEDS,
)
ASKED_FOR: Final[Mapping[Why, str]] = {
    Why.SILENT: "call",
    Why.NOT_TAKEN: "call",
    Why.TAKEN_PARTLY: "call",
    Why.UNREPORTED: "call",
    Why.FIRST_DOSE_UNKNOWN: "call",
    Why.CALL_TODAY: "call",
    Why.CALL_YESTERDAY: "call",
    Why.CHAT_REFUSED: "by-phone",
    Why.INVITATION_EXPIRED: "invite",
    Why.EVENT_UNSIGNED: "sign-forms",
    Why.MEDICATION_UNSIGNED: "sign-forms",
    Why.PREGNANCY_UNSIGNED: "sign-forms",
    Why.TROUGH_PROPOSED: "visit-accept",
    Why.VISIT_AWAY: "visit-move",
    Why.VISIT_TODAY: "visit-attended",
    Why.VISIT_TOMORROW: "visit-confirmed",
    Why.VISIT_NOT_RECORDED: "visit-attended",
    Why.GUARD_NOT_COUNSELLED: "guard",
    Why.GUARD_BY_PHONE: "guard",
    Why.LAB_UNVERIFIED: "lab-verify",
    Why.MONTH_SIX_UNDECIDED: "month-six",
    Why.PROPOSAL_UNSIGNED: "proposal-sign",
}
"""What a row of the worklist asks for; a row without one is done elsewhere, or waits by itself."""


def deed_routes() -> list[BaseRoute]:
    """A page and a form for each; those under which a name stands ask again who sits there."""
    return [route for deed in DEEDS for route in _routes(deed)]


def _routes(deed: Deed) -> Iterable[BaseRoute]:
    yield permitted(Route(deed.path, page_of(deed), methods=["GET"]), deed.permission)
    form = permitted(Route(deed.path, form_of_deed(deed), methods=["POST"], max_body_size=BODY_MAX), deed.permission)
    yield proven(form) if deed.proven else form


def actions_of(person: Participant, may: frozenset[Permission]) -> Mapping[DeedGroup, Sequence[Deed]]:
    """What this reader may do about this person as they stand, by heading; a heading without any is left out."""
    offered = [deed for deed in DEEDS if deed.of_a_person and deed.permission in may and deed.offered(person)]
    by_group = {group: [deed for deed in offered if deed.group is group] for group in DeedGroup}
    return {group: those for group, those in by_group.items() if those}


def deed_for(why: Why, may: frozenset[Permission]) -> Deed | None:
    """The action that does what a row of the worklist asks for, where this reader may take it."""
    deed = deed_named(ASKED_FOR.get(why, ""))
    return deed if deed is not None and deed.permission in may else None


def entry_deeds(may: frozenset[Permission]) -> list[Deed]:
    """What this reader may do for somebody who does not take part yet."""
    return [deed for deed in DEEDS if not deed.of_a_person and deed.permission in may]


def deed_named(name: str) -> Deed | None:
    """The action of this name."""
    return next((deed for deed in DEEDS if deed.name == name), None)
