"""Members of staff with a phone: how a story links their chats, and what it looks at afterwards."""

from datetime import time

from sqlmodel import select

from actions.alerts import open_alert
from actions.facts import participant_by_code
from actions.staff_chat import invite_staff
from emulator.views import MessageView
from models.alert import Alert
from models.ledger import AuditEntry
from models.site import Staff
from models.staff_chat import StaffLink, StaffMessage
from protocol.terms import AlertKind, Language
from tests.stories.stage import OPERATOR, SHANGHAI, Member, Stage

PLEASE = "请您明天来之前先打个电话。"
UNKNOWN_ALERT = "k2v8w4hbz9qd5m7t"


class Colleague(Member):
    """A member of staff with a phone."""

    __slots__ = ()

    async def reply(self, text: str, to: MessageView) -> None:
        self.stage.emulator.phone.send_text(self.user, text, to.id)
        await self.stage.settle()


async def invited(stage: Stage, name: str) -> str:
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        staff = (await change.session.scalars(select(Staff).where(Staff.name == name))).one()
        return (await invite_staff(change, staff)).token


async def colleague(stage: Stage, name: str, user: int) -> Colleague:
    """Their chat is linked."""
    one = phone(stage, user)
    await opens(one, await invited(stage, name))
    return one


def phone(stage: Stage, user: int) -> Colleague:
    stage.emulator.phone.create_user("zh-hans", "Somebody", user, tz=SHANGHAI)
    return Colleague(stage, "", user, Language.ZH, SHANGHAI, time(8))


async def opens(member: Member, token: str) -> None:
    member.stage.emulator.phone.start(member.user, token)
    await member.stage.settle()


async def living(stage: Stage) -> list[str]:
    """Whose chats are linked."""
    async with stage.system.store.read() as session:
        query = select(Staff.name).join(StaffLink).where(StaffLink.unlinked_at == None)  # noqa: E711
        return sorted(await session.scalars(query))


async def alarmed(stage: Stage, code: str = "017") -> Alert:
    """An alert about this participant is open."""
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        return await open_alert(change, AlertKind.FEELS_UNWELL, await participant_by_code(change, code))


async def staff_messages(stage: Stage) -> list[StaffMessage]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(StaffMessage)))


async def actions_of(stage: Stage, name: str) -> list[str]:
    async with stage.system.store.read() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.actor == f"staff:{name}"))
        return [row.action for row in rows]


def said(one: Member, count: int) -> list[str]:
    return [message.text for message in one.messages()[count:]]
