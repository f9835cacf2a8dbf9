"""How an action on a participant goes: a form, a look at what it will do and send, then the deed; without scripts too.

The look is the deed itself in a transaction that is taken back, so what is then sent equals what was shown. It holds
for the participant's record as it stood: when anything of it has changed since, the look is shown anew.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from gettext import NullTranslations
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.facts import chat_may_be_written_to, locked_participant
from messages.text import catalogue
from models.access import AccessDeniedError, SignedIn, access_participant
from models.ledger import AuditEntry
from models.participant import Participant
from models.session import Change, sha256
from protocol.moments import local_date
from protocol.terms import Language
from web.cookies import language_of
from web.dates import Dates
from web.day_words import DayWords
from web.deed_groups import DeedGroup
from web.deed_words import DeedWords
from web.desk import Desk, desk_of, signed_in
from web.effects import NOTHING, Effects, Standing, effects, standing
from web.errors import refusal
from web.forms import check_token, typed_of
from web.permissions import Permission
from web.refusal_words import RefusalWords
from web.rendering import form_token, frame_of, render, zone_of
from web.sight import note_reading
from web.words import Words

SURE: Final = "sure"  # empty: look at it; AGAIN: back to the form; else the mark of the look that was seen
AGAIN: Final = "again"
READS: Final = (
    "read_participant",
    "read_participant_refused",
    "read_day",
    "read_visit_sheet",
    "read_visits",
    "read_narratives",
    "look_at_photo",
)

Translate: TypeAlias = Callable[[str], str]


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    CHOICE = "choice"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `options`: value and label; `value` is what it is filled with before anybody types."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    required: bool = True
    least: str = ""
    most: str = ""

    def shown(self, value: str) -> str:
        """A value as people read it."""
        return dict(self.options).get(value, value)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; with a title they are one row, as the answers about one day."""

    fields: tuple[Field, ...]
    title: str = ""
    note: str = ""
    text: str = ""  # sealed words that the reader may see; reading them is audited by whoever put them here


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks about whom, when, and in which language."""

    desk: Desk
    who: SignedIn
    one: Participant | None  # None: the action is about nobody who takes part yet
    tz: str  # theirs, or that of the reader's site
    language: Language
    texts: NullTranslations
    at: datetime

    @property
    def person(self) -> Participant:
        """Whom the action is about."""
        if self.one is None:
            raise RuntimeError("this action is about nobody")
        return self.one

    @property
    def say(self) -> Translate:
        return self.texts.gettext

    @property
    def words(self) -> Words:
        return Words(self.texts)

    @property
    def dates(self) -> Dates:
        return Dates(self.language)

    @property
    def today(self) -> date:
        """The day on the participant's wall."""
        return local_date(self.at, ZoneInfo(self.tz))


class WrongError(ValueError):
    """What was typed cannot be so; `field` is where, empty for all of it. The message is in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


Form: TypeAlias = Sequence[Group]
Typed: TypeAlias = Mapping[str, str]
AsksFor: TypeAlias = Callable[[Asking], Awaitable[Form]]
Does: TypeAlias = Callable[[Change, Asking, Typed], Awaitable[object]]
Shows: TypeAlias = Callable[[Request, Asking, Any], Awaitable[Response | None]]
"""The page after a deed, of what it made: for what is shown once, as an invitation."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One action. `do` writes; it raises WrongError for the reader, or one of `refusals` with a sentence in English."""

    name: str
    permission: Permission
    form: AsksFor
    do: Does
    group: DeedGroup
    refusals: tuple[type[Exception], ...] = ()
    proven: bool = False
    offered: Callable[[Participant], bool] = lambda _person: True
    of_a_person: bool = True
    shows: Shows | None = None
    notes: Callable[[Asking, Any], Sequence[str]] | None = None  # what a look says besides, of what was made
    state: Callable[[Change, Typed], Awaitable[str]] | None = None  # of nobody: what a look of it stands on

    @property
    def path(self) -> str:
        return f"/participants/{{code}}/{self.name}" if self.of_a_person else f"/{self.name}"

    def back_to(self, asking: Asking) -> str:
        """Where this action was chosen."""
        return f"/participants/{quote(asking.person.code)}" if self.of_a_person else "/participants"


@dataclass(frozen=True, slots=True)
class Look:
    """What the deed would do: the fields as people read them, what changes, and the mark that it was seen."""

    values: Sequence[tuple[str, str]]
    effects: Effects
    reached: bool  # a chat tells them; else somebody calls
    mark: str
    notes: Sequence[str] = ()


class _TakeBackError(Exception):
    """Ends a transaction of which nothing may stay."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of it: a look, or what stands in the way; `done` where it stays, with what it made."""

    look: Look | None = None
    done: bool = False
    made: Any = None
    wrong: WrongError | None = None
    refused: str = ""


