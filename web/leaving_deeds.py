"""How a part ends, as actions of the pages: each end by its own word, and the newest of them taken back."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final

from actions.channel import reach_by_phone
from actions.disposition import DispositionError, complete, lose, record_death, withdraw, withdraw_consent
from actions.enrolment import unlink
from actions.read_backs import OrderError
from actions.returning import take_back
from models.participant import Participant
from models.session import Change
from protocol.disposition import OF_ONE_END, DispositionReason
from protocol.standing import has_left
from protocol.terms import Channel, ParticipantState
from web.asking import Asking, AsksFor, Deed, Does, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed, reason_field
from web.deed_groups import DeedGroup
from web.ending_words import EndingWords
from web.permissions import Permission

REFUSALS: Final = (DispositionError, OrderError, ValueError)
ON_A_DAY: Final = ("completed", "died")


def _form(name: str) -> AsksFor:
    async def form(asking: Asking) -> Form:
        say, words = asking.say, EndingWords(asking.texts)
        on = Field("on", say("On"), FieldKind.DATE, value=asking.today.isoformat())
        reasons = tuple((one.value, words.reason(one)) for one in DispositionReason if one not in OF_ONE_END)
        because = Field("because", say("Because of"), FieldKind.CHOICE, options=reasons)
        first = {"completed": (on,), "died": (on,), "withdrew": (because,)}.get(name, ())
        return [Group((*first, reason_field(asking)))]

    return form


def _past(asking: Asking, typed: Typed) -> date:
    on = day_typed(asking, typed, "on")
    if on > asking.today:
        raise WrongError("on", asking.say("This day lies ahead."))
    return on


async def _completed(change: Change, asking: Asking, typed: Typed) -> None:
    on = _past(asking, typed)
    await complete(change, asking.person, on, typed["reason"], asking.who.staff, asking.desk.trial)


async def _lost(change: Change, asking: Asking, typed: Typed) -> None:
    await lose(change, asking.person, typed["reason"], asking.who.staff, asking.desk.trial)


async def _withdrew(change: Change, asking: Asking, typed: Typed) -> None:
    code = DispositionReason(typed["because"])
    await withdraw(change, asking.person, typed["reason"], asking.who.staff, asking.desk.trial, code)


async def _consent(change: Change, asking: Asking, typed: Typed) -> None:
    await withdraw_consent(change, asking.person, typed["reason"], asking.who.staff, asking.desk.trial)


async def _died(change: Change, asking: Asking, typed: Typed) -> None:
    on, trial = _past(asking, typed), asking.desk.trial
    await record_death(change, asking.person, on, asking.who.staff, trial, reason=typed["reason"])


async def _taken_back(change: Change, asking: Asking, typed: Typed) -> None:
    await take_back(change, asking.person, typed["reason"], asking.who.staff, asking.desk.trial)


async def _unlink(change: Change, asking: Asking, typed: Typed) -> None:
    if not await unlink(change, asking.person, typed["reason"], asking.desk.trial):
        raise WrongError("", asking.say("No chat is linked to this participant."))


async def _by_phone(change: Change, asking: Asking, typed: Typed) -> None:
    await reach_by_phone(change, asking.person, typed["reason"], asking.desk.trial)


def _takes_part(person: Participant) -> bool:
    return not has_left(person.state)


def _in_a_chat(person: Participant) -> bool:
    return _takes_part(person) and person.channel is not Channel.PHONE


def _has_ended(person: Participant) -> bool:
    return person.state in (
        ParticipantState.COMPLETED, ParticipantState.LOST, ParticipantState.WITHDRAWN, ParticipantState.DIED,
    )  # fmt: skip


def _may_die(person: Participant) -> bool:
    return person.state is not ParticipantState.DIED


Do = Callable[[Change, Asking, Typed], Awaitable[None]]


def _deed(
    name: str, group: DeedGroup, do: Does, offered: Callable[[Participant], bool], who: Permission = Permission.ENROL
) -> Deed:
    return Deed(name, who, _form(name), do, group, REFUSALS, offered=offered, proven=who is Permission.SIGN)


CHAT, END = DeedGroup.CHAT, DeedGroup.END
LEAVING_DEEDS: Final = (
    _deed("unlink", CHAT, _unlink, _in_a_chat),
    _deed("by-phone", CHAT, _by_phone, _in_a_chat),
    _deed("completed", END, _completed, _takes_part),
    _deed("lost", END, _lost, _takes_part),
    _deed("withdrew", END, _withdrew, _takes_part),
    _deed("consent-withdrawn", END, _consent, _may_die),
    _deed("died", END, _died, _may_die),
    _deed("take-back", END, _taken_back, _has_ended, Permission.SIGN),
)
