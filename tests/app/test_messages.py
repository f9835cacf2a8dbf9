"""Messages on the command line: a named person reads, the site wall holds, and reading closes nothing."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import col, select

from actions.alerts import open_alert
from actions.facts import participant_by_code
from actions.photos import keep_photo
from models.chat_access import seal_chat
from models.identity import ChatLink, ParticipantMessage
from models.kept_photo import KeptPhoto, PhotoState
from models.session import Change
from protocol.symptoms import Tier
from protocol.terms import AlertKind, Channel, LinkRole
from tests.app.conftest import Desk

SAID = "今天胸口有点闷"


def said(desk: Desk, kind: str = "text", body: str = SAID, code: str = "018") -> str:
    """A message of this participant, as the chat keeps it."""

    async def keep(change: Change) -> str:
        participant = await participant_by_code(change, code)
        link = await change.session.scalar(select(ChatLink).where(col(ChatLink.participant_id) == participant.id))
        if link is None:
            link_id = change.new_id()
            link = ChatLink(
                id=link_id,
                participant_id=participant.id,
                role=LinkRole.OWN,
                channel=Channel.TELEGRAM,
                chat=seal_chat(change.vault, link_id, "1001"),
                chat_index="x",
                linked_at=change.at,
            )
            change.session.add(link)
            await change.session.flush()
        row_id = change.new_id()
        row = ParticipantMessage(
            id=row_id,
            participant_id=participant.id,
            link_id=link.id,
            kind=kind,
            body=change.vault.seal(f"participant_message.body/{row_id}", body),
            received_at=change.at,
            tier=Tier.RED if kind == "text" else None,
            unheard=kind == "voice",
        )
        change.session.add(row)
        await change.session.flush()
        await open_alert(change, AlertKind.MESSAGE, participant)
        if kind == "photo":
            photo = KeptPhoto(
                message_id=row_id, participant_id=participant.id, state=PhotoState.WAITING, due_at=change.at
            )
            change.session.add(photo)
            await change.session.flush()
            await keep_photo(change, row_id, jpeg())
        return row_id

    return str(desk.within(keep))


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


def test_a_list_tells_what_waits_and_not_what_it_says(enrolled: Desk) -> None:
    message_id = said(enrolled)
    (row,) = enrolled.data("message", "list", "--as", "Li")
    assert (row["id"], row["participant_code"], row["tier"], row["read_by"]) == (message_id, "018", "red", None)
    assert SAID not in enrolled.told("message", "list")


def test_the_first_reader_has_read_it_every_one_is_in_the_audit_and_nothing_is_closed(enrolled: Desk) -> None:
    message_id = said(enrolled)
    assert enrolled.told("message", "read", message_id, "--as", "Li") == f"{SAID}\n"
    assert enrolled.data("message", "read", message_id, "--as", "Wu")["read_by"] == "Li"
    assert enrolled.data("message", "list") == []
    assert [row["read_by"] for row in enrolled.data("message", "list", "--read")] == ["Li"]
    assert [entry["actor"] for entry in enrolled.audited("read_message")] == ["staff:Li", "staff:Wu"]
    assert [alert["kind"] for alert in enrolled.data("alert", "list")] == ["message"]


def test_a_voice_message_says_that_nobody_has_heard_it(enrolled: Desk) -> None:
    message_id = said(enrolled, "voice", json.dumps({"reference": "file-canary", "caption": ""}))
    told = enrolled.told("message", "read", message_id, "--as", "Li")
    assert "Call the participant" in told
    assert "file-canary" not in told
    assert [row["unheard"] for row in enrolled.data("message", "list", "--read")] == [True]


def test_a_photo_is_looked_at_then_reviewed_then_gone(enrolled: Desk, tmp_path: Path) -> None:
    message_id = said(enrolled, "photo", json.dumps({"reference": "x", "caption": SAID}))
    file = tmp_path / "photo.jpg"
    told = enrolled.told("message", "read", message_id, "--save", str(file), "--as", "Li")
    assert told == f"{SAID}\nA photo: kept\n"
    assert file.read_bytes() == jpeg()
    assert file.stat().st_mode & 0o077 == 0
    assert "exists" in enrolled.refused("message", "read", message_id, "--save", str(file), "--as", "Li")
    assert "erased" in enrolled.told("message", "reviewed", message_id, "--as", "Li")
    assert "no photo that is kept" in enrolled.refused("message", "reviewed", message_id, "--as", "Li")

    async def left(change: Change) -> KeptPhoto:
        return await change.session.get_one(KeptPhoto, message_id)

    row = enrolled.within(left)
    assert (row.picture, row.state, row.reviewed_by) == (None, PhotoState.ERASED, "Li")
    assert len(enrolled.audited("look_at_photo")) == 1
    assert len(enrolled.audited("erase_photo")) == 1


@pytest.mark.parametrize("words", [("read",), ("reviewed",)])
def test_otto_cannot_tell_a_foreign_message_from_a_missing_one(enrolled: Desk, words: tuple[str, ...]) -> None:
    message_id = said(enrolled)
    assert enrolled.data("message", "list", "--as", "Otto") == []
    foreign = enrolled.refused("message", *words, message_id, "--as", "Otto")
    assert foreign == enrolled.refused("message", *words, "nothing", "--as", "Otto")
    assert foreign == "anshi: there is no such message here\n"


def test_a_monitor_reads_none(enrolled: Desk) -> None:
    told = enrolled.refused("message", "read", said(enrolled), "--as", "Mo")
    assert "this is for: coordinator or investigator" in told
