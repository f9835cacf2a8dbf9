"""`anshi message write` and `anshi message sent`: what staff write to participants, and how its way there went."""

from typing import Any

import click
from sqlmodel import col, select

from actions.staff_messages import write_to
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.options import as_json, as_reader, as_staff, show, tell
from app.office import Office, run
from models.access import access_message, access_participant, site_wall
from models.participant import Participant
from models.prompt import Prompt
from models.site import Staff
from models.staff_chat import StaffMessage

COLUMNS = {
    "id": "id",
    "participant_code": "participant",
    "written_at": "written",
    "by": "by",
    "answers": "answers",
    "state": "state",
    "sent_at": "sent",
    "reason": "reason",
}


@click.command("write")
@click.argument("code")
@click.argument("text")
@click.option("--answers", "answers_id", metavar="ID", help="The participant's message that this answers.")
@as_staff
@as_json
def write(code: str, text: str, answers_id: str | None, as_name: str, *, as_json: bool) -> None:
    """Write to CODE in the chat. A word that may not stand in a chat is named, and nothing is sent.

    It goes out at once, in quiet hours in the morning; never to somebody who has left, or wants no messages.
    """

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            answered = await access_message(change.session, change.actor, answers_id) if answers_id else None
            kept = await write_to(change, one, text, staff, trial=office.trial, answers=answered)
            return {"id": kept.id, "participant_code": one.code, "written_at": kept.written_at}

    values = run(command, keys_needed=True)
    tell(values, f"The message to {code} is kept, and goes out as `anshi message sent` says.", as_json=as_json)


@click.command("sent")
@click.argument("code", required=False)
@as_reader
@as_json
def sent(code: str | None, as_name: str | None, *, as_json: bool) -> None:
    """List what was written to participants, or to CODE, newest first: when and how it got there, not what it says."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        query = (
            select(StaffMessage, Participant.code, Staff.name, Prompt)
            .join(Participant, col(Participant.id) == col(StaffMessage.participant_id))
            .join(Staff, col(Staff.id) == col(StaffMessage.staff_id))
            .join(Prompt, col(Prompt.id) == col(StaffMessage.prompt_id))
            .where(site_wall(actor, Participant.site_code))
            .order_by(col(StaffMessage.written_at).desc())
        )
        async with office.store.read() as session:
            if code is not None:
                one = await access_participant(session, actor, code)
                query = query.where(StaffMessage.participant_id == one.id)
            return [sent_values(*row) for row in (await session.execute(query)).all()]

    show(run(command), COLUMNS, as_json=as_json)


def sent_values(one: StaffMessage, code: str, by: str, prompt: Prompt) -> dict[str, Any]:
    return {
        "id": one.id,
        "participant_code": code,
        "written_at": one.written_at,
        "by": by,
        "answers": one.answers,
        "state": prompt.state.value,
        "sent_at": prompt.sent_at,
        "reason": prompt.reason,
    }
