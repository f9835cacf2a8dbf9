"""An adverse event in one click: what a symptom check or an alert already says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.adverse_events import Origin
from actions.forms import newest_forms
from actions.symptoms import answers_of, judged
from models.access import AccessDeniedError, site_wall
from models.adverse_event import AdverseEvent
from models.alert import Alert
from models.participant import Participant
from models.safety_event import SafetyEvent
from models.session import Change
from models.symptom import SymptomAnswer, SymptomCheck
from protocol.answers import Answers
from protocol.event_source import root_of, suggested_term, symptom_problem, told_symptoms
from protocol.forms import FormError
from protocol.moments import local_date
from protocol.partial_day import PartialDay
from protocol.symptoms import Has
from protocol.terms import AlertKind
from protocol.triage import Reason, ReasonKind
from protocol.trial import Trial

NO_SOURCE = "there is no such check or alert here"
TELLS = (AlertKind.SYMPTOM, AlertKind.WORDS, AlertKind.FEELS_UNWELL, AlertKind.VOMITED_DOSE)
"""What is opened because a participant told how they are."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What stands in the form before anybody writes. `term` empty: staff have to."""

    term: str
    started_on: PartialDay
    origin: Origin


async def access_source(change: Change, source_id: str) -> tuple[str, Alert | None, SymptomCheck | None]:
    """Whose it is, by code, with the alert or the check of this id, or both. Raises AccessDeniedError."""
    wall = site_wall(change.actor, Participant.site_code)
    of_alerts = select(Alert, Participant.code).join(Participant, col(Participant.id) == col(Alert.participant_id))
    row = (await change.session.execute(of_alerts.where(col(Alert.id) == source_id, wall))).first()
    if row is not None:
        alert, code = row
        return code, alert, await change.session.get(SymptomCheck, alert.check_id) if alert.check_id else None
    owner = col(Participant.id) == col(SymptomCheck.participant_id)
    of_checks = select(SymptomCheck, Participant.code).join(Participant, owner)
    found = (await change.session.execute(of_checks.where(col(SymptomCheck.id) == source_id, wall))).first()
    if found is None:
        raise AccessDeniedError(NO_SOURCE)
    return found[1], None, found[0]


async def of_check(
    change: Change,
    participant: Participant,
    check: SymptomCheck,
    trial: Trial,
    *,
    item: str | None,
    alert: Alert | None,
) -> Prefilled:
    """The event of one symptom of a check. `item` None: the only one there is. Raises FormError."""
    answers, reasons, told = await _told(change, participant, check, alert, trial)
    key = _chosen(item, told, answers, trial)
    found = alert if alert is not None and item is None else await _alert_of(change, check, key, reasons, trial)
    origin = Origin(found.id if found else None, check.id, key, await _safety_event(change, found))
    await _check_new(change, participant, origin)
    term = suggested_term(trial.sheet.items[key], answers.get(key), trial.sheet, named=_options(alert, trial))
    return Prefilled(term, _day(participant, await _first_said(change, check, key)), origin)


async def events_to_record(
    change: Change, participant: Participant, trial: Trial, since: datetime
) -> list[tuple[str, str, Prefilled]]:
    """What was told since a moment and is no event yet, newest first: the alert, the symptom ("" : the only one).

    Each as the form would stand before anybody writes.
    """
    query = select(Alert).where(
        col(Alert.participant_id) == participant.id, col(Alert.kind).in_(TELLS), col(Alert.last_at) >= since
    )
    found = []
    for alert in await change.session.scalars(query.order_by(col(Alert.last_at).desc(), col(Alert.id))):
        check = await change.session.get(SymptomCheck, alert.check_id) if alert.check_id else None
        told = (await _told(change, participant, check, alert, trial))[2] if check else ("",)
        for item in told if len(told) > 1 else ("",):
            try:
                one = (
                    await of_check(change, participant, check, trial, item=item or None, alert=alert)
                    if check
                    else await of_alert(change, participant, alert)
                )
            except FormError:
                continue  # it has its form already, or is no symptom
            found.append((alert.id, item, one))
    return found


