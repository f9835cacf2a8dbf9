"""Keys: a pair that fits, and a rotation after which the old key is not needed any more."""

import secrets
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.enrolment import invite
from actions.facts import participant_by_code
from actions.linking import link_chat
from app.clock import RealClock
from models.adverse_event import AdverseEvent
from models.chat_access import open_chat
from models.form import FormVersion
from models.identity import ChatLink, Identity, ParticipantMessage
from models.inbox import InboxUpdate
from models.medication import Medication
from models.pregnancy import Pregnancy
from models.rotation import SEALED, Progress, SealedColumn, reseal_batch
from models.session import Change, Store
from models.site import Staff
from models.vault import SealError, Vault, read_keys
from protocol.partial_day import PartialDay
from protocol.pregnancy import PregnancyOutcome
from protocol.symptoms import Applies
from protocol.terms import Channel
from protocol.trial import Trial
from tests.app.conftest import INDEX, KEYS, Desk, admit, open_store

ROOT = Path(__file__).parents[2]
NEW_KEY = "k2:" + "c" * 43 + "="
ROTATE = ("keys", "rotate", "--as", "Ada")


async def fill(change: Change, trial: Trial) -> None:
    """One value or more in each kind of row that is sealed."""
    found = await admit(change, trial, "700")
    invited = await invite(change, found)
    await change.session.flush()
    link = await link_chat(change, Channel.TELEGRAM, "4001", invited.token)
    assert isinstance(link, ChatLink)
    await change.session.flush()
    change.session.add(
        ParticipantMessage(
            id="m1",
            participant_id=found.id,
            link_id=link.id,
            kind="text",
            body=change.vault.seal("participant_message.body/m1", "吃了"),
            received_at=change.at,
        )
    )
    change.session.add_all(forms_of(change, found.id))
    change.session.add(
        InboxUpdate(
            update_id=7,
            sender_index="x",
            body=change.vault.seal("inbox_update.body/7", "{}"),
            answers=change.vault.seal("inbox_update.answers/7", "[]"),
            received_at=change.at,
            visible_at=change.at,
        )
    )


def forms_of(change: Change, participant_id: str) -> list[FormVersion]:
    def kept(place: str, form_id: str) -> dict[str, Any]:
        body = change.vault.seal(f"{place}.narrative/{form_id}", "a story")
        own = {"id": form_id, "form_id": form_id, "participant_id": participant_id, "version": 1}
        return own | {"narrative": body, "recorded_by": "Li", "recorded_at": change.at}

    on = date(2026, 3, 2)
    return [
        AdverseEvent(**kept("adverse_event", "f1"), term="headache", started_on=PartialDay.on(on)),
        Medication(**kept("medication", "f2"), medicine="aspirin"),
        Pregnancy(
            **kept("pregnancy", "f3"),
            concerns=Applies.PREGNANCY_SELF,
            learned_on=on,
            outcome=PregnancyOutcome.ONGOING,
        ),
    ]


async def opened(change: Change, keys: str) -> dict[str, str]:
    """Everything that is sealed, opened with these keys alone. Raises SealError."""
    vault = Vault(read_keys(keys, INDEX), secrets.token_bytes)
    found = {}
    for column in SEALED:
        for key, value in await change.session.execute(select(column.keys, column.values)):
            if value is not None:
                found[f"{column.place}/{key}"] = vault.open(f"{column.place}/{key}", value)
    return found


def test_a_new_pair_fits_the_settings_and_is_another_one_each_time(bare: Desk) -> None:
    first, second = bare.told("keys", "new"), bare.told("keys", "new")
    assert first != second
    pair = dict(line.split("=", 1) for line in first.splitlines())
    assert list(pair) == ["ANSHI_ENCRYPTION_KEYS", "ANSHI_INDEX_KEY"]
    read_keys(pair["ANSHI_ENCRYPTION_KEYS"], pair["ANSHI_INDEX_KEY"])
    assert list(bare.folder.iterdir()) == []
    both = f"{pair['ANSHI_ENCRYPTION_KEYS']},{bare.data('keys', 'new')['ANSHI_ENCRYPTION_KEYS']}"
    assert len(read_keys(both, pair["ANSHI_INDEX_KEY"]).sealing) == 2


