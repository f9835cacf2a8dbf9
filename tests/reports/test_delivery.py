"""How the messages went, counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from models.inbox import ReceivingGap
from models.prompt import Prompt
from models.session import Change, Store
from protocol.terms import PromptKind, PromptState
from reports.delivery import delivery_report, lateness
from tests.postgres import Kind, empty_url
from tests.study.cast import DAY_1, DUE, NOON, enrol

LATER = NOON + timedelta(days=3)


def prompt(change: Change, whose: str, number: int, state: PromptState, **values: Any) -> None:
    due_at = DUE + timedelta(days=number)
    defaults: dict[str, Any] = {"kind": PromptKind.DOSE_REMINDER, "reason": "", "due_at": due_at}
    change.session.add(
        Prompt(
            id=f"p{whose}{number}",
            key=f"k{whose}{number}",
            participant_id=f"id-{whose}",
            state=state,
            expires_at=due_at,
            visible_at=due_at,
            **(defaults | values),
        )
    )


async def test_messages_are_counted_by_kind_state_and_reason(store: Store) -> None:
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        await enrol(change, "OTTO-001", "OTHER")
        fang.unreachable_at = NOON
        prompt(change, "PUMCH-001", 0, PromptState.DELIVERED, sent_at=DUE + timedelta(seconds=4))
        prompt(change, "PUMCH-001", 1, PromptState.UNKNOWN, reason="timeout")
        prompt(change, "PUMCH-001", 2, PromptState.EXPIRED, reason="window_over", kind=PromptKind.DOSE_EVENING)
        prompt(change, "PUMCH-001", 99, PromptState.WAITING)
        prompt(change, "OTTO-001", 0, PromptState.DELIVERED, sent_at=DUE + timedelta(seconds=60))
        change.session.add(ReceivingGap(id="g1", from_at=NOON, until_at=NOON + timedelta(hours=1)))
    found = await delivery_report(store, as_of=LATER, site="PUMCH")
    assert [(row.kind, row.state, row.messages) for row in found.kinds] == [
        (PromptKind.DOSE_REMINDER, PromptState.DELIVERED, 1),
        (PromptKind.DOSE_REMINDER, PromptState.UNKNOWN, 1),
        (PromptKind.DOSE_EVENING, PromptState.EXPIRED, 1),
    ]
    assert [(row.state, row.reason) for row in found.reasons] == [
        (PromptState.EXPIRED, "window_over"),
        (PromptState.UNKNOWN, "timeout"),
    ]
    assert (found.lateness.messages, found.lateness.median_s, found.lateness.max_s) == (1, 4.0, 4.0)
    assert (found.blocked, len(found.gaps)) == (("PUMCH-001",), 1)
    everywhere = await delivery_report(store, as_of=LATER, from_on=DAY_1, to_on=DAY_1)
    assert everywhere.messages(PromptState.DELIVERED) == 2
    assert everywhere.messages(PromptState.UNKNOWN) == 0, "another day"


def test_percentiles_are_values_that_occurred() -> None:
    found = lateness([timedelta(seconds=number) for number in range(1, 101)])
    assert (found.median_s, found.p95_s, found.max_s) == (50.0, 95.0, 100.0)


async def test_an_unprepared_store_reports_nothing(kind: Kind, tmp_path: Path, store: Store) -> None:
    bare = Store(await empty_url(kind, tmp_path), vault=store.vault, new_id=store.new_id, random_bytes=bytes)
    found = await delivery_report(bare, as_of=LATER)
    assert (found.kinds, found.lateness.median_s, found.gaps) == ((), None, ())
    await bare.close()
