"""Handlers: one read update becomes one effect, and the answers to show for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, select

from actions.alerts import open_alert
from actions.conversation import answer
from actions.facts import locked_participant
from actions.hearing import Heard
from actions.inbox import begin, finish
from actions.linking import Refusal, link_chat
from actions.staff_chat import access_staff_chat, is_staff_token, note_refusal
from bot.door import Door, Showing, Showings
from bot.held_messages import held_messages
from bot.staff_desk import link_staff_chat, staff_showings
from bot.updates import Ignored, Incoming, Membership
from models.chat_access import Chat, access_chat, open_chat
from models.identity import ChatLink
from models.prompt import Prompt
from models.session import Actor, Change
from models.site import Site
from models.statements import Statement
from models.tables import table_of
from protocol.screens import Answer, Emergency, How, InvitationRefused, Reader, Recorded
from protocol.taps import Command, Intent, Typed
from protocol.terms import AlertKind, Channel, Lane, Language, LinkRole, PromptState

READ = Incoming | Membership | Ignored

_SITE: Final = table_of(Site)
_LINK: Final = table_of(ChatLink)
_PROMPT: Final = table_of(Prompt)
_CONTACT: Final = Statement(
    select(_SITE.c.contact_name, _SITE.c.contact_phone).where(_SITE.c.code == bindparam("site"))
)
_DELIVERED: Final = Statement(
    select(_PROMPT.c.message, _LINK.c.id, _LINK.c.chat)
    .join_from(_PROMPT, _LINK, _LINK.c.id == _PROMPT.c.link_id)
    .where(
        _PROMPT.c.dose_id == bindparam("dose"),
        _PROMPT.c.state == PromptState.DELIVERED,
        _LINK.c.unlinked_at.is_(None),
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
        await begin(change, read.update_id, worker=door.worker)
        await finish(change, read.update_id, worker=door.worker, ignored=read.reason)
    return Showings([], read.press)


async def _incoming(door: Door, read: Incoming) -> Showings:
    user = str(read.user_id)
    async with door.store.change(at=door.now(), actor=Actor("participant", "chat")) as change:
        await begin(change, read.update_id, worker=door.worker)
        chat = await access_chat(change, Channel.TELEGRAM, user)
        token = _invitation(read.intent)
        ignored = ""
        if token:
            showings = await _link(door, change, read, token)
        elif chat is None:
            staff = await staff_showings(door, change, read)  # looked for only where no participant speaks
            showings, ignored = staff or Showings([], read.press), "" if staff else "stranger"
        else:
            change.actor = Actor(_actor_kind(chat), chat.link_id)
            showings = await _answer(door, change, chat, read)
        kept = showings.text() if showings.items else None
        await finish(change, read.update_id, worker=door.worker, answers=kept, ignored=ignored)
    _remember(door, read.user_id, showings.reader)
    return showings


def _remember(door: Door, user_id: int, reader: Reader | None) -> None:
    """For the alarm, once it is committed: who reads in this chat, or that it is a stranger's."""
    if reader is None:
        door.known.forget(user_id)
    else:
        door.known.remember(user_id, reader)


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
        chatter=door.chatter,
    )


async def _answer(door: Door, change: Change, chat: Chat, read: Incoming) -> Showings:
    heard = await _heard(door, change, chat, read)
    intent = door.read(read.intent.text) if isinstance(read.intent, Typed) else read.intent
    answers = await answer(heard, intent)
    reader = await reader_of(heard)
    shown = [_worded(door, item, reader, read) for item in answers]
    shown += await _other_messages(door, heard, answers, reader, read)
    return Showings(shown + await held_messages(door, heard, reader), read.press, reader)


async def _other_messages(
    door: Door, heard: Heard, answers: Sequence[Answer], reader: Reader, read: Incoming
) -> list[Showing]:
    """Every other message about a dose that is recorded now says so too: no open button invites a second dose."""
    recorded = [item.screen for item in answers if isinstance(item.screen, Recorded)]
    if not recorded:
        return []
    rows = await heard.change.rows(_DELIVERED, dose=recorded[0].dose.dose_id)
    others = [row for row in rows if row.message and (row.id, row.message) != (heard.chat.link_id, read.message)]
    if not others:
        return []
    wording = door.word(recorded[0], reader, door.trial)
    return [Showing(open_chat(door.store.vault, row.id, row.chat), wording, row.message, Lane.REST) for row in others]


async def reader_of(heard: Heard) -> Reader:
    """Who reads the answer."""
    (contact,) = await heard.change.rows(_CONTACT, site=heard.participant.site_code)
    return Reader(heard.participant.language, heard.participant.wall.key, contact.contact_name, contact.contact_phone)


def _worded(door: Door, item: Answer, reader: Reader, read: Incoming) -> Showing:
    wording = door.word(item.screen, reader, door.trial)
    into = read.message if item.how is How.EDIT and read.press else ""
    if item.keyboard and not wording.buttons and not into:
        wording = replace(wording, keyboard=door.keyboard(reader.language))
    emergency = isinstance(item.screen, Emergency)
    return Showing(str(read.chat_id), wording, into, Lane.ALERT if emergency else Lane.REPLY, emergency)


async def _link(door: Door, change: Change, read: Incoming, token: str) -> Showings:
    """An invitation: one polite text for a wrong, used or ended one, and silence after too many."""
    if is_staff_token(token):
        return await link_staff_chat(door, change, read, _guess(read.language_code), token) or _refused(door, read)
    linked = await link_chat(change, Channel.TELEGRAM, str(read.user_id), token)
    if linked is Refusal.SILENT:
        return Showings([])
    if linked is Refusal.WRONG:
        known = await access_chat(change, Channel.TELEGRAM, str(read.user_id))
        if known is not None:  # an own link tapped twice: where we are, not a refusal
            return await _answer(door, change, known, replace(read, intent=Command("start")))
        return await staff_showings(door, change, replace(read, intent=Command("help"))) or _refused(door, read)
    chat = Chat(linked.id, linked.participant_id, linked.role, accepted=False, refused=False)
    change.actor = Actor(_actor_kind(chat), chat.link_id)
    return await _answer(door, change, chat, replace(read, intent=Command("start")))


def _refused(door: Door, read: Incoming) -> Showings:
    reader = Reader(_guess(read.language_code), "UTC", "", "")
    return Showings([Showing(str(read.chat_id), door.word(InvitationRefused(), reader, door.trial))])


def _guess(language_code: str) -> Language:
    return Language.ZH if language_code.lower().startswith("zh") else Language.EN


async def _membership(door: Door, read: Membership) -> Showings:
    """The chat blocked us, or lets us in again."""
    async with door.store.change(at=door.now()) as change:
        await begin(change, read.update_id, worker=door.worker)
        chat = await access_chat(change, Channel.TELEGRAM, str(read.user_id))
        if chat is not None:
            await _note_membership(change, chat, read.blocked)
        elif (staff := await access_staff_chat(change, Channel.TELEGRAM, str(read.user_id))) is not None:
            await note_refusal(change, staff.link_id, refused=read.blocked)
        await finish(change, read.update_id, worker=door.worker)
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
