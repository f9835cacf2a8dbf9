"""The study is told of every message either way: that it came, of which kind, and who by role read it; never a word."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from actions.messages_read import read_message
from models.session import Actor
from models.site import Site, Staff
from models.study.participant_message import StudyParticipantMessage
from models.study.staff_message import StudyStaffMessage
from protocol.symptoms import Tier
from protocol.terms import Role
from study.reconcile import reconcile
from tests.stories.colleagues import PLEASE, colleague
from tests.stories.sight import study_rows
from tests.stories.stage import Stage

ON_ONE = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are the same on both databases, and the first story runs on both."""

WORDS, RED, CAPTION = "我想问一下复查的时间", "我胸痛", "手臂"
PICTURE = b"\xff\xd8\xff\xe0" + b"x" * 100
FIVE_MINUTES = timedelta(minutes=5)


async def told(stage: Stage) -> list[StudyParticipantMessage]:
    rows: list[StudyParticipantMessage] = await study_rows(stage, StudyParticipantMessage)
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []
    return sorted(rows, key=lambda row: row.received_at)


async def reads_it(stage: Stage, message_id: str, name: str) -> None:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", name)) as change:
        who = (await change.session.scalars(select(Staff).where(Staff.name == name))).one()
        await read_message(change, message_id, who)


async def later(stage: Stage) -> None:
    await stage.until(stage.clock.now() + FIVE_MINUTES)


async def test_a_text_and_its_first_reading_stand_in_the_study_without_a_word_of_it(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type(WORDS)
    (row,) = await told(stage)
    assert (row.direction, row.kind, row.has_text, row.unheard) == ("from_participant", "text", True, False)
    assert (row.tier, row.read_at, row.read_role) == (None, None, None)
    await later(stage)
    read_at = stage.clock.now()
    await reads_it(stage, row.id, "han")
    await later(stage)
    await reads_it(stage, row.id, "li")
    (row,) = await told(stage)
    assert (row.read_at, row.read_role) == (read_at, Role.INVESTIGATOR)
    assert WORDS not in str(row.model_dump())


@ON_ONE
async def test_red_words_a_voice_and_a_photo_are_told_apart(stage: Stage) -> None:
    fang = await stage.at_home()
    async with stage.system.store.change(at=stage.clock.now()) as change:
        await change.session.execute(update(Site).values(takes_photos=True))
    await fang.type(RED)
    await later(stage)
    phone = stage.emulator.phone
    phone.send_voice(fang.user)
    await later(stage)
    phone.send_photo(fang.user, PICTURE)
    await later(stage)
    phone.send_photo(fang.user, PICTURE, CAPTION)
    await later(stage)
    assert [(row.kind, row.has_text, row.unheard, row.tier) for row in await told(stage)] == [
        ("text", True, False, Tier.RED),
        ("voice", False, True, None),
        ("photo", False, False, None),
        ("photo", True, False, None),
    ]


@ON_ONE
async def test_what_staff_answer_stands_beside_it_the_other_way_with_the_role_of_who_wrote(stage: Stage) -> None:
    await stage.at_home()
    han = await colleague(stage, "han", 5002)
    await han.type(f"/answer 017 {PLEASE}")
    (row,) = await study_rows(stage, StudyStaffMessage)
    assert (row.direction, row.kind, row.has_text, row.by_role) == ("to_participant", "text", True, Role.INVESTIGATOR)
    assert PLEASE not in str(row.model_dump())
    assert await told(stage) == []
