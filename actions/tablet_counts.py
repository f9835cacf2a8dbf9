"""A count that was typed in a chat: kept as the participant's own number, asked about once more where it cannot be."""

from datetime import timedelta
from typing import Final

from actions.alerts import open_alert
from actions.hearing import Heard, ask_typed, forget_question
from actions.refill import look_at_box
from actions.tablet_ledger import NewMovement, add_movement, new_row, next_number, standing_movements
from models.participant import OpenQuestion
from protocol.screens import Screen, TabletCountKept, TabletQuestion
from protocol.tablets import MovementKind, MovementSource, possible_count
from protocol.taps import Typed
from protocol.terms import AlertKind, LinkRole
from protocol.typed_count import typed_count

QUESTION: Final = "tablets"  # of the open question; its argument is the number that could not be
LIVES: Final = timedelta(hours=2)  # a bare number later than that may mean something else


async def tablet_question(heard: Heard) -> TabletQuestion:
    """How many are left; the next bare number is the answer."""
    await ask_typed(heard, QUESTION)
    return TabletQuestion()


async def typed_tablets(heard: Heard, question: OpenQuestion, typed: Typed) -> Screen | None:
    """The number as the answer; None for words that are none, which go their own way.

    One that cannot be is asked about once more. Typed again it is kept, and staff look at it: nothing is lost.
    """
    found = typed_count(typed.text)
    if found is None or heard.at - question.at >= LIVES:
        return None
    possible = found <= heard.trial.tablets.units_max and await _is_possible(heard, found)
    if not possible and question.argument != str(found):
        await ask_typed(heard, QUESTION, argument=str(found))
        return TabletQuestion(again=True)
    await forget_question(heard)
    await _keep(heard, found)
    if not possible:
        await open_alert(heard.change, AlertKind.TABLET_COUNT, heard.participant)
    is_due = await look_at_box(heard.change, heard.participant, heard.trial, in_chat=True)
    return TabletCountKept(found, told=not possible, refill=is_due)


async def _is_possible(heard: Heard, units: int) -> bool:
    """Of who was never given tablets in this ledger nobody can say."""
    movements = [row.movement() for row in await standing_movements(heard.change.session, heard.participant.id)]
    dispensed = any(one.kind is MovementKind.DISPENSED for one in movements)
    return not dispensed or possible_count(units, movements, heard.at)


async def _keep(heard: Heard, units: int) -> None:
    source = MovementSource.HELPER if heard.chat.role is LinkRole.HELPER else MovementSource.PARTICIPANT
    new = NewMovement(MovementKind.COUNTED, units, min(heard.said_at, heard.at), source=source)
    row = new_row(heard.change, heard.participant, new, heard.trial, by=heard.chat.link_id)
    row.number = await next_number(heard.change, heard.participant)
    await add_movement(heard.change, row)
