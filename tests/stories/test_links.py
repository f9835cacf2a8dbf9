"""Invitation links: one use, one chat, one polite refusal; strangers and groups are nothing for us."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import func, select

from actions.enrolment import LIVE, STORE_KIND, NotReadyError, Person, enrol, record_eligibility, record_paper_consent
from models.inbox import Note
from models.ledger import AuditEntry
from models.session import Actor
from protocol.screens import InvitationRefused
from protocol.taps import Verb
from protocol.terms import Channel, DoseState, FoodMode, Language
from tests.stories.sight import invitation, links, reads
from tests.stories.stage import LONDON, SHANGHAI, Member, Stage

TUESDAY = date(2026, 3, 3)
LI = Actor("staff", "li")


def stranger(stage: Stage, user: int) -> Member:
    """Somebody with a phone whom nobody has enrolled."""
    stage.emulator.phone.create_user("en", "Stranger", user)
    return Member(stage, "", user, Language.EN, LONDON, time(8))


async def opens(member: Member, token: str) -> None:
    member.stage.emulator.phone.start(member.user, token)
    await member.stage.settle()


def methods_of(stage: Stage) -> list[str]:
    """What the bot has called, in order."""
    return [call.method for call in stage.emulator.phone.calls]


async def audited(stage: Stage) -> int:
    """How many changes the audit knows of."""
    async with stage.system.store.read() as session:
        return int(await session.scalar(select(func.count()).select_from(AuditEntry)) or 0)


async def test_wrong_used_ended_and_old_links_all_get_one_polite_text(stage: Stage) -> None:
    fang, revoked = await stage.enrol()
    used = await invitation(stage)
    await opens(fang, used)
    _, old = await stage.enrol("018")
    refusals = []
    for user, token in ((3001, "nobody-made-this-one"), (3002, used), (3003, revoked)):
        someone = stranger(stage, user)
        await opens(someone, token)
        refusals.append([message.text for message in someone.messages()])
    await stage.until(stage.clock.now() + timedelta(hours=73))
    someone = stranger(stage, 3004)
    await opens(someone, old)
    refusals.append([message.text for message in someone.messages()])
    assert refusals == [[reads(someone, InvitationRefused())]] * 4
    assert await links(stage, "018") == []


async def test_five_wrong_tries_are_answered_and_then_nothing_more(stage: Stage) -> None:
    _, token = await stage.enrol()
    someone = stranger(stage, 3001)
    for number in range(5):
        await opens(someone, f"wrong-{number}")
    assert len(someone.messages()) == 5
    await opens(someone, "wrong-6")
    await opens(someone, token)  # the right one does not help a chat that guesses
    assert len(someone.messages()) == 5
    assert await links(stage) == []


async def test_two_chats_that_race_for_one_link_are_one_winner_and_one_refusal(stage: Stage) -> None:
    _, token = await stage.enrol()
    rivals = [stranger(stage, 3001), stranger(stage, 3002)]
    for rival in rivals:
        stage.emulator.phone.start(rival.user, token)
    await stage.settle()
    assert len(await links(stage)) == 1
    assert sorted(rival.offers(Verb.LANGUAGE) for rival in rivals) == [False, True]
    assert [rival.text() for rival in rivals].count(reads(rivals[0], InvitationRefused())) == 1


async def test_a_participants_chat_cannot_take_another_participants_link(stage: Stage) -> None:
    fang = await stage.at_home()
    emma, token = await stage.enrol("018", language=Language.EN, tz=LONDON)
    await opens(fang, token)
    assert await links(stage, "018") == []
    await fang.until(TUESDAY, 8)
    assert fang.offers(Verb.TAKEN)  # still 017, and nothing else has changed
    await opens(emma, token)
    assert emma.offers(Verb.LANGUAGE)
    assert len(await links(stage, "018")) == 1


async def test_strangers_and_groups_get_nothing(stage: Stage) -> None:
    await stage.enrol()
    someone = stranger(stage, 3001)
    for text in ("hello", "/today", "/start", "taken", "/symptom"):
        await someone.type(text)
    assert someone.messages() == []
    stage.emulator.phone.group_message(someone.user, "/today", chat_id=-1001)
    await stage.settle()
    assert "sendMessage" not in methods_of(stage)


async def test_a_group_gets_nothing_changes_nothing_and_is_left_at_once(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    before, sent = await audited(stage), len(methods_of(stage))
    phone = stage.emulator.phone
    phone.add_to_group(fang.user, -1001)
    for text in ("吃了", "/start", "我不舒服"):
        phone.group_message(fang.user, text, chat_id=-1001)
    phone.add_to_group(fang.user, -1002, "channel")
    await stage.settle()
    assert methods_of(stage)[sent:].count("leaveChat") == 2
    assert "sendMessage" not in methods_of(stage)[sent:]
    assert await audited(stage) == before
    assert (await stage.dose(1)).state is DoseState.OPEN
    await stage.until(stage.clock.now() + timedelta(minutes=5))
    assert methods_of(stage)[sent:].count("leaveChat") == 2
    await fang.tap(Verb.TAKEN)
    assert (await stage.dose(1)).state is DoseState.TAKEN


async def test_a_group_that_cannot_be_left_does_no_harm_and_is_left_the_next_time(stage: Stage) -> None:
    fang = await stage.at_home()
    for kind in ("status", "drop_before_accept"):
        stage.emulator.faults.add(kind=kind, method="leaveChat")
        stage.emulator.phone.group_message(fang.user, "hello", chat_id=-1001)
        await stage.settle()
        assert stage.emulator.world.chats[-1001].has_bot
    stage.emulator.phone.group_message(fang.user, "hello", chat_id=-1001)
    await fang.until(TUESDAY, 8)
    assert not stage.emulator.world.chats[-1001].has_bot
    await fang.tap(Verb.TAKEN)
    assert (await stage.dose(1)).state is DoseState.TAKEN


async def test_nobody_is_enrolled_before_eligibility_and_paper_consent(stage: Stage) -> None:
    person = Person("017", "PUMCH", Language.ZH, SHANGHAI, time(8), FoodMode.WITH, Channel.TELEGRAM, "x", "1")
    trial, li, han = stage.system.trial, await stage.staff("li"), await stage.staff("han")
    met = {criterion.key: criterion.inclusion for criterion in trial.criteria}
    wanted: dict[str, Any] = {"code": "017", "site_code": "PUMCH", "prior_therapy": "x", "trial": trial}

    async def refusal(*, papers: bool = False) -> str:
        with pytest.raises(NotReadyError) as caught:
            async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
                if papers:
                    await record_eligibility(change, criteria=met, signed_by=han, **wanted)
                await enrol(change, person, trial)
        return str(caught.value)

    assert "eligibility" in await refusal()
    assert "paper consent" in await refusal(papers=True)
    async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
        for criteria, signer in ((met | {"age": False}, han), (met, li)):
            with pytest.raises(NotReadyError):
                await record_eligibility(change, criteria=criteria, signed_by=signer, **wanted)


async def test_a_live_store_enrols_nobody_without_an_approved_protocol(stage: Stage) -> None:
    trial, li, han = stage.system.trial, await stage.staff("li"), await stage.staff("han")
    person = Person("017", "PUMCH", Language.ZH, SHANGHAI, time(8), FoodMode.WITH, Channel.TELEGRAM, "x", "1")
    async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
        note = await change.session.get_one(Note, STORE_KIND)
        note.value = LIVE
        met = {criterion.key: criterion.inclusion for criterion in trial.criteria}
        await record_eligibility(
            change, code="017", site_code="PUMCH", criteria=met, prior_therapy="x", signed_by=han, trial=trial
        )
        await record_paper_consent(
            change,
            code="017",
            site_code="PUMCH",
            form_version="1",
            signed_on=stage.clock.now().date(),
            investigator="han",
            by=li,
        )
    with pytest.raises(NotReadyError, match="approval"):
        async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
            await enrol(change, person, trial)
