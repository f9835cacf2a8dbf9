"""The stage of the stories: a whole system over the emulator, on a clock that a story moves."""

import random
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.conversation import answer
from actions.dose_orders import NewOrder, order_dose
from actions.doses import Report, record_dose
from actions.duty import cover_all_hours
from actions.enrolment import DEMO, STORE_KIND, enrol, invite, record_eligibility, record_paper_consent
from actions.enrolment import Person as Enrolee
from actions.facts import participant_by_code
from actions.hearing import Heard
from actions.sites import add_site
from app.clock import StillClock
from app.settings import Settings
from app.wiring import Chance, System, Transport, assemble, receive_once
from bot.callback_data import decode
from bot.transport import InProcessRequest
from emulator.server import Emulator
from emulator.views import MessageView
from models.alert import Alert
from models.chat_access import access_chat
from models.dose import DoseEvent, ScheduledDose
from models.inbox import Note
from models.participant import Participant
from models.prompt import Prompt
from models.session import Actor
from models.site import Staff
from models.vault import Keys, Vault
from protocol.moments import moment
from protocol.taps import Tap, Verb
from protocol.terms import Channel, DoseAnswer, FoodMode, Language, LinkRole, OrderKind, Purpose, Role, Source
from scheduler.ticks import Loop
from simulation.clockwork import Clockwork
from tests.postgres import Kind, fresh_store_url, fresh_study_url

OPERATOR = Actor("system", "test")
SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"
FIRST_DAY = date(2026, 3, 2)
SELDOM = {"sync": timedelta(days=2), "housekeeping": timedelta(hours=6), "menus": timedelta(minutes=10)}
"""`Stage.sync` drains the outbox where a story reads the study."""


@dataclass(slots=True)
class Member:
    """One of the cast with a phone: what they see, and what they press."""

    stage: "Stage"
    code: str
    user: int
    language: Language
    tz: str
    reminder: time

    def messages(self) -> list[MessageView]:
        """Everything the bot has written, oldest first."""
        return [message for message in self.stage.emulator.phone.messages(self.user) if message.from_bot]

    def last(self) -> MessageView:
        return self.messages()[-1]

    def text(self) -> str:
        return self.last().text

    def labels(self) -> list[str]:
        return self.last().labels()

    def button(
        self, verb: Verb, argument: str | None = None, *, message: MessageView | None = None
    ) -> tuple[MessageView, str]:
        """The newest button with this meaning, on one message or on any."""
        for shown in [message] if message else reversed(self.messages()):
            for row in shown.buttons:
                for button in row:
                    tap = decode(button.data)
                    if tap is not None and tap.verb is verb and (argument is None or tap.argument.endswith(argument)):
                        return shown, button.data
        raise AssertionError(f"no button {verb!r} {argument or ''} on the phone; the last message reads: {self.text()}")

    def offers(self, verb: Verb) -> bool:
        """Whether the newest message has a button with this meaning."""
        taps = [decode(button.data) for row in self.last().buttons for button in row]
        return any(tap is not None and tap.verb is verb for tap in taps)

    async def tap(self, verb: Verb, argument: str | None = None, *, message: MessageView | None = None) -> None:
        shown, data = self.button(verb, argument, message=message)
        self.stage.emulator.phone.tap(self.user, data=data, message_id=shown.id)
        await self.stage.settle()

    async def forge(self, tap: Tap, message: MessageView) -> None:
        """A press that no button offers: a client can send anything."""
        from bot.callback_data import encode

        self.stage.emulator.phone.tap(self.user, data=encode(tap), message_id=message.id)
        await self.stage.settle()

    async def type(self, text: str) -> None:
        self.stage.emulator.phone.send_text(self.user, text)
        await self.stage.settle()

    async def enter(self, food: FoodMode = FoodMode.WITH) -> None:
        """The whole entry, by tapping."""
        await self.tap(Verb.LANGUAGE, self.language)
        await self.tap(Verb.NOTICE_READ)
        for _ in range(3):
            await self.tap(Verb.CONSENT, ":yes")
        await self.type(self.reminder.strftime("%H:%M"))
        await self.tap(Verb.FOOD, food)
        await self.tap(Verb.PRACTICE)

    def wall(self, on: date, wall: time) -> datetime:
        return moment(on, wall, ZoneInfo(self.tz))

    async def until(self, on: date, hour: int, minute: int = 0) -> None:
        """Moves everyone's clock to this wall time of this member."""
        await self.stage.until(self.wall(on, time(hour, minute)))


def _is_killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_killed(inner) for inner in error.exceptions)
    return isinstance(error, KilledError)


class KilledError(BaseException):
    """The process is gone: nothing catches it, nothing is finished."""


