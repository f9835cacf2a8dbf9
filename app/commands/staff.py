"""`anshi site` and `anshi staff`: sites, and the accounts that answer for every change."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlmodel import col, select

from actions.passwords import ONE_TIME_BYTES, one_time_password
from actions.sites import SiteError, add_site, set_habits
from actions.staff import FIRST_LIVES, NewStaff, StaffError, add_staff, disable_staff, no_staff_yet, reset_staff
from app.acting import acting, check_own_site
from app.commands.options import as_staff
from app.commands.staff_chat import chats, invite, unlink
from app.office import Office, OfficeError, run
from models.access import access_staff, staff_actor
from models.session import SYSTEM, Actor
from models.site import Site, Staff
from protocol.terms import Role
from reports.tables import json_text, text_table

as_option = click.option("--as", "as_name", metavar="NAME", help="The member of staff who answers for it.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
always_made = click.option(
    "--generate-password", "_made", is_flag=True, hidden=True, help="Passwords are always made; kept for scripts."
)


@click.group()
def site() -> None:
    """Sites: every participant and every coordinator belongs to one."""


@site.command("add")
@click.argument("code")
@click.option("--contact-name", required=True, help="Whom participants reach.")
@click.option("--contact-phone", required=True, help="The number, as it is dialled; participants see it in full.")
@click.option("--tz", required=True, help="IANA time zone, such as Asia/Shanghai.")
@as_option
@json_option
def site_add(code: str, contact_name: str, contact_phone: str, tz: str, as_name: str | None, *, as_json: bool) -> None:
    """Adds a site."""

    async def inside(office: Office) -> Site:
        actor = await actor_of(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            return await add_site(change, code, contact_name, contact_phone, tz)

    added = run(inside)
    tell(_site_values(added), f"Site {added.code} added.", as_json=as_json)


@site.command("set")
@click.argument("code")
@click.option("--photos/--no-photos", default=None, help="Whether photos of participants are kept until reviewed.")
@click.option(
    "--alert-text/--no-alert-text", default=None, help="Whether alerts in staff chats say what they are about."
)
@click.option("--directions-zh", metavar="TEXT", help="How to get there, in Chinese; participants are shown it.")
@click.option("--directions-en", metavar="TEXT", help="The same in English; an empty text takes it back.")
@as_staff
@json_option
def site_set(
    code: str,
    as_name: str,
    *,
    photos: bool | None,
    alert_text: bool | None,
    directions_zh: str | None,
    directions_en: str | None,
    as_json: bool,
) -> None:
    """Sets what a site has decided for itself; photos and alert texts are off until then."""

    async def inside(office: Office) -> Site:
        async with acting(office, as_name, (Role.ADMINISTRATOR, Role.INVESTIGATOR)) as (change, staff):
            check_own_site(staff, code)
            found = await change.session.get(Site, code, with_for_update=True)
            if found is None:
                raise OfficeError(f"there is no site {code}; `anshi site list` shows them")
            try:
                await set_habits(
                    change,
                    found,
                    office.trial.forbidden,
                    takes_photos=photos,
                    alerts_with_text=alert_text,
                    directions_zh=directions_zh,
                    directions_en=directions_en,
                )
            except SiteError as error:
                raise OfficeError(str(error)) from None
            return found

    changed = run(inside)
    values = _site_values(changed)
    told = f"{code}: photos are {'kept' if changed.takes_photos else 'not kept'}, "
    told += f"directions are {'shown' if changed.directions() else 'not written'}, "
    tell(values, told + f"alerts are told {'with' if changed.alerts_with_text else 'without'} text.", as_json=as_json)


@site.command("list")
@json_option
def site_list(*, as_json: bool) -> None:
    """Lists the sites."""

    async def inside(office: Office) -> Sequence[Site]:
        async with office.store.read() as session:
            return (await session.execute(select(Site).order_by(col(Site.code)))).scalars().all()

    show([_site_values(one) for one in run(inside)], ("code", "contact_name", "contact_phone", "tz"), as_json=as_json)


@click.group()
def staff() -> None:
    """Accounts of staff: name, password and one-time code."""


@staff.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--site", "site_code", help="The site's code; without it the account sees every site.")
@as_option
@always_made
@json_option
def staff_add(name: str, role: str, site_code: str | None, as_name: str | None, *, _made: bool, as_json: bool) -> None:
    """Adds an account and prints the password of its first log-in, once. The first administrator needs no --as."""
    password = new_password()

    async def inside(office: Office) -> NewStaff:
        actor = await first_or_named(office, Role(role), as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            return await add_staff(change, name=name, role=Role(role), site_code=site_code, password=password)

    show_account(name, run(inside, keys_needed=True), password, as_json=as_json)


@staff.command("disable")
@click.argument("name")
@as_option
@json_option
def staff_disable(name: str, as_name: str | None, *, as_json: bool) -> None:
    """Disables an account and ends its sessions and its chat at once."""

    async def inside(office: Office) -> None:
        actor = await administrator(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            await disable_staff(change, name)

    run(inside)
    told = f"{name} is disabled; all sessions and the chat have ended."
    tell({"name": name, "disabled": True}, told, as_json=as_json)


@staff.command("reset")
@click.argument("name")
@as_option
@always_made
@json_option
def staff_reset(name: str, as_name: str | None, *, _made: bool, as_json: bool) -> None:
    """Lets an account begin anew: a password for a first log-in; another person has to ask for it."""
    password = new_password()

    async def inside(office: Office) -> NewStaff:
        actor = await administrator(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            return await reset_staff(change, name, password=password)

    show_account(name, run(inside, keys_needed=True), password, as_json=as_json)


for command in (invite, unlink, chats):
    staff.add_command(command)


@staff.command("list")
@json_option
def staff_list(*, as_json: bool) -> None:
    """Lists the accounts."""

    async def inside(office: Office) -> Sequence[Staff]:
        async with office.store.read() as session:
            return (await session.execute(select(Staff).order_by(col(Staff.name)))).scalars().all()

    show([_staff_values(one) for one in run(inside)], ("name", "role", "site", "disabled_at"), as_json=as_json)


async def actor_of(office: Office, as_name: str | None) -> Actor:
    """The enabled account of this name. Raises OfficeError, AccessDeniedError."""
    if as_name is None:
        raise OfficeError("say with --as NAME which member of staff answers for this")
    async with office.store.read() as session:
        return staff_actor(await access_staff(session, as_name))


async def administrator(office: Office, as_name: str | None) -> Actor:
    """The same, and an administrator. Raises StaffError."""
    actor = await actor_of(office, as_name)
    if actor.role != Role.ADMINISTRATOR:
        raise StaffError(f"{actor.name} is no administrator; only an administrator changes accounts")
    return actor


async def first_or_named(office: Office, role: Role, as_name: str | None) -> Actor:
    """The first account has to be an administrator's, and nobody stands for it; each later one is answered for."""
    async with office.store.change(at=office.clock.now()) as change:
        first = await no_staff_yet(change)
    if first and role is not Role.ADMINISTRATOR:
        raise StaffError("the first account is an administrator's: --role administrator")
    return SYSTEM if first else await administrator(office, as_name)


