"""What a story does with a symptom check: presses what is asked, and looks at what was kept."""

from typing import Any

from sqlmodel import col, select

from models.alert import Alert
from models.symptom import SymptomAnswer, SymptomCheck
from protocol.symptoms import Ask, Item
from protocol.taps import Verb
from protocol.terms import AlertKind, Language
from tests.stories.sight import trial_of
from tests.stories.stage import Member, Stage

HARMLESS = {"yes_no": "no", "severity": "none"}


async def checks(stage: Stage) -> list[SymptomCheck]:
    async with stage.system.store.read() as session:
        rows = await session.scalars(select(SymptomCheck).order_by(col(SymptomCheck.begun_at), col(SymptomCheck.id)))
        return list(rows)


async def answers(stage: Stage, item: str = "") -> list[SymptomAnswer]:
    async with stage.system.store.read() as session:
        rows = list(await session.scalars(select(SymptomAnswer).order_by(col(SymptomAnswer.ordinal))))
    return [row for row in rows if not item or row.item == item]


async def symptom_alerts(stage: Stage) -> list[Alert]:
    async with stage.system.store.read() as session:
        rows = await session.scalars(select(Alert).where(Alert.kind == AlertKind.SYMPTOM))
        return list(rows)


def open_item(member: Member) -> Item:
    """The item that the newest question asks."""
    _, data = member.button(Verb.SYMPTOM_SKIP)
    return trial_of(member).sheet.items[data.split(".")[3]]


async def press(member: Member, value: str) -> None:
    """The newest question's button of this value."""
    await member.tap(Verb.SYMPTOM_ANSWER, f":{value}")


async def nothing(member: Member) -> None:
    """The least that can be said to the question that is open."""
    item = open_item(member)
    if item.ask is Ask.SEVERAL:
        await member.tap(Verb.SYMPTOM_NONE)
    elif item.ask is Ask.CHOICE:
        await press(member, next(iter(item.options)))
    else:
        await press(member, HARMLESS[item.ask])


async def until_asked(member: Member, item: str) -> None:
    for _ in range(60):
        if open_item(member).key == item:
            return
        await nothing(member)
    raise AssertionError(f"{item} was not asked")


async def feels_unwell(stage: Stage, **keywords: Any) -> Member:
    member = await stage.at_home(**keywords)
    await member.type("我不舒服" if member.language is Language.ZH else "I feel unwell")
    return member


def has_emergency(member: Member, text: str) -> bool:
    return trial_of(member).texts.emergency[member.language].strip() in text


def causes(alerts: list[Alert]) -> set[str]:
    return {alert.cause_key.rpartition("|")[2] for alert in alerts}
