"""What a story looks at besides the phone: the words of a screen, the study's rows, kept messages, the audit chain."""

import json
from typing import Any

from sqlmodel import col, select

from actions.enrolment import invite
from actions.facts import participant_by_code
from messages.screens import word
from models.audit import AuditProblem, audit_problems
from models.dose import DoseOrderRow
from models.identity import ChatLink, ParticipantMessage
from models.ledger import AuditEntry
from models.participant import Consent
from models.prompt import Prompt
from models.session import Actor
from models.study.day import StudyParticipantDay
from models.study.sums import StudyParticipantAdherence
from protocol.screens import Reader, Screen
from protocol.terms import PromptKind, PromptState
from protocol.trial import Texts, Trial
from tests.stories.stage import Member, Stage


def trial_of(member: Member) -> Trial:
    return member.stage.system.trial


def reads(member: Member, screen: Screen) -> str:
    """What this member reads where this screen is shown."""
    reader = Reader(member.language, member.tz, "研究团队", "010-69150000")
    return word(screen, reader, trial_of(member)).text


def approved(member: Member, texts: Texts) -> str:
    """An approved text in this member's language."""
    return texts[member.language].strip()


async def study_rows(stage: Stage, table: Any, code: str = "017") -> list[Any]:
    """The rows of a study table, after everything owed has arrived there."""
    await stage.sync()
    async with stage.system.study.read() as session:
        return list(await session.scalars(select(table).where(table.participant_code == code)))


async def study_days(stage: Stage, code: str = "017") -> list[StudyParticipantDay]:
    return sorted(await study_rows(stage, StudyParticipantDay, code), key=lambda day: day.ordinal)


async def study_sums(stage: Stage, code: str = "017") -> StudyParticipantAdherence:
    rows: list[StudyParticipantAdherence] = await study_rows(stage, StudyParticipantAdherence, code)
    return rows[0]


async def consents(stage: Stage, code: str = "017") -> list[Consent]:
    return await _of(stage, Consent, code, col(Consent.recorded_at))


async def links(stage: Stage, code: str = "017") -> list[ChatLink]:
    return await _of(stage, ChatLink, code, col(ChatLink.linked_at))


async def orders(stage: Stage, code: str = "017") -> list[DoseOrderRow]:
    return await _of(stage, DoseOrderRow, code, col(DoseOrderRow.version))


async def kept_messages(stage: Stage, code: str = "017") -> list[ParticipantMessage]:
    return await _of(stage, ParticipantMessage, code, col(ParticipantMessage.received_at))


def opened(stage: Stage, message: ParticipantMessage) -> str:
    """The words of a sealed message."""
    return stage.vault.open(f"participant_message.body/{message.id}", message.body)


async def _of(stage: Stage, table: Any, code: str, order: Any) -> list[Any]:
    participant = await stage.participant(code)
    async with stage.system.store.read() as session:
        rows = await session.scalars(select(table).where(table.participant_id == participant.id).order_by(order))
        return list(rows)


async def delivered(stage: Stage, *kinds: PromptKind, code: str = "017") -> list[Prompt]:
    """The prompts of these kinds that reached the phone, in order."""
    return [
        prompt for prompt in await stage.prompts(code) if prompt.state is PromptState.DELIVERED and prompt.kind in kinds
    ]


async def invitation(stage: Stage, code: str = "017") -> str:
    """One more link for the participant's own chat; the earlier unused one ends."""
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        return (await invite(change, await participant_by_code(change, code))).token


async def audited(stage: Stage, action: str, code: str = "017") -> list[dict[str, Any]]:
    """What the audit says of one action about a participant, in order."""
    entries = await _of(stage, AuditEntry, code, col(AuditEntry.seq))
    return [json.loads(entry.payload) for entry in entries if entry.action == action]


async def chain_problems(stage: Stage) -> list[AuditProblem]:
    async with stage.system.store.read() as session:
        return await audit_problems(session)
