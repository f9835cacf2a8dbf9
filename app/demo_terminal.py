"""What the demo prints: how far the first start is, where everything is, who can log in, and how its clock stands."""

import asyncio
import sys
from datetime import datetime, timedelta

import click
import pyotp

from app.clock import RealClock
from app.demo_folder import DemoState
from simulation.cohort import CAST, user_id

WIDTH = 30
SAME = timedelta(minutes=2)


class Progress:
    """One line that fills up on a terminal; nothing in a pipe."""

    def __call__(self, share: float, label: str) -> None:
        if sys.stderr.isatty():
            filled = int(share * WIDTH)
            bar = "#" * filled + "." * (WIDTH - filled)
            click.echo(f"\r  [{bar}] {share:4.0%}  {label:<28}", err=True, nl=share >= 1)


def first_words(days: int) -> None:
    """Before the first start's work."""
    click.echo(f"The first start: {days} days of the trial are lived through the real bot. It takes up to two minutes.")


def announce(state: DemoState, web_port: int, phone_port: int) -> None:
    """The page that stands on the terminal while the demo runs."""
    fang, emma = (user_id(member) for member in CAST[:2])
    click.echo(f"""
  Anshi 按时 is running, all of it on this machine. Nobody in it is real.

  Two phones, 方丽华 and Emma:  http://127.0.0.1:{phone_port}/phone?left={fang}&right={emma}
  The coordinator's pages:      http://127.0.0.1:{web_port}/
""")
    show_accounts(state)
    click.echo(f"  {clock_line(state.now(), RealClock().now())}\n  Ctrl-C stops it.")


def show_accounts(state: DemoState) -> None:
    """Who can log in, each with the code of this moment."""
    at = RealClock().now()
    click.echo(f"    {'name':<6} {'role':<13} {'password':<21} {'code now':<9} one-time-code secret")
    for account in state.accounts:
        code = pyotp.TOTP(account["totp_secret"]).at(at)
        who = f"{account['name']:<6} {account['role']:<13} {account['password']:<21}"
        click.echo(f"    {who} {code:<9} {account['totp_secret']}")
    fresh = "press Enter here for fresh ones, or " if sys.stdin.isatty() else ""
    click.echo(f"\n    A code works for half a minute and once; {fresh}give the secret to an authenticator app.\n")


def show_accounts_on_enter(state: DemoState) -> None:
    """Enter on the terminal prints fresh codes. Only where a person sits at a terminal."""
    if sys.stdin.isatty():
        asyncio.get_running_loop().add_reader(sys.stdin, _entered, state)


def _entered(state: DemoState) -> None:
    if sys.stdin.readline():
        show_accounts(state)
    else:  # the terminal has been closed
        asyncio.get_running_loop().remove_reader(sys.stdin)


def clock_line(at: datetime, real: datetime) -> str:
    """How the demo's clock stands against the real one."""
    apart = at - real
    if abs(apart) <= SAME:
        return "The demo's clock shows the real time; the panel beside the phones moves it ahead."
    where = "ahead of" if apart > timedelta() else "behind"
    stood = f"{at:%Y-%m-%d %H:%M} UTC"
    return f"The demo's clock is {_span(abs(apart))} {where} the real time: it goes on where it stood ({stood})."


def _span(apart: timedelta) -> str:
    hours, minutes = divmod(round(apart.total_seconds() / 60), 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
