"""A clinic without a telephone line: the store, the scheduler's loops and one participant, on a clock of its own."""

import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from actions.conversation import answer
from actions.duty import cover_all_hours
from actions.enrolment import (
    DEMO,
    STORE_KIND,
    Person,
    enrol,
    invite,
    record_eligibility,
    record_paper_consent,
)
from actions.facts import participant_by_code
from actions.hearing import Heard
from actions.linking import link_chat
from actions.sites import add_site
from messages.courier import Wording
from messages.screens import word
from messages.typed_answers import read_typed
from models.chat_access import access_chat
from models.inbox import Note
from models.protocol_file import load_trial
from models.session import Actor, Change, Store
from models.site import Staff
from models.vault import Keys, Vault
from protocol.screens import Answer, How, Reader
from protocol.taps import Intent, Tap, Verb
from protocol.terms import Channel, FoodMode, Lane, Language, Purpose, Role
from scheduler.prompts import Post
from scheduler.ticks import housekeeping_tick, plan_tick, send_tick, settle_tick
from tests.postgres import fresh_store_url

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
LI = Actor("staff", "li")
CODE, USER = "017", "1001"
TRIAL = load_trial(None)
LONGEST_STEP = timedelta(hours=6)


@dataclass(slots=True)
class Bubble:
    """One message on the participant's phone."""

    number: int
    wording: Wording

    def taps(self) -> list[Tap]:
        return [button.tap for row in self.wording.buttons for button in row]


class Phone:
    """A courier that never fails: what was sent last stands on the phone."""

    def __init__(self) -> None:
        self.bubbles: list[Bubble] = []

    async def send(
        self,
        chat: str,
        wording: Wording,
        *,
        lane: Lane,
        silent: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> str:
        del chat, lane, silent, in_time
        self.bubbles.append(Bubble(len(self.bubbles) + 1, wording))
        return str(len(self.bubbles))

    async def edit(self, chat: str, message: str, wording: Wording, *, lane: Lane) -> None:
        del chat, lane
        self.bubbles[int(message) - 1].wording = wording

    async def toast(self, press: str, text: str, *, modal: bool = False) -> None:
        del press, text, modal


class Clinic:
    """One store and one participant; `at` moves only by `until`."""

    def __init__(self, url: str) -> None:
        chance = random.Random(7)
        self.at = START
        self.phone = Phone()
        self.store = Store(
            url,
            vault=Vault(Keys({"k1": b"1" * 32}, b"2" * 32), chance.randbytes),
            new_id=lambda: "".join(chance.choices("0123456789abcdefghjkmnpqrstvwxyz", k=16)),
            random_bytes=chance.randbytes,
        )
        self.post = Post(self.store, TRIAL, word, {Channel.TELEGRAM: self.phone}, lambda: self.at)
        self.said = 0
        self.last: Intent | str = Tap(Verb.TODAY)

    def change(self, actor: Actor = LI) -> AbstractAsyncContextManager[Change]:
        return self.store.change(at=self.at, actor=actor)

    async def admit(self) -> None:
        """Staff, papers, enrolment, and the whole entry in the chat."""
        async with self.change() as change:
            change.session.add(Note(name=STORE_KIND, value=DEMO, at=self.at))
            await cover_all_hours(change, await add_site(change, "PUMCH", "Team", "010-69150000", "Asia/Shanghai"))
            await change.session.flush()
            for name, role in (("li", Role.COORDINATOR), ("han", Role.INVESTIGATOR)):
                values: dict[str, Any] = {
                    "id": name,
                    "name": name,
                    "role": role,
                    "site_code": "PUMCH",
                    "created_at": self.at,
                }
                change.session.add(Staff(**values, password_hash="", totp_secret=""))
            await change.session.flush()
            await self._papers(change)
            person = Person(CODE, "PUMCH", Language.EN, "Asia/Shanghai", time(8), FoodMode.WITH)
            participant = await enrol(change, person, TRIAL)
            token = (await invite(change, participant)).token
            await link_chat(change, Channel.TELEGRAM, USER, token)
        for tap in (
            Tap(Verb.LANGUAGE, "", Language.EN),
            Tap(Verb.NOTICE_READ),
            *(Tap(Verb.CONSENT, "", f"{purpose}:yes") for purpose in Purpose),
            Tap(Verb.REMINDER_TIME, "", "0800"),
            Tap(Verb.FOOD, "", FoodMode.WITH),
            Tap(Verb.PRACTICE),
        ):
            await self.say(tap)
        self.phone.bubbles.clear()

    async def _papers(self, change: Change) -> None:
        li, han = await change.session.get_one(Staff, "li"), await change.session.get_one(Staff, "han")
        met = {criterion.key: criterion.inclusion for criterion in TRIAL.criteria}
        await record_eligibility(
            change, code=CODE, site_code="PUMCH", criteria=met, prior_therapy="x", signed_by=han, trial=TRIAL
        )
        await record_paper_consent(
            change,
            code=CODE,
            site_code="PUMCH",
            form_version="1",
            signed_on=self.at.date(),
            investigator="han",
            by=li,
        )

    async def say(self, intent: Intent | str, on: Bubble | None = None, *, again: bool = False) -> list[Answer]:
        """One tap, command or text; `again` is the same update once more."""
        if not again:
            self.said, self.last = self.said + 1, intent
        async with self.change(Actor("participant", "chat")) as change:
            chat = await access_chat(change, Channel.TELEGRAM, USER)
            assert chat is not None
            participant = await participant_by_code(change, CODE)
            heard = Heard(change, chat, participant, TRIAL, f"said:{self.said}", self.at)
            answers = await answer(heard, read_typed(intent) if isinstance(intent, str) else intent)
            reader = Reader(participant.language, participant.tz, "Team", "010-69150000")
        for item in answers:
            wording = word(item.screen, reader, TRIAL)
            if item.how is How.EDIT and on is not None:
                on.wording = wording
            else:
                await self.phone.send(USER, wording, lane=Lane.REPLY)
        return answers

    async def until(self, at: datetime) -> None:
        """Every loop at each moment it asks for."""
        while True:
            wakes = [
                await plan_tick(self.store, TRIAL, self.at),
                await send_tick(self.post, self.at, owner="clinic"),
                await settle_tick(self.store, TRIAL, self.at),
            ]
            await housekeeping_tick(self.store, self.at, owner="clinic")
            if self.at >= at:
                return
            soonest = max(min(wakes), self.at + timedelta(seconds=1))
            self.at = min(soonest, at, self.at + LONGEST_STEP)

    async def close(self) -> None:
        await self.store.close()


async def open_clinic(folder: Path) -> Clinic:
    """A participant at home, on a store of its own."""
    clinic = Clinic(await fresh_store_url("sqlite", folder))
    await clinic.admit()
    return clinic
