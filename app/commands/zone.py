"""A participant's time zone on the command line, for a move or a long journey."""

import click

from actions.settings import set_zone
from app.acting import FOLLOWS_UP, acting, theirs
from app.commands.options import as_json, as_staff, reason, tell
from app.office import Office, run


@click.command("zone")
@click.argument("code")
@click.option("--tz", required=True, help="An IANA zone; example: Asia/Shanghai.")
@reason
@as_staff
@as_json
def zone(code: str, tz: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """Put the reminder of CODE on the wall of another zone; the minimum gap between doses is kept."""

    async def command(office: Office) -> None:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _):
            await set_zone(change, await theirs(change, code), tz, reason, office.trial)

    run(command)
    tell({"code": code, "tz": tz}, f"The reminder of {code} now follows {tz}.", as_json=as_json)
