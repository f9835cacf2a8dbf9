"""An honest run, made once: some days of two participants, a stranger and staff, with all the evidence of them."""

import copy
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from protocol.taps import Verb
from protocol.terms import Language, OrderKind
from simulation.evidence import Call, Delivered, Evidence, Received, Violation
from simulation.invariants import Invariants
from tests.stories.colleagues import colleague
from tests.stories.stage import LONDON, Member, Stage

START = datetime(2026, 3, 2, 2, tzinfo=UTC)  # Monday, 10:00 in Shanghai
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in range(2, 8))
FANG, EMMA, STRANGER = 1001, 1002, 66600666
LI, HAN, OTTO = 5001, 5002, 5003
SHOWS = {"sendMessage": False, "editMessageText": True}


class Witnessed(Stage):
    """A stage whose wire is watched, as the simulation watches its own."""

    evidence: Evidence
    invariants: Invariants
    found: list[Violation]

    def watched(self) -> "Witnessed":
        store, study = (self._file(url) for url in (self.settings.database_url, self.settings.study_database_url))
        self.evidence = Evidence(opened(store), opened(study), self.clock.now())
        self.invariants, self.found, self._number = Invariants(), [], 0
        return self

    @staticmethod
    def _file(url: Any) -> Path:
        return Path(str(url).removeprefix("sqlite:///"))

    async def _call(self, token: str, method: str, parameters: Mapping[str, object]) -> tuple[int, bytes, Any]:
        answer = await super()._call(token, method, parameters)
        if hasattr(self, "evidence"):
            self._note(method, parameters, answer)
        return answer

    def _note(self, method: str, parameters: Mapping[str, object], answer: tuple[int, bytes, Any]) -> None:
        self.evidence.at = at = self.clock.now()
        chat = int(str(parameters.get("chat_id", 0)))
        if method == "getUpdates":
            self._confirm(int(str(parameters.get("offset") or 0)))
            for raw in json.loads(answer[1])["result"]:
                self._receive(raw, at)
        elif method in SHOWS:
            self.evidence.calls.append(Call(self._next(), at, method, chat, answer[0], answer[0] == 200))
            if answer[0] == 200:
                self._show(json.loads(answer[1])["result"], chat, SHOWS[method])

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _confirm(self, offset: int) -> None:
        self.evidence.confirmed |= {one.update_id for one in self.evidence.received if one.update_id < offset}

    def _receive(self, raw: dict[str, Any], at: datetime) -> None:
        if raw["update_id"] not in {one.update_id for one in self.evidence.received}:
            part = raw.get("message") or raw.get("callback_query") or raw["my_chat_member"]
            self.evidence.received.append(Received(self._next(), at, part["from"]["id"], raw["update_id"], raw))

    def _show(self, message: dict[str, Any], chat: int, is_edit: bool) -> None:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = tuple(button["callback_data"] for row in rows for button in row)
        shown = Delivered(
            self._next(), self.clock.now(), chat, message["message_id"], is_edit, message["text"], buttons
        )
        self.evidence.delivered.append(shown)
        self.found += self.invariants.on_delivery(self.evidence, shown)


