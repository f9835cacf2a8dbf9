"""The audit chain: how one entry is hashed, and the walk that verifies all of them.

payload_hash = SHA-256(salt | canonical JSON of old, new, reason)   the payload can be blanked, the chain stays
hash         = SHA-256(previous hash | seq | SHA-256(header) | payload_hash)
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.columns import canonical
from models.ledger import AuditEntry, AuditHead

GENESIS = "0" * 64


def chain_link(
    seq: int, previous: str, *, at: datetime, actor: object, noted: Mapping[str, Any], salt: str
) -> dict[str, Any]:
    """The row of one entry. `noted` has action, record_type, record_id, participant_id, old, new, reason."""
    header = canonical(
        {
            "at": at,
            "actor": str(actor),
            "role": getattr(actor, "role", ""),
            "site": getattr(actor, "site_code", None),
            "action": noted["action"],
            "record_type": noted["record_type"],
            "record_id": noted["record_id"],
            "participant_id": noted["participant_id"],
        }
    )
    payload = canonical({"old": noted["old"], "new": noted["new"], "reason": noted["reason"]})
    payload_hash = _sha256(salt + "|" + payload)
    return {
        "seq": seq,
        "at": at,
        "actor": str(actor),
        "action": noted["action"],
        "record_type": noted["record_type"],
        "record_id": noted["record_id"],
        "participant_id": noted["participant_id"],
        "header": header,
        "payload": payload,
        "salt": salt,
        "payload_hash": payload_hash,
        "previous_hash": previous,
        "hash": link_hash(previous, seq, header, payload_hash),
    }


def link_hash(previous: str, seq: int, header: str, payload_hash: str) -> str:
    return _sha256(f"{previous}|{seq}|{_sha256(header)}|{payload_hash}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """One broken place of the chain."""

    seq: int
    message: str


async def audit_problems(session: AsyncSession, anchors: Iterable[tuple[int, str]] = ()) -> list[AuditProblem]:
    """Walks the chain from the first entry: gaps, links, headers, payloads, and the head.

    `anchors` are numbers and hashes kept elsewhere: a chain that was written anew holds in itself and fits none.
    """
    problems: list[AuditProblem] = []
    unseen: dict[int, set[str]] = {}
    for seq, kept in anchors:
        unseen.setdefault(seq, set()).add(kept)
    expected, previous = 1, GENESIS
    rows = await session.stream(select(AuditEntry).order_by(col(AuditEntry.seq)))
    async for (entry,) in rows:
        if entry.seq != expected:
            problems.append(AuditProblem(entry.seq, f"entry {expected} is missing"))
        if entry.previous_hash != previous:
            problems.append(AuditProblem(entry.seq, "does not follow the entry before it"))
        if entry.payload is not None and _sha256(f"{entry.salt}|{entry.payload}") != entry.payload_hash:
            problems.append(AuditProblem(entry.seq, "the payload was altered"))
        if link_hash(entry.previous_hash, entry.seq, entry.header, entry.payload_hash) != entry.hash:
            problems.append(AuditProblem(entry.seq, "the entry was altered"))
        if unseen.pop(entry.seq, {entry.hash}) != {entry.hash}:
            problems.append(AuditProblem(entry.seq, "does not fit the anchor kept of it"))
        expected, previous = entry.seq + 1, entry.hash
    head = (await session.execute(select(AuditHead.seq, AuditHead.hash))).one_or_none()
    if (head.seq, head.hash) != (expected - 1, previous) if head else expected > 1:
        problems.append(AuditProblem(expected - 1, "the head names another entry: the end is missing"))
    return problems + [missing(seq) for seq in sorted(unseen)]


def missing(seq: int) -> AuditProblem:
    """An entry that only an anchor knows."""
    return AuditProblem(seq, "is missing, and an anchor was kept of it")
