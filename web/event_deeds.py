"""Adverse events as actions of the pages: recorded, in one click from what was told, and corrected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlmodel import col, select

from actions.adverse_events import NOWHERE, Origin, correct_event, record_event
from actions.event_prefill import Prefilled, events_to_record
from actions.forms import access_form, newest_forms
from models.access import AccessDeniedError
from models.adverse_event import AdverseEvent
from models.alert import Alert
from models.safety_event import SafetyEvent
from models.session import Change
from protocol.adverse_event import GRADES, Causality, Criterion, CtcaeVersion, DrugAction, EventFacts, EventOutcome
from protocol.forms import FormError
from protocol.terms import Verdict
from web.asking import Asking, AsksFor, Deed, Does, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import reason_field, yes_or_no
from web.deed_groups import DeedGroup
from web.form_fields import (
    known_day_field,
    known_day_needed,
    known_day_typed,
    members_field,
    narrative_field,
)
from web.form_words import FormWords
from web.permissions import Permission

LOOKS_BACK: Final = timedelta(days=90)
MARK: Final = "|"
YES_NO: Final = {"yes": True, "no": False}


async def _form(asking: Asking) -> Form:
    say = asking.say
    event = _safety_field(asking, await _safety_events(asking), say("None yet"))
    first = (
        Field("term", say("Event in a few words"), hint=say("No name, no number.")),
        known_day_field(asking, "started_on", say("First day"), required=True, value=asking.today.isoformat()),
    )
    return [
        Group((*first, *_assessed(asking, say("not said yet")))),
        _criteria(asking),
        Group((event, narrative_field(asking))),
    ]


async def _do(change: Change, asking: Asking, typed: Typed) -> None:
    started_on = known_day_needed(asking, typed, "started_on")
    facts = EventFacts(typed["term"], started_on, **_said(asking, typed))
    origin = replace(NOWHERE, safety_event_id=typed["safety_event"] or None)
    await _record(change, asking, facts, origin, typed)


async def _from_form(asking: Asking) -> Form:
    say = asking.say
    sources = [(_key(alert, item), _label(asking, one, kind)) for alert, item, one, kind in await _told(asking)]
    hint = "" if sources else say("Nothing that was told waits to become an event.")
    source = Field("source", say("What was told"), FieldKind.CHOICE, options=(("", "–"), *sources), hint=hint)
    term = Field("term", say("Event in other words"), required=False, hint=say("Empty: as it stands above."))
    day = known_day_field(asking, "started_on", say("Another first day"))
    return [
        Group((source, term, day, *_assessed(asking, say("not said yet")))),
        _criteria(asking),
        Group((narrative_field(asking),)),
    ]


async def _from(change: Change, asking: Asking, typed: Typed) -> None:
    found = await events_to_record(change, asking.person, asking.desk.trial, change.at - LOOKS_BACK)
    one = next((one for alert, item, one in found if _key(alert, item) == typed["source"]), None)
    if one is None:
        raise WrongError("source", asking.say("This is an event already, or was told too long ago."))
    term = typed["term"] or one.term
    if not term:
        raise WrongError("term", asking.say("It was told in own words: read them, and write the event here."))
    started_on = known_day_typed(asking, typed, "started_on") or one.started_on
    await _record(change, asking, EventFacts(term, started_on, **_said(asking, typed)), one.origin, typed)


async def _correct_form(asking: Asking) -> Form:
    say = asking.say
    stays = say("stays as it is")
    async with asking.desk.store.read() as session:
        rows = [one for one in await newest_forms(session, AdverseEvent, asking.person.id) if not one.in_error]
    options = tuple((f"{one.form_id}{MARK}{one.version}", f"{one.term} · {one.started_on}") for one in rows)
    which = Field("form", say("Event"), FieldKind.CHOICE, options=options or (("", "–"),))
    term = Field("term", say("Event in other words"), required=False)
    day = known_day_field(asking, "started_on", say("Another first day"))
    wrong = yes_or_no(asking, "in_error", say("It should never have been recorded"))
    return [
        Group((which, term, day, *_assessed(asking, stays))),
        _criteria(asking),
        Group((narrative_field(asking), wrong, reason_field(asking))),
    ]


async def _correct(change: Change, asking: Asking, typed: Typed) -> None:
    form_id, _, version = typed["form"].partition(MARK)
    try:
        old = await access_form(change.session, change.actor, AdverseEvent, form_id)
    except AccessDeniedError:
        raise WrongError("form", asking.say("There is no such form of this participant.")) from None
    if old.participant_id != asking.person.id or str(old.version) != version:
        raise WrongError("form", asking.say("There is no such form of this participant."))
    told = {name: value for name, value in _said(asking, typed).items() if value not in (None, frozenset())}
    if told.get("serious") is False:
        told["criteria"] = frozenset()
    told |= {"term": typed["term"]} if typed["term"] else {}
    started_on = known_day_typed(asking, typed, "started_on")
    told |= {"started_on": started_on} if started_on else {}
    told |= {"in_error": True} if typed["in_error"] == "yes" else {}
    await correct_event(
        change, asking.person, old, told, asking.who.staff, asking.desk.trial,
        reason=typed["reason"], narrative=typed["narrative"] or None,
    )  # fmt: skip


async def _record(change: Change, asking: Asking, facts: EventFacts, origin: Origin, typed: Typed) -> None:
    await record_event(
        change, asking.person, facts, asking.who.staff, asking.desk.trial, origin=origin, narrative=typed["narrative"]
    )


def _assessed(asking: Asking, empty: str) -> tuple[Field, ...]:
    say, words = asking.say, FormWords(asking.texts)
    grades = (("", empty), *((str(grade), str(grade)) for grade in GRADES))
    serious = (("", empty), ("yes", say("Yes")), ("no", say("No")))
    return (
        known_day_field(asking, "ended_on", say("Last day")),
        Field("grade", say("CTCAE grade"), FieldKind.CHOICE, options=grades, required=False),
        members_field("ctcae", say("Version of CTCAE"), CtcaeVersion, str, value=CtcaeVersion.V5.value),
        members_field("causality", say("Relation to the study drug"), Causality, words.causality, empty=empty),
        members_field("action", say("What was done with the drug"), DrugAction, words.action, empty=empty),
        members_field("outcome", say("Outcome"), EventOutcome, words.outcome, empty=empty),
        Field("serious", say("Serious"), FieldKind.CHOICE, options=serious, required=False),
    )


def _criteria(asking: Asking) -> Group:
    words, yes = FormWords(asking.texts), (("", "–"), ("yes", asking.say("Yes")))
    return Group(
        tuple(
            Field(one.value, words.criterion(one), FieldKind.CHOICE, options=yes, required=False) for one in Criterion
        ),
        title=asking.say("Why it is serious"),
    )


def _said(asking: Asking, typed: Typed) -> dict[str, Any]:
    """How it is assessed. A grade has its version of CTCAE, and none without a grade."""
    return {
        "ended_on": known_day_typed(asking, typed, "ended_on"),
        "grade": int(typed["grade"]) if typed["grade"] else None,
        "ctcae_version": CtcaeVersion(typed["ctcae"]) if typed["grade"] else None,
        "serious": YES_NO.get(typed["serious"]),
        "criteria": frozenset(one for one in Criterion if typed[one.value] == "yes"),
        "causality": Causality(typed["causality"]) if typed["causality"] else None,
        "action": DrugAction(typed["action"]) if typed["action"] else None,
        "outcome": EventOutcome(typed["outcome"]) if typed["outcome"] else None,
    }


async def _safety_events(asking: Asking) -> list[SafetyEvent]:
    query = select(SafetyEvent).where(
        col(SafetyEvent.participant_id) == asking.person.id, col(SafetyEvent.verdict) != Verdict.REFUTED
    )
    async with asking.desk.store.read() as session:
        return list(await session.scalars(query.order_by(col(SafetyEvent.recorded_at).desc())))


def _safety_field(asking: Asking, events: list[SafetyEvent], empty: str) -> Field:
    options = ((one.id, asking.dates.moment(one.recorded_at, asking.person.tz)) for one in events)
    label = asking.say("Possible serious event that it belongs to")
    return Field("safety_event", label, FieldKind.CHOICE, options=(("", empty), *options), required=False)


async def _told(asking: Asking) -> list[tuple[str, str, Prefilled, str]]:
    """What was told and is no event yet, with the words of its alert; nothing is written."""
    async with asking.desk.store.change(at=asking.at, actor=asking.who.actor) as change:
        found = await events_to_record(change, asking.person, asking.desk.trial, asking.at - LOOKS_BACK)
        ids = {alert for alert, _, _ in found}
        kinds = {one.id: one.kind for one in await change.session.scalars(select(Alert).where(col(Alert.id).in_(ids)))}
    return [(alert, item, one, asking.words.alert(kinds[alert])) for alert, item, one in found]


def _key(alert: str, item: str) -> str:
    return f"{alert}{MARK}{item}" if item else alert


def _label(asking: Asking, one: Prefilled, why: str) -> str:
    own = asking.say("told in own words")
    return f"{one.term or own} · {one.started_on} · {why}"


def _deed(name: str, form: AsksFor, do: Does) -> Deed:
    return Deed(name, Permission.RECORD, form, do, DeedGroup.FORMS, (FormError,))


EVENT_DEEDS: Final = (
    _deed("event-from-told", _from_form, _from),
    _deed("event", _form, _do),
    _deed("event-correct", _correct_form, _correct),
)