def opened(file: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


async def live(folder: Path) -> Witnessed:
    """Fang: a first dose, an answer taken back, a silent day, a press of "I feel unwell". Emma: some days of London.

    Li, Han and Otto have phones; Emma's words ring for half an hour until Li acknowledges them.
    """
    stage = await Witnessed.open("sqlite", folder, START)
    assert isinstance(stage, Witnessed)
    stage.watched()
    stage.evidence.chats |= {"017": {FANG}, "018": {EMMA}}
    stage.evidence.staff |= {LI: ("li", "PUMCH"), HAN: ("han", "PUMCH"), OTTO: ("otto", "OTHER")}
    stage.evidence.strangers.add(STRANGER)
    stage.evidence.secrets |= {"方丽华", "13900000000"}
    fang = await stage.set_up("017")
    emma = await stage.set_up("018", language=Language.EN, tz=LONDON)
    li = await colleague(stage, "li", LI)
    await colleague(stage, "han", HAN)
    await colleague(stage, "otto", OTTO)
    stage.emulator.phone.create_user("en", "Mallory", STRANGER)
    stage.emulator.phone.start(STRANGER, "guessed")
    await emma.until(MONDAY, 8)
    await emma.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await emma.until(TUESDAY, 8)
    await emma.tap(Verb.TAKEN)
    await fang.until(WEDNESDAY, 8, 40)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "forgot")
    midnight(stage)
    await emma.until(WEDNESDAY, 9)
    await emma.type("taken")
    await fang.until(FRIDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(FRIDAY, 8, 1)
    await fang.type("我不舒服")
    await fang.until(FRIDAY, 8, 2)  # nobody writes the next word within a second of the answers
    await fang.type("没有大问题")
    await acknowledges_all(li)
    await emma.type("I feel unwell")
    await fang.until(FRIDAY, 8, 30)
    await acknowledges_all(li)
    await fang.until(FRIDAY, 12)
    await stage.order("018", OrderKind.DOSE, date(2026, 3, 9), dose_mg=2.0)
    await fang.until(SATURDAY, 7, 50)
    await fang.tap(Verb.UNWELL)
    await stage.sync()
    await stage.close()
    return stage


async def acknowledges_all(staff: Member) -> None:
    """Everything that rings on this phone."""
    for message in staff.messages():
        if any(button.data.startswith("1.oa.") for row in message.buttons for button in row):
            await staff.tap(Verb.STAFF_SEEN, message=message)


@dataclass
class Case:
    """A copy of the honest run, to be lied in."""

    evidence: Evidence
    invariants: Invariants

    def hear_instead(self, update_id: int, part: str, **fields: str) -> None:
        """What the checks heard of one update is changed."""
        one = self.invariants._memory.heard[update_id]
        said = one.raw[part]
        assert isinstance(said, dict)
        self.invariants._memory.heard[update_id] = replace(one, raw={**one.raw, part: {**said, **fields}})

    def ours(self, statement: str, *values: object) -> list[Any]:
        return self.evidence.store.execute(statement, values).fetchall()

    def theirs(self, statement: str, *values: object) -> list[Any]:
        return self.evidence.study.execute(statement, values).fetchall()

    def both(self, statement: str, *values: object) -> None:
        """The same lie in the store and in the study."""
        self.ours(statement, *values)
        self.theirs(statement, *values)

    def all_days(self, change: str, where: str) -> None:
        """A lie about a dose that its day in the study repeats."""
        self.both(f"UPDATE scheduled_dose SET {change} WHERE {where}")  # noqa: S608
        self.theirs(f"UPDATE participant_day SET {change} WHERE {where}")  # noqa: S608

    def quiet(self) -> set[str]:
        return {one.invariant for one in self.invariants.at_quiet(self.evidence)}

    def midnight(self) -> set[str]:
        return {one.invariant for one in self.invariants.at_midnight(self.evidence)}

    def arrives(self, shown: Delivered) -> set[str]:
        return {one.invariant for one in self.invariants.on_delivery(self.evidence, shown)}

    def hears(self, raw: dict[str, Any], chat: int = FANG, *, state: str = "done", **columns: object) -> int:
        """One update more, with its row as if it had been handled now."""
        update_id = max(one.update_id for one in self.evidence.received) + 1
        number, at = 1_000_000 + len(self.evidence.received), self.evidence.at
        self.evidence.received.append(Received(number, at, chat, update_id, {"update_id": update_id, **raw}))
        row = {"update_id": update_id, "sender_index": "x", "attempts": 0, "reason": "", "state": state}
        row |= {name: stamp(at) for name in ("received_at", "visible_at", "done_at")} | columns
        names = ", ".join(row)
        self.ours(f"INSERT INTO inbox_update ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())  # noqa: S608
        return update_id


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def case_of(stage: Witnessed) -> Case:
    """Both databases copied into memory, the evidence and what the checks remember too."""
    true, copies = stage.evidence, [opened(":memory:"), opened(":memory:")]
    true.store.backup(copies[0])
    true.study.backup(copies[1])
    evidence = replace(
        true,
        store=copies[0],
        study=copies[1],
        chats=copy.deepcopy(true.chats),
        secrets=set(true.secrets),
        strangers=set(true.strangers),
        staff=dict(true.staff),
        delivered=list(true.delivered),
        received=list(true.received),
        confirmed=set(true.confirmed),
        calls=list(true.calls),
        faults=dict(true.faults),
        down=list(true.down),
        clock_wrong=list(true.clock_wrong),
    )
    return Case(evidence, copy.deepcopy(stage.invariants))


def coming(case: Case) -> str:
    """Fang's next dose, Saturday's."""
    query = "SELECT id FROM scheduled_dose WHERE due_on = '2026-03-07' AND due_tz = 'Asia/Shanghai'"
    return str(case.ours(query)[0][0])


def midnight(stage: Witnessed) -> None:
    stage.evidence.at = stage.clock.now()
    stage.found += stage.invariants.at_midnight(stage.evidence)