class Stage:
    """A system on SQLite or PostgreSQL. `stop` and `start` end and begin its process; the databases stay."""

    def __init__(self, kind: Kind, store_url: str, study_url: str, start: datetime) -> None:
        self.kind = kind
        self.chance = random.Random(7)
        self.clock = StillClock(start)
        self.emulator = Emulator(now=self.clock.now)
        self.settings = Settings(database_url=store_url, study_database_url=study_url)
        self.vault = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), self.chance.randbytes)
        self.system: System = self._assemble()
        self.work: Clockwork | None = None
        self._users = 1000
        self.kill_before = self.kill_after = ""

    @classmethod
    async def open(cls, kind: Kind, tmp_path: Path, start: datetime) -> "Stage":
        store_url, study_url = await fresh_store_url(kind, tmp_path), await fresh_study_url(kind, tmp_path)
        stage = cls(kind, store_url, study_url, start)
        await stage.system.open()
        stage.work = stage._clockwork()
        await stage._people_on_duty()
        return stage

    def new_id(self) -> str:
        return "".join(self.chance.choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))

    def _assemble(self) -> System:
        request = InProcessRequest(self._call, self.emulator.download)
        chance = Chance(self.new_id, self.chance.randbytes)
        return assemble(self.settings, self.clock, chance, Transport(request, request, None), vault=self.vault)

    async def _call(self, token: str, method: str, parameters: Mapping[str, object]) -> tuple[int, bytes, Any]:
        """The way to the emulator; a story can kill the process right before or right after a call of a method."""
        if method == self.kill_before:
            raise KilledError
        answer = await self.emulator.call(token, method, parameters)
        if method == self.kill_after:
            raise KilledError
        return answer

    async def dies(self, going_on: Awaitable[None], *, before: str = "", after: str = "") -> None:
        """Goes on until the process is killed at this call; its databases stay as they are at that moment."""
        self.kill_before, self.kill_after = before, after
        try:
            await going_on
        except BaseException as error:
            if not _is_killed(error):
                raise
        else:
            raise AssertionError(f"nothing called {before or after}")
        self.kill_before = self.kill_after = ""
        await self.stop()

    def _clockwork(self, loops: Sequence[Loop] | None = None) -> Clockwork:
        async def receive() -> int:
            return (await receive_once(self.system, wait_seconds=0)).kept

        return Clockwork(self.clock, loops or self.system.loops, receive, seldom=SELDOM)

    async def _people_on_duty(self) -> None:
        """Accounts without a password: no story logs in."""
        async with self.system.store.change(at=self.clock.now(), actor=OPERATOR) as change:
            change.session.add(Note(name=STORE_KIND, value=DEMO, at=self.clock.now()))
            await cover_all_hours(change, await add_site(change, "PUMCH", "研究团队", "010-69150000", SHANGHAI))
            await cover_all_hours(change, await add_site(change, "OTHER", "Team", "020-1234567", LONDON))
            await change.session.flush()
            for name, role, site in (
                ("li", Role.COORDINATOR, "PUMCH"),
                ("han", Role.INVESTIGATOR, "PUMCH"),
                ("otto", Role.COORDINATOR, "OTHER"),
            ):
                account: dict[str, Any] = {"id": self.new_id(), "name": name, "role": role, "site_code": site}
                change.session.add(Staff(**account, password_hash="", totp_secret="", created_at=change.at))

    # --- time and processes

    async def until(self, at: datetime) -> None:
        assert self.work is not None
        await self.work.advance(at)

    async def settle(self) -> None:
        """Lets what was just pressed or written take its effect."""
        await self.until(self.clock.now() + timedelta(seconds=1))

    async def stop(self) -> None:
        """The process ends in good order."""
        await self.system.close()

    async def start(self, at: datetime | None = None) -> None:
        """A new process on the same databases, `at` some later moment."""
        if at is not None:
            self.clock.set(at)
        self.system = self._assemble()
        await self.system.open()
        self.work = self._clockwork()

    async def close(self) -> None:
        await self.system.close()
        await self.emulator.aclose()

    async def sync(self) -> None:
        """Drains the outbox."""
        for _ in range(100):
            at = self.clock.now()
            if await self.system.loop("sync").tick(at) > at:
                return

    # --- the cast

    async def staff(self, name: str) -> Staff:
        async with self.system.store.read() as session:
            return (await session.scalars(select(Staff).where(Staff.name == name))).one()

    async def enrol(
        self,
        code: str = "017",
        *,
        language: Language = Language.ZH,
        tz: str = SHANGHAI,
        reminder: time = time(8),
        food: FoodMode = FoodMode.WITH,
        channel: Channel = Channel.TELEGRAM,
        site: str = "PUMCH",
    ) -> tuple[Member, str]:
        """Papers, enrolment and an invitation; the phone exists and has not been touched."""
        li, han = await self.staff("li"), await self.staff("han")
        trial, at = self.system.trial, self.clock.now()
        async with self.system.store.change(at=at, actor=Actor("staff", "li")) as change:
            criteria = {criterion.key: criterion.inclusion for criterion in trial.criteria}
            await record_eligibility(
                change, code=code, site_code=site, criteria=criteria, prior_therapy="x", signed_by=han, trial=trial
            )
            await record_paper_consent(
                change, code=code, site_code=site, form_version="1", signed_on=at.date(), investigator="han", by=li
            )
            person = Enrolee(code, site, language, tz, reminder, food, channel, "方丽华", "13900000000")
            participant = await enrol(change, person, trial)
            token = (await invite(change, participant)).token if channel is Channel.TELEGRAM else ""
        self._users += 1
        user = self.emulator.phone.create_user(
            "zh-hans" if language is Language.ZH else "en", "Fang", self._users, tz=tz
        )
        return Member(self, code, user, language, tz, reminder), token

    async def set_up(self, code: str = "017", **keywords: Any) -> Member:
        """Enrols and goes through the whole entry by tapping."""
        member, token = await self.enrol(code, **keywords)
        self.emulator.phone.start(member.user, token)
        await self.settle()
        await member.enter(keywords.get("food", FoodMode.WITH))
        return member

    async def at_home(self, code: str = "017", **keywords: Any) -> Member:
        """Set up some time ago: the same answers as in `set_up`, given below the door in one go."""
        member, token = await self.enrol(code, **keywords)
        self.emulator.phone.start(member.user, token)
        await self.settle()
        food = keywords.get("food", FoodMode.WITH)
        answers = [Tap(Verb.LANGUAGE, "", member.language), Tap(Verb.NOTICE_READ)]
        answers += [Tap(Verb.CONSENT, "", f"{purpose}:yes") for purpose in Purpose]
        answers += [Tap(Verb.REMINDER_TIME, "", member.reminder.strftime("%H%M")), Tap(Verb.FOOD, "", food)]
        async with self.system.store.change(at=self.clock.now(), actor=Actor("participant", "chat")) as change:
            chat = await access_chat(change, Channel.TELEGRAM, str(member.user))
            assert chat is not None
            participant = await participant_by_code(change, code)
            heard = Heard(change, chat, participant, self.system.trial, "at_home", change.at)
            for tap in [*answers, Tap(Verb.PRACTICE)]:
                await answer(heard, tap)
        self.look_now()
        return member

    def look_now(self) -> None:
        """Every loop looks at once, as the metronome makes it within seconds of what staff have done."""
        self.work = self._clockwork()

    async def helper(self, code: str = "017") -> Member:
        """A family member's own chat, consented."""
        async with self.system.store.change(at=self.clock.now(), actor=Actor("staff", "li")) as change:
            participant = await participant_by_code(change, code)
            token = (await invite(change, participant, LinkRole.HELPER)).token
            language, tz, reminder = participant.language, participant.tz, participant.reminder_time
        self._users += 1
        user = self.emulator.phone.create_user("zh-hans", "Helper", self._users, tz=tz)
        member = Member(self, code, user, language, tz, reminder)
        self.emulator.phone.start(user, token)
        await self.settle()
        await member.tap(Verb.HELPER, "yes")
        return member

    async def order(self, code: str, kind: OrderKind, from_on: date, **keywords: Any) -> None:
        async with self.system.store.change(at=self.clock.now(), actor=Actor("staff", "han")) as change:
            participant = await participant_by_code(change, code)
            new = NewOrder(kind, from_on, keywords.pop("reason", "a reason"), "han", **keywords)
            await order_dose(change, participant, new, self.system.trial)
        self.look_now()

    async def call(self, code: str, ordinal: int, answer: DoseAnswer = DoseAnswer.TAKEN, units: int = 1) -> None:
        """Staff write down what a participant says on the phone."""
        at = self.clock.now()
        async with self.system.store.change(at=at, actor=Actor("staff", "li")) as change:
            participant = await participant_by_code(change, code)
            dose = (
                await change.session.scalars(
                    select(ScheduledDose).where(
                        ScheduledDose.participant_id == participant.id, ScheduledDose.ordinal == ordinal
                    )
                )
            ).one()
            taken_at = dose.due_at if answer is DoseAnswer.TAKEN else None
            report = Report(answer, Source.STAFF_CALL, "li", at, f"call:{self.new_id()}", units, taken_at)
            await record_dose(change, participant, dose, report, self.system.trial)
        self.look_now()

    # --- what stands in the store

    async def participant(self, code: str = "017") -> Participant:
        async with self.system.store.read() as session:
            return (await session.scalars(select(Participant).where(Participant.code == code))).one()

    async def doses(self, code: str = "017") -> list[ScheduledDose]:
        """Not cancelled ones, in order."""
        return list(
            await self._of(ScheduledDose, code, col(ScheduledDose.ordinal), col(ScheduledDose.cancelled_at).is_(None))
        )

    async def dose(self, ordinal: int, code: str = "017") -> ScheduledDose:
        return next(dose for dose in await self.doses(code) if dose.ordinal == ordinal)

    async def events(self, code: str = "017") -> list[DoseEvent]:
        return list(await self._of(DoseEvent, code, col(DoseEvent.recorded_at)))

    async def prompts(self, code: str = "017") -> list[Prompt]:
        return list(await self._of(Prompt, code, col(Prompt.due_at)))

    async def alerts(self, code: str = "017") -> list[Alert]:
        return list(await self._of(Alert, code, col(Alert.opened_at)))

    async def _of(self, table: Any, code: str, order: Any, *where: Any) -> list[Any]:
        participant = await self.participant(code)
        async with self.system.store.read() as session:
            rows = await session.scalars(
                select(table).where(table.participant_id == participant.id, *where).order_by(order)
            )
            return list(rows)
