"""Entry on the command line: eligibility, paper consent, enrolment and invitations."""

from datetime import date
from typing import Any

import click

from actions.enrolment import Person, check_may_be_invited, record_eligibility, record_paper_consent
from actions.enrolment import enrol as register
from actions.enrolment import invite as make_invitation
from app.acting import DECIDES, FOLLOWS_UP, acting, check_own_site, theirs
from app.commands.options import Day, NewCode, WallTime, as_json, as_staff, tell
from app.invitation import invitation_text, invitation_values
from app.office import Office, run
from models.access import AccessDeniedError
from models.session import Change
from models.site import Site
from protocol.terms import Channel, FoodMode, Language, LinkRole

site_option = click.option("--site", "site_code", required=True, help="The site's code.")
YES_NO = {"yes": True, "no": False}


def _criteria(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for value in values:
        key, _, answer = value.partition("=")
        if answer not in YES_NO:
            raise click.BadParameter(f"{value!r} is not KEY=yes or KEY=no")
        if key in found:
            raise click.BadParameter(f"{key} is answered twice")
        found[key] = YES_NO[answer]
    return found


@click.command("eligibility")
@click.argument("code", type=NewCode())
@site_option
@click.option("--criterion", "criteria", multiple=True, callback=_criteria, metavar="KEY=yes|no", help="Once for each.")
@click.option("--prior-therapy", required=True, help="First- and second-line treatment, and how it went.")
@click.option("--pregnancy-test", type=Day(), help="Date of the test, where it applies.")
@as_staff
@as_json
def eligibility(
    code: str,
    site_code: str,
    criteria: dict[str, bool],
    prior_therapy: str,
    pregnancy_test: date | None,
    as_name: str,
    *,
    as_json: bool,
) -> None:
    """Sign that CODE meets each criterion of the protocol; for an investigator."""

    async def command(office: Office) -> str:
        async with acting(office, as_name, DECIDES) as (change, staff):
            check_own_site(staff, site_code)
            await _check_site(change, site_code)
            signed = await record_eligibility(
                change,
                code=code,
                site_code=site_code,
                criteria=criteria,
                prior_therapy=prior_therapy,
                signed_by=staff,
                trial=office.trial,
                pregnancy_test_on=pregnancy_test,
            )
            return signed.id

    values = {"code": code, "site": site_code, "eligibility_id": run(command)}
    tell(values, f"Eligibility of {code} is signed by {as_name}.", as_json=as_json)


async def _check_site(change: Change, site_code: str) -> None:
    if await change.session.get(Site, site_code) is None:
        raise AccessDeniedError(f"there is no site {site_code}")


@click.command("consent")
@click.argument("code", type=NewCode())
@site_option
@click.option("--form-version", required=True, help="Version of the paper form.")
@click.option("--signed-on", type=Day(), required=True, help="Date of the participant's signature.")
@click.option("--investigator", required=True, help="Who informed the participant.")
@as_staff
@as_json
def consent(
    code: str, site_code: str, form_version: str, signed_on: date, investigator: str, as_name: str, *, as_json: bool
) -> None:
    """Record the signed paper consent of CODE."""

    async def command(office: Office) -> str:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            check_own_site(staff, site_code)
            await _check_site(change, site_code)
            recorded = await record_paper_consent(
                change,
                code=code,
                site_code=site_code,
                form_version=form_version,
                signed_on=signed_on,
                investigator=investigator,
                by=staff,
            )
            return recorded.id

    values = {"code": code, "site": site_code, "consent_id": run(command)}
    tell(values, f"The paper consent of {code} is recorded.", as_json=as_json)


@click.command("enrol")
@click.argument("code", type=NewCode())
@site_option
@click.option("--language", type=click.Choice([one.value for one in Language]), required=True)
@click.option("--tz", required=True, metavar="ZONE", help="IANA time zone, such as Asia/Shanghai.")
@click.option("--reminder-time", type=WallTime(), required=True, help="On the participant's wall.")
@click.option(
    "--food", type=click.Choice([one.value for one in FoodMode]), required=True, help="Always with or without."
)
@click.option("--phone-only", is_flag=True, help="No chat: followed by staff calls, no invitation.")
@click.option("--name", default="", help="The participant's name; sealed. Better: --name-prompt.")
@click.option("--phone", default="", help="The participant's phone; sealed.")
@click.option("--name-prompt", is_flag=True, help="Ask for name and phone, so that no shell remembers them.")
@as_staff
@as_json
def enrol(as_name: str, *, name_prompt: bool, as_json: bool, **answers: Any) -> None:
    """Register CODE and print one invitation: a link for one use and its QR code."""
    if name_prompt:
        answers["name"] = click.prompt("Name", err=True)
        answers["phone"] = click.prompt("Phone", default="", show_default=False, err=True)
    person = _person(**answers)
    code, site_code = person.code, person.site_code

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            check_own_site(staff, site_code)
            registered = await register(change, person, office.trial)
            values: dict[str, Any] = {"code": code, "site": site_code, "state": registered.state, "invitation": None}
            if person.channel is not Channel.PHONE:
                values["invitation"] = await invitation_values(change, await make_invitation(change, registered))
            return values

    values = run(command, keys_needed=True)
    invited = f"\n{invitation_text(values['invitation'])}" if values["invitation"] else ""
    tell(values, f"{code} is enrolled.{invited}", as_json=as_json)


def _person(*, language: str, food: str, phone_only: bool, name: str, phone: str, **rest: Any) -> Person:
    return Person(
        language=Language(language),
        food=FoodMode(food),
        channel=Channel.PHONE if phone_only else Channel.TELEGRAM,
        name=name.strip(),
        phone=phone.strip(),
        **rest,
    )


@click.command("invite")
@click.argument("code")
@click.option("--helper", is_flag=True, help="For a family member's own chat.")
@as_staff
@as_json
def invite(code: str, as_name: str, *, helper: bool, as_json: bool) -> None:
    """Print a new invitation for CODE; an earlier unused one ends.

    Who is followed by phone is followed in the chat from the moment the link is opened; `by-phone` is the way back.
    """
    role = LinkRole.HELPER if helper else LinkRole.OWN

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _):
            found = await theirs(change, code)
            check_may_be_invited(found, role)
            return await invitation_values(change, await make_invitation(change, found, role))

    values = run(command)
    tell({"code": code, "invitation": values}, invitation_text(values), as_json=as_json)