async def _told(
    change: Change, participant: Participant, check: SymptomCheck, alert: Alert | None, trial: Trial
) -> tuple[Answers, Sequence[Reason], Sequence[str]]:
    """The answers of a check, what they give reason for, and the symptoms; of an alert, those it is about."""
    answers = await answers_of(change, check.id, trial)
    reasons = (await judged(change, participant, check, answers, trial)).reasons
    asked_of = [reason for reason in reasons if alert is not None and _is_cause(alert, reason)] or reasons
    return answers, reasons, told_symptoms(answers, asked_of, trial.sheet)


async def of_alert(change: Change, participant: Participant, alert: Alert) -> Prefilled:
    """The event of an alert without a check: words in a message, a vomited dose. Raises FormError."""
    origin = Origin(alert.id, safety_event_id=await _safety_event(change, alert))
    await _check_new(change, participant, origin)
    kind, _, key = alert.cause_key.rpartition("|")[2].partition(".")
    named = alert.kind in (AlertKind.WORDS, AlertKind.SYMPTOM)
    term = key if named and kind == ReasonKind.WORDS else "" if named else alert.kind
    return Prefilled(term.replace("_", " "), _day(participant, alert.opened_at), origin)


def _chosen(item: str | None, told: Sequence[str], answers: Answers, trial: Trial) -> str:
    if item is not None:
        if problem := symptom_problem(item, told, answers, trial.sheet):
            raise FormError([problem])
        return item
    if not told:
        raise FormError(["nothing in this check is a symptom; `anshi ae add` takes an event of any kind"])
    if len(told) > 1:
        raise FormError([f"this check has several; say which with --item: {', '.join(told)}"])
    return told[0]


def _options(alert: Alert | None, trial: Trial) -> frozenset[str]:
    """The options that the rule of an alert is about; none where it is about no option."""
    cause = "" if alert is None else alert.cause_key.rpartition("|")[2]
    rules = [rule for rule in trial.rules if cause == f"{ReasonKind.RULE}.{rule.key}"]
    return frozenset(one.option for rule in rules for one in rule.when if isinstance(one, Has))


def _is_cause(alert: Alert, reason: Reason) -> bool:
    return alert.cause_key.endswith(f"|{reason.cause}")


async def _alert_of(
    change: Change, check: SymptomCheck, key: str, reasons: Sequence[Reason], trial: Trial
) -> Alert | None:
    """The alert of the worst reason that this symptom of the check gave: the first one that it opened or counted up."""
    keys = [
        f"{AlertKind.SYMPTOM}|{check.participant_id}|{reason.cause}"
        for reason in reasons
        if key in _roots(reason, trial)
    ]
    query = select(Alert).where(col(Alert.cause_key).in_(keys), col(Alert.last_at) >= check.begun_at)
    found = await change.session.scalars(query.order_by(col(Alert.opened_at)))
    return min(found, key=lambda alert: keys.index(alert.cause_key), default=None)


def _roots(reason: Reason, trial: Trial) -> set[str]:
    items = [trial.sheet.item(key) for key in reason.items]
    return {root_of(item, trial.sheet).key for item in items if item is not None}


async def _safety_event(change: Change, alert: Alert | None) -> str | None:
    if alert is None:
        return None
    query = select(SafetyEvent.id).where(col(SafetyEvent.alert_id) == alert.id)
    found: str | None = await change.session.scalar(query)
    return found


async def _check_new(change: Change, participant: Participant, origin: Origin) -> None:
    """A second click opens no second form, nor does one on the alert that a form has opened."""
    alone = origin.check_id is None and origin.safety_event_id is not None
    for one in await newest_forms(change.session, AdverseEvent, participant.id):
        same = (one.check_id, one.item, one.alert_id) == (origin.check_id, origin.item, origin.alert_id)
        of_event = alone and one.safety_event_id == origin.safety_event_id
        if (same or of_event) and not one.in_error:
            raise FormError([f"{one.form_id} is this event already: {one.term}; correct that form"])


async def _first_said(change: Change, check: SymptomCheck, key: str) -> datetime:
    query = select(SymptomAnswer.said_at).where(SymptomAnswer.check_id == check.id, SymptomAnswer.item == key)
    found: datetime | None = await change.session.scalar(query.order_by(col(SymptomAnswer.ordinal)).limit(1))
    return found or check.begun_at


def _day(participant: Participant, at: datetime) -> PartialDay:
    return PartialDay.on(local_date(at, ZoneInfo(participant.tz)))
