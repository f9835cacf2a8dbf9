"""`anshi symptom`: what staff heard on the phone about symptoms, and what every check says."""

from typing import Any

import click
from sqlmodel import col, select

from actions.symptom_calls import SymptomCallError, hint, newest_state, record_told, set_pregnancy_item
from actions.symptoms import answers_of
from app.acting import FOLLOWS_UP, acting, reader, theirs
from app.commands.options import as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, fail, run
from models.access import access_participant
from models.symptom import SymptomAnswer, SymptomCheck
from protocol.symptoms import Applies, Occasion
from protocol.terms import Language

LISTED = {"begun_at": "begun", "occasion": "occasion", "source": "source", "tier": "tier", "state": "state"} | {
    "item": "question",
    "value": "answer",
}
ITEMS = {"item": "question", "text": "text", "answer": "answer"}
CONCERNS = {"self": Applies.PREGNANCY_SELF, "partner": Applies.PREGNANCY_PARTNER, "none": None}
FOR_PEOPLE = """\b
ITEM=VALUE, for example:
  cough=light  feverish=yes  temperature=38.2  temperature_site=armpit
  danger_breath=none  danger_head=fainted,confused  "transfusion_amount=2 cn_u"
  "medicine_names=new: cough syrup"  stools=skipped
`anshi symptom items` lists all of them.
"""


@click.group("symptom")
def symptom() -> None:
    """Symptoms: what was told on the phone, and every check."""


class Told(click.ParamType[tuple[str, str]]):
    """One question and what was answered."""

    name = "item"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        item, equals, answer = str(value).partition("=")
        if not equals or not item or not answer.strip():
            self.fail(f"{value!r} is not ITEM=VALUE; example: cough=light", param, ctx)
        return item.strip(), answer


@symptom.command("record", epilog=FOR_PEOPLE)
@click.argument("code")
@click.argument("told", nargs=-1, required=True, type=Told(), metavar="ITEM=VALUE...")
@click.option(
    "--occasion",
    type=click.Choice([one.value for one in Occasion]),
    default=Occasion.UNWELL.value,
    show_default=True,
    help="Why it was asked; `baseline` once, at enrolment.",
)
@as_staff
@as_json
def record(code: str, told: tuple[tuple[str, str], ...], occasion: str, as_name: str, *, as_json: bool) -> None:
    """Record what CODE said on the phone: all of it, or nothing."""

    async def command(office: Office) -> dict[str, Any] | SymptomCallError:
        try:
            async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
                found = await theirs(change, code)
                check, found_now, left = await record_told(
                    change, found, dict(told), staff, office.trial, occasion=Occasion(occasion)
                )
                return {
                    "check": check.id,
                    "tier": found_now.tier.value,
                    "reasons": [one.cause for one in found_now.reasons],
                    "emergency": found_now.emergency,
                    "text": office.trial.texts.emergency[found.language].strip() if found_now.emergency else "",
                    "not_answered": list(left),
                    "finished": check.finished_at is not None,
                }
        except SymptomCallError as error:
            return error

    found = run(command)
    if isinstance(found, SymptomCallError):
        fail(*found.problems)
    tell(found, _sentence(found), as_json=as_json)


def _sentence(found: dict[str, Any]) -> str:
    said = [f"{found['text']}\n\nRead this to the participant now."] if found["emergency"] else []
    said.append(f"Recorded: {found['tier']}" + (f" ({', '.join(found['reasons'])})." if found["reasons"] else "."))
    if found["not_answered"]:
        said.append(f"Not asked yet, or skipped: {', '.join(found['not_answered'])}.")
    return "\n".join(said)


@symptom.command("show")
@click.argument("code")
@click.option("--texts", is_flag=True, help="Open what was written in own words; needs --as, and is audited.")
@as_reader
@as_json
def show_all(code: str, as_name: str | None, *, texts: bool, as_json: bool) -> None:
    """Show the checks of CODE and what was answered, the newest first."""
    if texts and as_name is None:
        raise click.UsageError("--texts needs --as: it is audited who reads them")

    async def command(office: Office) -> list[dict[str, Any]]:
        if texts:
            return await _opened(office, code, as_name or "")
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            found = await access_participant(session, actor, code)
            rows = await session.execute(
                select(SymptomCheck, SymptomAnswer)
                .join(SymptomAnswer, col(SymptomAnswer.check_id) == col(SymptomCheck.id))
                .where(SymptomCheck.participant_id == found.id)
                .order_by(col(SymptomCheck.begun_at).desc(), col(SymptomAnswer.ordinal))
            )
            return [_values(check, answer) for check, answer in rows]

    show(run(command), LISTED, as_json=as_json)


async def _opened(office: Office, code: str, as_name: str) -> list[dict[str, Any]]:
    async with acting(office, as_name, FOLLOWS_UP) as (change, _staff):
        found = await theirs(change, code)
        checks = await change.session.scalars(
            select(SymptomCheck)
            .where(SymptomCheck.participant_id == found.id)
            .order_by(col(SymptomCheck.begun_at).desc())
        )
        change.audit("read_answers", "participant", found.id, participant_id=found.id)
        rows = []
        for check in checks:
            kept = await answers_of(change, check.id, office.trial)
            rows += [_check_values(check) | {"item": one.item, "value": newest_state(one)} for one in kept.values()]
        return rows


def _check_values(check: SymptomCheck) -> dict[str, Any]:
    state = "finished" if check.finished_at else "closed" if check.closed_at else "unfinished"
    return {
        "check": check.id,
        "begun_at": check.begun_at,
        "occasion": check.occasion.value,
        "source": check.source.value,
        "tier": check.tier.value,
        "state": state,
    }


def _values(check: SymptomCheck, answer: SymptomAnswer) -> dict[str, Any]:
    value = "(own words)" if answer.body else answer.value or answer.state.value
    return _check_values(check) | {"item": answer.item, "value": value}


@symptom.command("items")
@click.option("--language", type=click.Choice([one.value for one in Language]), default="zh", show_default=True)
@as_json
def items(language: str, *, as_json: bool) -> None:
    """List the questions and what may be answered to each."""

    async def command(office: Office) -> list[dict[str, Any]]:
        return [
            {"item": item.key, "text": item.text[Language(language)], "answer": hint(item)}
            for item in office.trial.sheet.items.values()
        ]

    show(run(command), ITEMS, as_json=as_json)


@symptom.command("pregnancy")
@click.argument("code")
@click.argument("concerns", type=click.Choice(list(CONCERNS)))
@reason
@as_staff
@as_json
def pregnancy(code: str, concerns: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """Set which question about a pregnancy CODE is asked."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _staff):
            found = await theirs(change, code)
            await set_pregnancy_item(change, found, CONCERNS[concerns], reason, office.trial)
            return {"code": found.code, "concerns": concerns}

    told = run(command)
    tell(told, f"{told['code']}: {told['concerns']}.", as_json=as_json)