def new_password() -> str:
    """A made one, to be handed over for the first log-in."""
    return one_time_password(secrets.token_bytes(ONE_TIME_BYTES))


def show_account(name: str, made: NewStaff, password: str, *, as_json: bool) -> None:
    """What the owner needs for the first log-in: it is shown now and never again."""
    hours = FIRST_LIVES.total_seconds() / 3600
    if as_json:
        values = {"name": name, "id": made.staff_id, "password": password, "good_for_hours": hours}
        click.echo(json_text(values), nl=False)
        return
    click.echo(
        f"Account {name} is ready for its first log-in. The password is shown only now, and good for {hours:g} h:"
    )
    click.echo(f"\n  {password}\n")
    click.echo(
        f"{name} logs in with it and leaves the code empty; the page then asks for an own password and shows "
        "the QR code\nfor the authenticator app."
    )


def tell(values: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    click.echo(json_text(values).rstrip() if as_json else sentence)


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json_text(list(rows)), nl=False)
    else:
        click.echo(text_table(columns, [[row[column] for column in columns] for row in rows]), nl=False)


def _site_values(one: Site) -> dict[str, Any]:
    return {
        "code": one.code,
        "contact_name": one.contact_name,
        "contact_phone": one.contact_phone,
        "tz": one.tz,
        "takes_photos": one.takes_photos,
        "alerts_with_text": one.alerts_with_text,
        "directions_zh": one.directions_zh,
        "directions_en": one.directions_en,
    }


def _staff_values(one: Staff) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role.value,
        "site": one.site_code,
        "created_at": one.created_at,
        "disabled_at": one.disabled_at,
    }
