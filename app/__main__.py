"""The command line: every group of commands, loaded only when it is called."""

import errno
import gc
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

LAZY = {
    "ae": ("app.commands.adverse_event", "Adverse events: from a symptom, corrected, signed."),
    "alert": ("app.commands.alert", "Matters for staff: listed, acknowledged, closed."),
    "audit": ("app.commands.audit", "Who did what, when and why."),
    "db": ("app.commands.db", "The databases."),
    "doctor": ("app.commands.doctor", "Check every setting, key, database and protocol value."),
    "disposition": (
        "app.commands.disposition",
        "Disposition: completed, drug stopped, withdrew, lost, died, taken back.",
    ),
    "dose": ("app.commands.dose", "Doses: what staff heard on the phone, and what stands."),
    "dose-order": ("app.commands.dose_order", "Dose orders: amounts, holds, resumes and the end of treatment."),
    "duty": ("app.commands.duty", "Who is on call, and on which days a site works."),
    "keys": ("app.commands.keys", "The keys of the identity vault."),
    "lab": ("app.commands.lab", "Blood levels and laboratory results."),
    "medication": ("app.commands.medication", "Concomitant medications: recorded, corrected, signed."),
    "message": ("app.commands.message", "Messages of participants: listed, read, answered."),
    "guard": ("app.commands.guard", "Contraception, blood donation and the like: the calendar, and counselling."),
    "month-six": ("app.commands.month_six", "The decision at month 6: a record, and no order."),
    "participant": ("app.commands.participant", "Participants: entry, invitation, chats, leaving."),
    "pregnancy": ("app.commands.pregnancy", "Pregnancies: recorded, followed to the outcome, signed."),
    "protocol": ("app.commands.protocol", "The trial's protocol file."),
    "report": ("app.commands.report", "What the study and the store say."),
    "sae": ("app.commands.sae", "Possible serious adverse events."),
    "simulate": (
        "app.commands.simulate",
        "Live whole trials through on a virtual clock, with faults, and check every invariant.",
    ),
    "site": ("app.commands.staff", "Sites: every participant and every coordinator belongs to one."),
    "staff": ("app.commands.staff", "Accounts of staff: name, password and one-time code."),
    "symptom": ("app.commands.symptom", "Symptoms: what was told on the phone, and every check."),
    "travel": ("app.commands.travel", "Journeys: where, from when to when, on the clock of home or the local one."),
    "transfusion": ("app.commands.transfusion", "Transfusions of red cells that staff know of."),
    "visit": ("app.commands.visit", "Visits: arranged, moved, attended, missed, and the blood draw."),
    "tablets": ("app.commands.tablets", "Tablets: dispensed, returned, lost, counted, and what should be left."),
    "sync": ("app.commands.sync", "The outbox and the study database."),
}
"""Name, module and first line. The object in the module has the name with an underscore for the hyphen."""

PLACES_SHOWN = 3


class Anshi(click.Group):
    """Loads a group when it is called; whatever a command did not foresee is one line, never a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *LAZY})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LAZY:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(import_module(LAZY[cmd_name][0]), cmd_name.replace("-", "_"))
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without loading any of them."""
        own = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        lines = own | {name: line for name, (_, line) in LAZY.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(lines.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """What a command lets through ends here, with exit code 1."""
        return _in_one_line(lambda: super(Anshi, self).invoke(ctx))


def _in_one_line(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise  # the reader of a pipe has gone; click ends quietly
        click.echo(f"anshi: {told(error)}", err=True)
        sys.stdout.flush()
        raise SystemExit(1) from None


def told(error: Exception) -> str:
    """One line: the kind and the place. The text of an exception could carry what a person said, or an address."""
    if isinstance(error, ConnectionError | TimeoutError):
        return f"a server does not answer ({type(error).__name__}); `anshi doctor` says which"
    if isinstance(error, PermissionError | FileNotFoundError):
        return f"{error.strerror}: {error.filename}"
    if type(error).__module__ == "models.sqlite":
        return str(error)
    if type(error).__module__.startswith(("sqlalchemy", "asyncpg")):
        inner = type(getattr(error, "orig", None) or error).__name__
        return f"the database refuses ({inner}); `anshi doctor` and `anshi db upgrade` help"
    places = traceback.extract_tb(error.__traceback__)[-PLACES_SHOWN:]
    where = " < ".join(f"{Path(place.filename).name}:{place.lineno}" for place in reversed(places))
    return f"this should not have happened: {type(error).__name__} at {where}"


@click.group(cls=Anshi, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anshi", prog_name="anshi")
def cli() -> None:
    """Anshi 按时: a bot that asks whether the tablets were taken, and a study that knows the answer."""


@cli.command("run")
@click.option("--only", metavar="PARTS", default="", help="Some parts only: bot,scheduler,sync,web.")
def run(only: str) -> None:
    """Run the real thing until Ctrl-C."""
    parts = tuple(part.strip() for part in only.split(",") if part.strip())
    load_run(pages=not parts or "web" in parts)(only=parts)


def load_run(*, pages: bool) -> Callable[..., None]:
    """Loads all that `run` needs, undisturbed: what is being loaded is not garbage, and looking for some takes long."""
    gc.disable()
    try:
        from app.run_command import run_command

        if pages:
            import_module("web.application")
    finally:
        gc.freeze()
        gc.enable()
    return run_command


@cli.command("demo")
@click.option("--reset", is_flag=True, help="Start afresh.")
@click.option(
    "--web-port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The coordinator's pages."
)
@click.option("--phone-port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="The phones.")
def demo(web_port: int, phone_port: int, *, reset: bool) -> None:
    """Run everything on this machine with a sample cohort; no token, no network."""
    from app.demo import demo_command

    demo_command(web_port, phone_port, reset=reset)


def main() -> None:
    """The entry point of `anshi` and of `python -m app`."""
    cli(prog_name="anshi")


if __name__ == "__main__":
    main()
