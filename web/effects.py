"""What a deed changes of the messages that are queued and of the alerts, as the store has both before and after."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from sqlmodel import col, select

from models.alert import Alert
from models.dose import ScheduledDose
from models.prompt import Prompt
from models.session import Change
from protocol.terms import AlertKind, PromptKind, PromptState


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One queued message. `on` and `units` are those of its dose, None where it is about none."""

    due_at: datetime
    kind: PromptKind
    on: date | None
    units: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is queued for one participant, and which alerts of theirs are open, by id."""

    messages: Mapping[str, Message]
    alerts: Mapping[str, AlertKind]


Pair: TypeAlias = tuple[Message | None, Message | None]


@dataclass(frozen=True, slots=True)
class Effects:
    """`changed`: the same message of the same day, due at another time or with another number of tablets."""

    added: tuple[Message, ...]
    removed: tuple[Message, ...]
    changed: tuple[tuple[Message, Message], ...]
    opened: tuple[AlertKind, ...]
    closed: tuple[AlertKind, ...]

    def soonest(self, count: int) -> list[Pair]:
        """The first of all changes by time, each as before and after; None: it is not there."""
        return self._in_order()[:count]

    def later(self, count: int) -> list[Pair]:
        """All but the first."""
        return self._in_order()[count:]

    def _in_order(self) -> list[Pair]:
        pairs: list[Pair] = [(None, one) for one in self.added]
        pairs += [(one, None) for one in self.removed]
        pairs += self.changed
        return sorted(pairs, key=lambda pair: min(one.due_at for one in pair if one is not None))


NOTHING: Final = Standing({}, {})
"""Of nobody."""


async def standing(change: Change, participant_id: str) -> Standing:
    """As it is in this transaction."""
    query = (
        select(Prompt, ScheduledDose)
        .outerjoin(ScheduledDose, col(ScheduledDose.id) == col(Prompt.dose_id))
        .where(col(Prompt.participant_id) == participant_id, col(Prompt.state) == PromptState.WAITING)
    )
    messages = {
        row.id: Message(row.due_at, row.kind, *_of_dose(dose)) for row, dose in await change.session.execute(query)
    }
    alerts = select(Alert).where(col(Alert.participant_id) == participant_id, col(Alert.closed_at).is_(None))
    return Standing(messages, {row.id: row.kind for row in await change.session.scalars(alerts)})


def _of_dose(dose: ScheduledDose | None) -> tuple[date | None, int | None]:
    return (None, None) if dose is None else (dose.due_on, dose.units)


def effects(before: Standing, after: Standing) -> Effects:
    """What differs. A message that was taken back and planned again just so is none."""
    old, new = Counter(before.messages.values()), Counter(after.messages.values())
    removed, added = sorted((old - new).elements()), sorted((new - old).elements())
    changed = []
    for gone in list(removed):
        same = next((one for one in added if (one.kind, one.on) == (gone.kind, gone.on)), None)
        if same is not None and gone.on is not None:
            changed.append((gone, same))
            removed.remove(gone)
            added.remove(same)
    opened = tuple(kind for key, kind in after.alerts.items() if key not in before.alerts)
    closed = tuple(kind for key, kind in before.alerts.items() if key not in after.alerts)
    return Effects(tuple(added), tuple(removed), tuple(changed), opened, closed)
