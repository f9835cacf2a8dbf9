"""A trial in the middle, for the pages: half a year of days for the study, open alerts, and somebody logged in."""

import json
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from benchmarks.rows import NOON, enrol_in_bulk, table
from models.alert import Alert
from models.session import Store, sha256
from models.site import Staff, WebSession
from models.study.day import StudyParticipantDay
from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from models.study.sums import StudyParticipantAdherence
from protocol.terms import AlertKind, Channel, DoseState, FoodMode, Language, Level, ParticipantState, Role

DAYS = 180
TOKEN = "benchmark"
EVERY_NTH_WAITS = 8
AT_ONCE = 5_000
STATES = (*[DoseState.TAKEN] * 8, DoseState.NOT_TAKEN, DoseState.UNREPORTED)
DAY = timedelta(days=1)
LOOKED = NOON + timedelta(hours=3)  # the dose of noon is open, so everybody is silent by then


async def fill(store: Store, study: StudyStore, count: int) -> None:
    """`count` participants of one site with `DAYS` days each, as after a sync; a coordinator with a living session."""
    await enrol_in_bulk(store, count)
    async with store.engine.begin() as connection:
        await connection.execute(insert(table(Staff)), [_staff()])
        await connection.execute(insert(table(WebSession)), [_session()])
        await connection.execute(insert(table(Alert)), [_alert(one) for one in range(0, count, EVERY_NTH_WAITS)])
    people = [_person(number) for number in range(count)]
    days = [row for number in range(count) for row in _days(number)]
    for model, rows in (
        (StudyParticipant, people),
        (StudyParticipantDay, days),
        (StudyParticipantAdherence, [_sums(number) for number in range(count)]),
    ):
        await _insert(study, model, rows)


async def _insert(study: StudyStore, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    async with study.engine.begin() as connection:
        for start in range(0, len(rows), AT_ONCE):
            await connection.execute(insert(table(model)), rows[start : start + AT_ONCE])


def _staff() -> dict[str, Any]:
    account = {"id": "li", "name": "Li", "role": Role.COORDINATOR, "site_code": "S", "created_at": NOON - DAY}
    return {**account, "password_hash": "", "totp_secret": "", "totp_last_step": 0, "ready_at": NOON - DAY}


def _session() -> dict[str, Any]:
    return {
        "token_hash": sha256(TOKEN),
        "staff_id": "li",
        "language": "zh",
        "started_at": LOOKED,
        "seen_at": LOOKED,
    }


def _alert(number: int) -> dict[str, Any]:
    alert = Alert(
        id=f"a{number}",
        participant_id=f"p{number}",
        site_code="S",
        kind=AlertKind.MESSAGE,
        level=Level.AMBER,
        cause_key=f"a{number}",
        opened_at=NOON,
        last_at=NOON,
        clock_from=NOON,
    )
    return alert.model_dump()


def _person(number: int) -> dict[str, Any]:
    return {
        "participant_code": f"P{number}",
        "record_id": f"p{number}",
        "site_code": "S",
        "state": ParticipantState.ACTIVE,
        "channel": Channel.TELEGRAM,
        "language": Language.ZH,
        "tz": "Asia/Shanghai",
        "reminder_time": time(12),
        "food": FoodMode.WITH,
        "enrolled_at": NOON - DAYS * DAY,
        "starts_at": NOON - DAYS * DAY,
        "protocol_version": "1",
        "source_seq": 1,
        "synced_at": NOON,
    }


def _days(number: int) -> Iterator[dict[str, Any]]:
    for ordinal in range(1, DAYS + 1):
        due_at = NOON - (DAYS - ordinal) * DAY
        state = STATES[(number + ordinal) % len(STATES)]
        took = state is DoseState.TAKEN
        yield {
            "dose_id": f"d{number}-{ordinal}",
            "participant_code": f"P{number}",
            "ordinal": ordinal,
            "due_on": due_at.date(),
            "due_at": due_at,
            "due_tz": "Asia/Shanghai",
            "study_day": ordinal,
            "is_first": ordinal == 1,
            "state": state,
            "units": 1,
            "dose_mg": 1.0,
            "doses_taken": int(took),
            "units_taken": int(took),
            "mg_taken": float(took),
            "taken_at": json.dumps([(due_at + timedelta(minutes=number % 50)).isoformat()] if took else []),
            "is_late_report": False,
            "computed_at": NOON,
        }


def _sums(number: int) -> dict[str, Any]:
    sums = StudyParticipantAdherence(
        participant_code=f"P{number}",
        as_of=NOON,
        protocol_version="1",
        scheduled=DAYS,
        taken=DAYS - 36,
        taken_partly=0,
        not_taken=18,
        unreported=18,
        not_asked=0,
        held=0,
        open=0,
        taking_lower=80.0,
        taking_reported=88.9 - number % 20,
        taking_upper=90.0,
        intervals_left_out=0,
        holidays=0,
        holidays_sensitivity=0,
        timing="{}",
        shares="{}",
    )
    return sums.model_dump()
