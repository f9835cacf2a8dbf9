"""Handlers: one read update becomes one effect, and the answers to show for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select

from actions.alerts import open_alert
from actions.conversation import answer
from actions.entry import STEPS, question_screen
from actions.facts import locked_participant
from actions.hearing import Heard, open_question
from actions.inbox import finish
from actions.linking import Refusal, link_chat
from actions.menu import today
from bot.door import Door, Showing, Showings
from bot.updates import Ignored, Incoming, Membership
from models.chat_access import Chat, access_chat, open_chat
from models.identity import ChatLink
from models.prompt import Prompt
from models.session import Actor, Change
from models.site import Site
from protocol.screens import Answer, How, InvitationRefused, Reader, Recorded, Unwell
from protocol.taps import Command, Intent, Typed
from protocol.terms import AlertKind, Channel, Lane, Language, LinkRole, PromptState

READ = Incoming | Membership | Ignored

_DELIVERED: Final = (
    select(Prompt.message, ChatLink.id, ChatLink.chat)
    .join(ChatLink, col(ChatLink.id) == col(Prompt.link_id))
    .where(
        Prompt.dose_id == bindparam("dose"),
        Prompt.state == PromptState.DELIVERED,
        col(ChatLink.unlinked_at).is_(None),
    )
)


async def handle(door: Door, read: READ) -> Showings:
    """The effect and "done" in one transaction; what is to be shown comes back, and is kept beside the update."""
    if isinstance(read, Ignored):
        return await _ignore(door, read)
    if isinstance(read, Membership):
        return await _membership(door, read)
    return await _incoming(door, read)


async def _ignore(door: Door, read: Ignored) -> Showings:
    async with door.store.change(at=door.now()) as change:
        await finish(change, read.update_id, ignored=read.reason)
    return Showings([], read.press)


async def _incoming(door: Door, read: Incoming) -> Showings:
    user = str(read.user_id)
    async with door.store.change(at=door.now(), actor=Actor("participant", "chat")) as change:
        chat = await access_chat(change.session, door.store.vault, Channel.TELEGRAM, user)
        token = _invitation(read.intent)
        if token:
            showings = await _link(door, change, read, token)
        elif chat is None:
            await finish(change, read.update_id, ignored="stranger")
            return Showings([], read.press)
        else:
            change.actor = Actor(_actor_kind(chat), chat.link_id)
            showings = await _answer(door, change, chat, read)
        kept = showings.text() if showings.items else None
        await finish(change, read.update_id, answers=kept)
    return showings


def _actor_kind(chat: Chat) -> str:
    return "helper" if chat.role is LinkRole.HELPER else "participant"


def _invitation(intent: Intent) -> str:
    return intent.argument if isinstance(intent, Command) and intent.name == "start" else ""


async def _heard(door: Door, change: Change, chat: Chat, read: Incoming) -> Heard:
    return Heard(
        change=change,
        chat=chat,
        participant=await locked_participant(change, chat.participant_id),
        trial=door.trial,
        cause_key=f"telegram:{read.update_id}",
        said_at=min(read.sent_at or change.at, change.at),
    )


async def _answer(door: Door, change: Change, chat: Chat, read: Incoming) -> Showings:
    heard = await _heard(door, change, chat, read)
    intent = door.read(read.intent.text) if isinstance(read.intent, Typed) else read.intent
    if isinstance(intent, Command) and intent.name == "start":
        answers = [await _where_we_are(heard)]
    else:
        answers = await answer(heard, intent)
    reader = await reader_of(heard)
    shown = [_worded(door, item, reader, read) for item in answers]
    return Showings(shown + await _other_messages(door, heard, answers, reader, read), read.press)


async def _other_messages(
    door: Door, heard: Heard, answers: Sequence[Answer], reader: Reader, read: Incoming
) -> list[Showing]:
    """Every other message about a dose that is recorded now says so too: no open button invites a second dose."""
    recorded = [item.screen for item in answers if isinstance(item.screen, Recorded)]
    if not recorded:
        return []
    rows = await heard.change.session.execute(_DELIVERED, {"dose": recorded[0].dose.dose_id})
    others = [row for row in rows if row.message and (row.id, row.message) != (heard.chat.link_id, read.message)]
    if not others:
        return []
    wording = door.word(recorded[0], reader, door.trial)
    return [Showing(open_chat(door.store.vault, row.id, row.chat), wording, row.message, Lane.REST) for row in others]


async def _where_we_are(heard: Heard) -> Answer:
    """`/start` without an invitation: the open question of entry, else today."""
    question = await open_question(heard)
    if question is not None and question.question in STEPS:
        return Answer(question_screen(heard, question.question))
    return Answer(await today(heard), keyboard=True)


async def reader_of(heard: Heard) -> Reader:
    """Who reads the answer."""
    site = await heard.change.session.get_one(Site, heard.participant.site_code)
    return Reader(heard.participant.language, heard.participant.tz, site.contact_name, site.contact_phone)


def _worded(door: Door, item: Answer, reader: Reader, read: Incoming) -> Showing:
    wording = door.word(item.screen, reader, door.trial)
    into = read.message if item.how is How.EDIT and read.press else ""
    if item.keyboard and not wording.buttons and not into:
        wording = replace(wording, keyboard=door.keyboard(reader.language))
    lane = Lane.ALERT if isinstance(item.screen, Unwell) else Lane.REPLY
    return Showing(str(read.chat_id), wording, into, lane)


async def _link(door: Door, change: Change, read: Incoming, token: str) -> Showings:
    """An invitation: one polite text for a wrong, used or ended one, and silence after too many."""
    linked = await link_chat(change, Channel.TELEGRAM, str(read.user_id), token)
    if linked is Refusal.SILENT:
        return Showings([])
    if linked is Refusal.WRONG:
        known = await access_chat(change.session, door.store.vault, Channel.TELEGRAM, str(read.user_id))
        if known is not None:  # an own link tapped twice: where we are, not a refusal
            return await _answer(door, change, known, replace(read, intent=Command("start")))
        reader = Reader(_guess(read.language_code), "UTC", "", "")
        return Showings([Showing(str(read.chat_id), door.word(InvitationRefused(), reader, door.trial))])
    chat = Chat(linked.id, linked.participant_id, linked.role, accepted=False, refused=False)
    change.actor = Actor(_actor_kind(chat), chat.link_id)
    return await _answer(door, change, chat, replace(read, intent=Command("start")))


def _guess(language_code: str) -> Language:
    return Language.ZH if language_code.lower().startswith("zh") else Language.EN


async def _membership(door: Door, read: Membership) -> Showings:
    """The chat blocked us, or lets us in again."""
    async with door.store.change(at=door.now()) as change:
        chat = await access_chat(change.session, door.store.vault, Channel.TELEGRAM, str(read.user_id))
        if chat is not None:
            await _note_membership(change, chat, read.blocked)
        await finish(change, read.update_id)
    return Showings([])


async def _note_membership(change: Change, chat: Chat, blocked: bool) -> None:  # noqa: FBT001
    link = await change.session.get_one(ChatLink, chat.link_id)
    link.refused_at = change.at if blocked else None
    if chat.role is not LinkRole.OWN:
        return
    participant = await locked_participant(change, chat.participant_id)
    participant.unreachable_at = change.at if blocked else None
    change.audit(
        "chat_refused" if blocked else "chat_open_again", "participant", participant.id, participant_id=participant.id
    )
    change.owe(participant, participant_id=participant.id)
    if blocked:
        await open_alert(change, AlertKind.UNREACHABLE, participant)