def page_of(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    """The form, filled with what is usual."""
    return partial(_show, deed)


def form_of_deed(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    """Takes the form: the look first, the deed when the look was seen."""
    return partial(_take, deed)


async def _show(deed: Deed, request: Request) -> Response:
    asking = await _asking(deed, request)
    if asking is None:
        return refusal(request, 404)
    if one := asking.one:
        await note_reading(request, "read_participant", "participant", one.id, participant_id=one.id)
    form = await deed.form(asking)
    typed = {field.name: field.value for group in form for field in group.fields}
    typed |= {name: value for name, value in request.query_params.items() if name in typed}
    return await _page(request, deed, asking, form, typed, _Result())


async def _take(deed: Deed, request: Request) -> Response:
    await check_token(request)
    asking = await _asking(deed, request)
    if asking is None:
        return refusal(request, 404)
    form = await deed.form(asking)
    names = [field.name for group in form for field in group.fields]
    typed = await typed_of(request, SURE, *names)
    sure, typed = typed[SURE], {name: typed[name].strip() for name in names}
    if sure == AGAIN:
        return await _page(request, deed, asking, form, typed, _Result())
    result = _empty(asking, form, typed) or await _done(deed, asking, form, typed, sure)
    if result.done:
        shown = await deed.shows(request, asking, result.made) if deed.shows else None
        return shown or RedirectResponse(f"{deed.back_to(asking)}?told={quote(deed.name, safe='')}", 303)
    status = 200 if result.look else 422
    return await _page(request, deed, asking, form, typed, result, status=status, stale=bool(sure and result.look))


def _empty(asking: Asking, form: Form, typed: Typed) -> _Result | None:
    for field in (field for group in form for field in group.fields):
        if field.required and not typed[field.name]:
            return _Result(wrong=WrongError(field.name, asking.say("Fill this in.")))
        if field.kind is FieldKind.CHOICE and typed[field.name] not in dict(field.options):
            raise HTTPException(422)
    return None


async def _done(deed: Deed, asking: Asking, form: Form, typed: Typed, sure: str) -> _Result:
    """Of all but the last of its results nothing has stayed."""
    result = _Result()
    try:
        async with asking.desk.store.change(at=asking.at, actor=asking.who.actor) as change:
            one = await locked_participant(change, asking.person.id) if asking.one else None
            mark = await _mark(change, deed, asking, typed)
            before = await standing(change, one.id) if one else NOTHING
            made = await deed.do(change, replace(asking, one=one), typed)
            if sure != mark:
                await change.flush()
                reached = one is not None and await chat_may_be_written_to(change, one.id)
                after = await standing(change, one.id) if one else NOTHING
                look = _look(form, typed, before, after, mark, reached=reached)
                notes = deed.notes(asking, made) if deed.notes else ()
                result = _Result(replace(look, notes=notes))
                raise _TakeBackError  # noqa: TRY301  leaves the transaction, which nothing else takes back
    except _TakeBackError:
        return result
    except WrongError as error:
        return _Result(wrong=error)
    except deed.refusals as error:
        return _Result(refused=str(error))
    return _Result(done=True, made=made)


def _look(form: Form, typed: Typed, before: Standing, after: Standing, mark: str, *, reached: bool) -> Look:
    fields = [(group, field) for group in form for field in group.fields if field.kind is not FieldKind.HIDDEN]
    values = [
        (f"{group.title} · {field.label}" if group.title else field.label, field.shown(typed[field.name]))
        for group, field in fields
        if typed[field.name]
    ]
    return Look(values, effects(before, after), reached, mark)


async def _mark(change: Change, deed: Deed, asking: Asking, typed: Typed) -> str:
    """Binds the look to this session, these values, and the participant's record as the audit chain has it."""
    if deed.state is not None:
        stands = await deed.state(change, typed)
    else:
        of_theirs = (AuditEntry.participant_id == asking.person.id, col(AuditEntry.action).not_in(READS))
        stands = str(await change.session.scalar(select(func.max(AuditEntry.seq)).where(*of_theirs)))
    said = [form_token(asking.desk, asking.who), deed.name, asking.one.id if asking.one else "", stands]
    return sha256("\n".join([*said, *(f"{name}={typed[name]}" for name in sorted(typed))]))


async def _asking(deed: Deed, request: Request) -> Asking | None:
    """None: there is no such participant for this reader."""
    desk, who = desk_of(request), signed_in(request)
    one = None
    if deed.of_a_person:
        async with desk.store.read() as session:
            try:
                one = await access_participant(session, who.actor, request.path_params["code"])
            except AccessDeniedError:
                return None
    tz = one.tz if one else await zone_of(desk, who)
    language = language_of(request, who)
    return Asking(desk, who, one, tz, language, catalogue(language), desk.now())


async def _page(
    request: Request,
    deed: Deed,
    asking: Asking,
    form: Form,
    typed: Typed,
    result: _Result,
    *,
    status: int = 200,
    stale: bool = False,
) -> Response:
    page: Response = render(
        request,
        "asking.html",
        status=status,
        frame=await frame_of(request),
        deed=deed,
        person=asking.one,
        tz=asking.tz,
        back=deed.back_to(asking),
        form=form,
        typed=typed,
        result=result,
        stale=stale,
        deed_words=DeedWords(asking.texts),
        says=DayWords(asking.texts),
        refused=RefusalWords(asking.texts, asking.desk.trial, asking.language).lines(result.refused),
    )
    return page