def test_after_a_rotation_the_old_key_is_needed_for_nothing(desk: Desk, trial: Trial) -> None:
    desk.within(lambda change: fill(change, trial))
    before = desk.within(lambda change: opened(change, KEYS))
    assert len(before) >= len(SEALED)
    with pytest.raises(SealError):
        desk.within(lambda change: opened(change, NEW_KEY))
    desk.settings["ANSHI_ENCRYPTION_KEYS"] = f"{NEW_KEY},{KEYS}"
    told = desk.data(*ROTATE)
    assert told["key"] == "k2"
    assert sum(told["resealed"].values()) == len(before)
    assert desk.within(lambda change: opened(change, NEW_KEY)) == before
    desk.settings["ANSHI_ENCRYPTION_KEYS"] = NEW_KEY
    shown = desk.data("participant", "show", "700", "--reveal", "--as", "Li", "--reason", "check")
    assert shown["name"] == "方女士"
    assert "0 values sealed anew" in desk.told(*ROTATE)


def test_a_rotation_is_audited_by_count_and_never_by_value(desk: Desk, trial: Trial) -> None:
    desk.within(lambda change: fill(change, trial))
    desk.settings["ANSHI_ENCRYPTION_KEYS"] = f"{NEW_KEY},{KEYS}"
    desk.told(*ROTATE)
    entries = desk.audited("rotate_keys")
    assert {entry["actor"] for entry in entries} == {"staff:Ada"}
    assert all(set(entry["new"]) == {"key", "resealed"} for entry in entries)
    assert desk.told("audit", "verify").endswith("the chain holds.\n")


def test_only_an_administrator_rotates(desk: Desk) -> None:
    assert "Wu is investigator; this is for: administrator" in desk.refused("keys", "rotate", "--as", "Wu")


def test_values_under_a_missing_key_are_counted_and_kept(desk: Desk, trial: Trial) -> None:
    desk.within(lambda change: fill(change, trial))
    before = desk.within(lambda change: opened(change, KEYS))
    desk.settings["ANSHI_ENCRYPTION_KEYS"] = NEW_KEY
    result = desk.run(*ROTATE)
    assert result.exit_code == 1
    assert "identity.name: 1 values open with none of the keys" in result.stderr
    assert desk.within(lambda change: opened(change, KEYS)) == before


@pytest.fixture
async def store(furnished_store: str, trial: Trial) -> AsyncIterator[Store]:
    """Sealed with k1, opened with k2 before k1."""
    old = open_store(furnished_store)
    async with old.change(at=RealClock().now()) as change:
        await fill(change, trial)
    await old.close()
    found = open_store(furnished_store, f"{NEW_KEY},{KEYS}")
    yield found
    await found.close()


async def test_a_rotation_that_was_broken_off_goes_on_where_it_stood(
    store: Store,
) -> None:
    column = SealedColumn(Staff, "id", "totp_secret")
    async with store.change(at=RealClock().now()) as change:
        first = await reseal_batch(change, Progress(column), "k2", limit=2)
    assert (first.resealed, first.done) == (2, False)
    progress = Progress(column)
    while not progress.done:
        async with store.change(at=RealClock().now()) as change:
            progress = await reseal_batch(change, progress, "k2", limit=2)
    assert progress.resealed == 4
    async with store.read() as session:
        secrets_now = list(await session.scalars(select(Staff.totp_secret)))
    assert all(value.startswith("v1.k2.") for value in secrets_now)


async def test_a_value_that_was_altered_is_left_and_named(store: Store) -> None:
    async with store.change(at=RealClock().now()) as change:
        row = (await change.session.scalars(select(Identity))).one()
        row.name = row.phone
        victim = row.participant_id
    async with store.change(at=RealClock().now()) as change:
        progress = await reseal_batch(change, Progress(SealedColumn(Identity, "participant_id", "name")), "k2")
    assert (progress.unopened, progress.resealed) == ((victim,), 0)


async def test_a_chat_is_still_found_after_the_rotation(store: Store) -> None:
    for column in SEALED:
        async with store.change(at=RealClock().now()) as change:
            await reseal_batch(change, Progress(column), "k2")
    async with store.change(at=RealClock().now()) as change:
        found = await participant_by_code(change, "700")
        link = (await change.session.scalars(select(ChatLink).where(ChatLink.participant_id == found.id))).one()
        assert open_chat(change.vault, link.id, link.chat) == "4001"


def test_every_place_that_the_sources_seal_for_is_rotated() -> None:
    import re

    sealed: set[str] = set()
    looked_at: list[Any] = []
    for room in ("actions", "app", "bot", "models", "scheduler", "study", "web"):
        for file in (ROOT / room).rglob("*.py"):
            looked_at.append(file)
            sealed |= set(re.findall(r'f"([a-z_]+\.[a-z_]+)/\{', file.read_text(encoding="utf-8")))
    assert len(looked_at) > 80
    assert {"identity.name", "chat_link.chat", "staff.totp_secret"} <= sealed
    assert sealed <= {column.place for column in SEALED}
