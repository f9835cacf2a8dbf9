"""`anshi site` and `anshi staff`: sites, and the accounts that answer for every change."""

import io
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
import segno
from sqlmodel import col, select

from actions.sites import add_site
from actions.staff import NewStaff, StaffError, add_staff, disable_staff, no_staff_yet, reset_staff
from app.office import Office, OfficeError, run
from models.access import access_staff, staff_actor
from models.session import SYSTEM, Actor
from models.site import Site, Staff
from protocol.terms import Role
from reports.tables import json_text, text_table

WORDS = 6
WORD_LENGTH = 4
LETTERS = "23456789bcdfghjkmnpqrstvwxyz"  # no vowels, so no words; nothing that reads like another one
as_option = click.option("--as", "as_name", metavar="NAME", help="The member of staff who answers for it.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
password_option = click.option(
    "--generate-password",
    "generate",
    is_flag=True,
    help="Make a password and print it once, as without a terminal; else it is asked for.",
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
@password_option
@json_option
def staff_add(
    name: str, role: str, site_code: str | None, as_name: str | None, *, generate: bool, as_json: bool
) -> None:
    """Adds an account and prints its one-time-code secret, once. The first administrator needs no --as."""
    password = new_password(generate=generate, as_json=as_json)

    async def inside(office: Office) -> NewStaff:
        actor = await first_or_named(office, Role(role), as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            return await add_staff(change, name=name, role=Role(role), site_code=site_code, password=password)

    show_account(
        name,
        run(inside, keys_needed=True),
        password if made_for(generate=generate, as_json=as_json) else None,
        as_json=as_json,
    )


@staff.command("disable")
@click.argument("name")
@as_option
@json_option
def staff_disable(name: str, as_name: str | None, *, as_json: bool) -> None:
    """Disables an account and ends its sessions at once."""

    async def inside(office: Office) -> None:
        actor = await administrator(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            await disable_staff(change, name)

    run(inside)
    tell({"name": name, "disabled": True}, f"{name} is disabled; all sessions have ended.", as_json=as_json)


@staff.command("reset")
@click.argument("name")
@as_option
@password_option
@json_option
def staff_reset(name: str, as_name: str | None, *, generate: bool, as_json: bool) -> None:
    """Gives an account a new password and a new one-time-code secret; another person has to ask for it."""
    password = new_password(generate=generate, as_json=as_json)

    async def inside(office: Office) -> NewStaff:
        actor = await administrator(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            return await reset_staff(change, name, password=password)

    show_account(
        name,
        run(inside, keys_needed=True),
        password if made_for(generate=generate, as_json=as_json) else None,
        as_json=as_json,
    )


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


def new_password(*, generate: bool, as_json: bool) -> str:
    """A made one of 116 bits, or what is typed twice at a terminal."""
    if made_for(generate=generate, as_json=as_json):
        return "-".join("".join(secrets.choice(LETTERS) for _ in range(WORD_LENGTH)) for _ in range(WORDS))
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def made_for(*, generate: bool, as_json: bool) -> bool:
    """Nobody is asked where the answer goes to a program, or where nobody sits."""
    return generate or as_json or not sys.stdin.isatty()


def show_account(name: str, made: NewStaff, password: str | None, *, as_json: bool) -> None:
    """The secrets of an account: they are shown now and never again."""
    values = {"name": name, "id": made.staff_id, "totp_secret": made.totp_secret, "totp_uri": made.provisioning_uri}
    if as_json:
        click.echo(json_text({**values, "password": password}), nl=False)
        return
    click.echo(f"Account {name} is ready. What follows is shown only now.")
    if password is not None:
        click.echo(f"Password: {password}")
    click.echo(f"One-time-code secret: {made.totp_secret}")
    drawn = io.StringIO()
    segno.make(made.provisioning_uri, error="m").terminal(drawn, compact=True)
    click.echo(drawn.getvalue())


def tell(values: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    click.echo(json_text(values).rstrip() if as_json else sentence)


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json_text(list(rows)), nl=False)
    else:
        click.echo(text_table(columns, [[row[column] for column in columns] for row in rows]), nl=False)


def _site_values(one: Site) -> dict[str, Any]:
    return {"code": one.code, "contact_name": one.contact_name, "contact_phone": one.contact_phone, "tz": one.tz}


def _staff_values(one: Staff) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role.value,
        "site": one.site_code,
        "created_at": one.created_at,
        "disabled_at": one.disabled_at,
    }
