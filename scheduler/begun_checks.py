"""Which offers of a symptom check have been taken up already, or overtaken by another check."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from models.session import Change
from models.statements import Statement
from models.symptom import SymptomCheck
from models.tables import table_of
from protocol.symptoms import Occasion
from protocol.terms import PromptKind

LOOK_BACK: Final = timedelta(days=8)  # an offer stands for less than a week

_CHECK: Final = table_of(SymptomCheck)
_BEGUN: Final = Statement(
    select(_CHECK.c.id, _CHECK.c.participant_id, _CHECK.c.occasion, _CHECK.c.begun_at, _CHECK.c.source).where(
        _CHECK.c.participant_id.in_(bindparam("participants", expanding=True)),
        _CHECK.c.begun_at >= bindparam("since", type_=_CHECK.c.begun_at.type),
    )
)


async def begun_since(change: Change, offers: Sequence[Any]) -> Collection[str]:
    """The ids of the prompts among `offers`, rows with key, kind, participant and due moment, that are taken up."""
    if not offers:
        return ()
    since = min(row.due_at for row in offers) - LOOK_BACK
    people = sorted({row.participant_id for row in offers})
    checks = await change.rows(_BEGUN, participants=people, since=since)
    return {
        row.id for row in offers if _is_begun(row, [one for one in checks if one.participant_id == row.participant_id])
    }


def check_followed(row: Any) -> str:
    """The check after which a prompt asks again, from its key."""
    return str(row.key.partition(":")[2]) if row.kind is PromptKind.SYMPTOM_AGAIN else ""


def _is_begun(row: Any, checks: Sequence[Any]) -> bool:
    if row.kind is PromptKind.SYMPTOM_CHECK:
        offered_at = _offered_at(row)
        return any(one.occasion is Occasion.WEEKLY and one.begun_at >= offered_at for one in checks)
    followed = next((one.begun_at for one in checks if one.id == check_followed(row)), None)
    return followed is not None and any(
        one.begun_at > followed and one.occasion is not Occasion.BASELINE for one in checks
    )


def _offered_at(row: Any) -> datetime:
    """When the check was offered for the first time; its repeats carry the same moment in their key."""
    return datetime.strptime(f"{row.key.split(':')[2]}+0000", "%Y%m%dT%H%M%z")
