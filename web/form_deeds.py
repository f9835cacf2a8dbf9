"""Medications and pregnancies as actions of the pages, and the signature of an investigator under any form."""

from typing import Final

from actions.adverse_events import sign_event
from actions.forms import Form as Row
from actions.forms import kind_of, narrative_of, newest_forms, signature_of
from actions.medications import record_medication, sign_medication
from actions.pregnancies import record_pregnancy, sign_pregnancy
from models.adverse_event import AdverseEvent
from models.medication import Medication
from models.pregnancy import Pregnancy
from models.session import Change
from protocol.forms import FormError
from protocol.medication import MedicationFacts
from protocol.pregnancy import PregnancyFacts, PregnancyOutcome
from protocol.symptoms import Applies
from web.asking import Asking, AsksFor, Deed, Does, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed
from web.deed_groups import DeedGroup
from web.form_fields import known_day_field, known_day_typed, members_field, narrative_field
from web.form_words import FormWords
from web.permissions import Permission


async def _medication_form(asking: Asking) -> Form:
    say = asking.say
    return [
        Group(
            (
                Field("medicine", say("Medicine"), hint=say("As it stands on the box.")),
                Field("amount", say("How much and how often"), required=False),
                Field("indication", say("What it is taken for"), required=False),
                known_day_field(asking, "started_on", say("First day")),
                known_day_field(asking, "ended_on", say("Last day, empty while it is taken")),
                narrative_field(asking),
            )
        )
    ]


async def _medication(change: Change, asking: Asking, typed: Typed) -> None:
    days = known_day_typed(asking, typed, "started_on"), known_day_typed(asking, typed, "ended_on")
    facts = MedicationFacts(typed["medicine"], typed["amount"], typed["indication"], *days)
    narrative = typed["narrative"]
    await record_medication(change, asking.person, facts, asking.who.staff, asking.desk.trial, narrative=narrative)


async def _pregnancy_form(asking: Asking) -> Form:
    say, words = asking.say, FormWords(asking.texts)
    whose = (
        (Applies.PREGNANCY_SELF.value, say("The participant")),
        (Applies.PREGNANCY_PARTNER.value, say("The participant's partner")),
    )
    return [
        Group(
            (
                Field("concerns", say("Who is pregnant"), FieldKind.CHOICE, options=(("", "–"), *whose)),
                Field("learned_on", say("The site learned of it on"), FieldKind.DATE, value=asking.today.isoformat()),
                known_day_field(asking, "last_period_on", say("First day of the last period")),
                known_day_field(asking, "expected_on", say("Expected day of birth")),
                members_field("outcome", say("Outcome"), PregnancyOutcome, words.pregnancy, value="ongoing"),
                known_day_field(asking, "outcome_on", say("Day of the outcome")),
                narrative_field(asking),
            )
        )
    ]


async def _pregnancy(change: Change, asking: Asking, typed: Typed) -> None:
    facts = PregnancyFacts(
        Applies(typed["concerns"]),
        day_typed(asking, typed, "learned_on"),
        known_day_typed(asking, typed, "last_period_on"),
        known_day_typed(asking, typed, "expected_on"),
        PregnancyOutcome(typed["outcome"]),
        known_day_typed(asking, typed, "outcome_on"),
    )
    narrative = typed["narrative"]
    await record_pregnancy(change, asking.person, facts, asking.who.staff, asking.desk.trial, narrative=narrative)


async def _sign_form(asking: Asking) -> Form:
    say, words = asking.say, FormWords(asking.texts)
    rows = await _unsigned(asking)
    if not rows:
        hint = say("Every form of this participant is signed.")
        return [Group((Field("nothing", say("Form"), FieldKind.CHOICE, options=(("", "–"),), hint=hint),))]
    return [
        Group(
            (
                Field(
                    f"sign-{row.form_id}",
                    say("My signature"),
                    FieldKind.CHOICE,
                    options=(("", say("No")), (str(row.version), say("I have read this version and sign it"))),
                    required=False,
                ),
            ),
            title=f"{words.form(kind_of(row))}: {_said(row, words)}",
            note=say("version %(number)s") % {"number": row.version},
            text=narrative,
        )
        for row, narrative in rows
    ]


async def _unsigned(asking: Asking) -> list[tuple[Row, str]]:
    """What nobody has signed, with its sealed words: who signs reads them, and the audit says so."""
    one = asking.person.id
    async with asking.desk.store.change(at=asking.at, actor=asking.who.actor) as change:
        session = change.session
        kept: list[Row] = [
            *await newest_forms(session, AdverseEvent, one),
            *await newest_forms(session, Medication, one),
            *await newest_forms(session, Pregnancy, one),
        ]
        found = [(row, narrative_of(change, row)) for row in kept if await signature_of(session, row) is None]
        opened = [row.id for row, narrative in found if narrative]
        if opened:
            change.audit("read_narratives", "participant", one, participant_id=one, new={"versions": opened})
    return found


async def _sign(change: Change, asking: Asking, typed: Typed) -> None:
    signed = {name.removeprefix("sign-"): int(version) for name, version in typed.items() if version}
    if not signed:
        raise WrongError("", asking.say("Say of at least one form that you sign it."))
    staff = asking.who.staff
    for event in await newest_forms(change.session, AdverseEvent, asking.person.id):
        if event.form_id in signed:
            await sign_event(change, event, signed[event.form_id], staff)
    for medicine in await newest_forms(change.session, Medication, asking.person.id):
        if medicine.form_id in signed:
            await sign_medication(change, medicine, signed[medicine.form_id], staff)
    for pregnancy in await newest_forms(change.session, Pregnancy, asking.person.id):
        if pregnancy.form_id in signed:
            await sign_pregnancy(change, pregnancy, signed[pregnancy.form_id], staff)


def _said(row: Row, words: FormWords) -> str:
    """What this version says, in one line, for whoever signs it."""
    found: list[str | None]
    match row:
        case AdverseEvent():
            grade = f"CTCAE {row.ctcae_version} {row.grade}" if row.grade else None
            found = [
                row.term,
                f"{row.started_on} – {row.ended_on or '…'}",
                grade,
                words.serious(serious=row.serious),
                *(words.criterion(one) for one in sorted(row.facts().criteria)),
                words.causality(row.causality) if row.causality else None,
                words.action(row.action) if row.action else None,
                words.outcome(row.outcome) if row.outcome else None,
            ]
        case Medication():
            days = f"{row.started_on or '…'} – {row.ended_on or '…'}"
            found = [row.medicine, row.amount, row.indication, days]
        case _:
            found = [str(row.learned_on), words.pregnancy(row.outcome), str(row.outcome_on or "")]
    if row.in_error:
        found.append(words.in_error())
    return " · ".join(one for one in found if one)


def _deed(name: str, form: AsksFor, do: Does) -> Deed:
    return Deed(name, Permission.RECORD, form, do, DeedGroup.FORMS, (FormError,))


FORM_DEEDS: Final = (
    _deed("medication", _medication_form, _medication),
    _deed("pregnancy", _pregnancy_form, _pregnancy),
    Deed("sign-forms", Permission.SIGN, _sign_form, _sign, DeedGroup.FORMS, (FormError,), proven=True),
)
