"""What a participant answers to a changed amount; who answers an order of the past is shown the one that counts."""

from actions.hearing import Heard
from actions.read_backs import OrderError, SupersededError, read_back
from models.dose import DoseOrderRow
from protocol.amount_notice import amount_notice
from protocol.screens import Answer, How, NothingChanged, ReadBackKept, Screen
from protocol.taps import Tap
from protocol.terms import LinkRole, OrderKind

DIGITS = 3


async def answer_read_back(heard: Heard, tap: Tap) -> Answer:
    """Records it, in the participant's own chat alone."""
    if heard.chat.role is not LinkRole.OWN:
        return Answer(NothingChanged())
    units = int(tap.argument) if tap.argument.isdecimal() and len(tap.argument) <= DIGITS else 0
    try:
        row, right = await read_back(heard.change, heard.participant, tap.record_id, units, heard.trial)
    except SupersededError as error:
        return Answer(_instead(heard, error.by))
    except OrderError:  # a client can send anything
        return Answer(NothingChanged())
    return Answer(ReadBackKept(row.read_back_units or 0, right), How.EDIT)


def _instead(heard: Heard, row: DoseOrderRow) -> Screen:
    if row.kind is not OrderKind.DOSE:
        return NothingChanged()
    return amount_notice(row.id, row.order(), None, heard.trial.product, read=row.read_back_at is not None)
