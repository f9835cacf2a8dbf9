"""The staff side of the door: what is said in a staff chat is answered from actions and reports, by code alone."""

from dataclasses import replace
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from actions.inbox import forget_body
from actions.linking import Refusal
from actions.staff_alerts import told_elsewhere
from actions.staff_asks import Asked, FiguresAsked, Found, WorkAsked, answer_staff
from actions.staff_chat import StaffChat, access_staff_chat, link_staff
from bot.door import Door, Showing, Showings
from bot.updates import Incoming
from models.access import staff_actor
from models.session import Change
from models.site import Staff
from protocol.roles import ANSWERS
from protocol.screens import (
    Answer,
    How,
    Reader,
    StaffAdherence,
    StaffAlert,
    StaffHowTo,
    StaffItem,
    StaffWelcome,
    StaffWork,
)
from protocol.taps import Command
from protocol.terms import Channel, Lane, Language
from reports.adherence import adherence_report
from reports.freshness import freshness
from reports.worklist import Row, worklist_report

ON_A_PAGE: Final = 5


async def staff_showings(door: Door, change: Change, read: Incoming) -> Showings | None:
    """What is shown for one update of a staff chat; None for a stranger's."""
    chat = await access_staff_chat(change, Channel.TELEGRAM, str(read.user_id))
    if chat is None:
        return None
    change.actor = staff_actor(await change.session.get_one(Staff, chat.staff_id))
    if isinstance(read.intent, Command) and door.chatter.is_too_much(chat.link_id, change.at):
        return Showings([], read.press)
    found = await answer_staff(Asked(change, chat, door.trial, read.about), read.intent)
    answer = await _read(door, chat, found)
    chat = await access_staff_chat(change, Channel.TELEGRAM, str(read.user_id)) or chat  # in the language just chosen
    if isinstance(answer.screen, StaffHowTo):
        await forget_body(change, read.update_id)
    others = await _told_elsewhere(door, change, chat, answer)
    return Showings([_shown(door, chat, answer, read), *others], read.press)


async def link_staff_chat(
    door: Door, change: Change, read: Incoming, language: Language, token: str
) -> Showings | None:
    """A staff invitation: None where it does not work, so that it is refused as any other; silence after too many."""
    linked = await link_staff(change, Channel.TELEGRAM, str(read.user_id), token, language)
    if linked is Refusal.SILENT:
        return Showings([])
    if linked is Refusal.WRONG:
        return await staff_showings(door, change, replace(read, intent=Command("help")))
    return Showings([_shown(door, linked, Answer(StaffWelcome(linked.name, linked.role)), read)])


async def _told_elsewhere(door: Door, change: Change, chat: StaffChat, answer: Answer) -> list[Showing]:
    """What one has acknowledged or taken, the messages of the others about it say too."""
    alert = answer.screen
    if not isinstance(alert, StaffAlert) or answer.how is not How.EDIT:
        return []
    found = []
    for other, message in await told_elsewhere(change, alert.alert_id, but=chat.link_id):
        screen = replace(alert, read_only=other.role not in ANSWERS)
        wording = door.word(screen, Reader(other.language, other.tz, "", ""), door.trial)
        found.append(Showing(other.chat, wording, message, Lane.REST))
    return found


def _shown(door: Door, chat: StaffChat, answer: Answer, read: Incoming) -> Showing:
    reader = Reader(chat.language, chat.tz, "", "")
    into = read.message if answer.how is How.EDIT and read.press else ""
    return Showing(str(read.chat_id), door.word(answer.screen, reader, door.trial), into, Lane.REPLY)


async def _read(door: Door, chat: StaffChat, found: Found) -> Answer:
    """What needs a report to be read for it."""
    if isinstance(found, WorkAsked):
        return Answer(await _work(door, chat, found.page), found.how)
    if isinstance(found, FiguresAsked):
        return Answer(await _figures(door, found.participant_code))
    return found


async def _work(door: Door, chat: StaffChat, page: int) -> StaffWork:
    """One page of the worklist of this chat's site; a page beyond the last one is the last one."""
    work = await worklist_report(door.store, door.trial, as_of=door.now(), site=chat.site_code)
    pages = max(1, -(-len(work.rows) // ON_A_PAGE))
    page = min(page, pages)
    shown = work.rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    return StaffWork(work.as_of, tuple(_item(row) for row in shown), page, pages)


def _item(row: Row) -> StaffItem:
    return StaffItem(row.code, row.why, row.since, row.alert_id, row.level, row.kind, row.times, row.acknowledged_by)


async def _figures(door: Door, code: str) -> StaffAdherence:
    """As the report has them, up to where the study has been told; without figures where it cannot be asked."""
    at = door.now()
    try:
        report = await adherence_report(door.study, door.trial, as_of=at, code=code)
    except (SQLAlchemyError, OSError):
        return StaffAdherence(code, 0, None, None, None, 0, 0, None)
    figures = report.rows[0].counted.figures if report.rows else {}
    told = await freshness(door.store, as_of=at)

    def number(key: str) -> float | None:
        found = figures.get(key)
        return None if found is None else float(found)

    return StaffAdherence(
        participant_code=code,
        scheduled=int(number("scheduled") or 0),
        reported=number("taking_reported"),
        at_least=number("taking_lower"),
        at_most=number("taking_upper"),
        unreported=int(number("unreported") or 0),
        not_asked=int(number("not_asked") or 0),
        synced_to=told.synced_to,
    )
