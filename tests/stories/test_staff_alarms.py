"""The whole line of an alarm: a red report on one phone, another phone rings with a code, a human acknowledges."""

from datetime import timedelta

from emulator.views import MessageView
from models.alert import Alert
from protocol.taps import Verb
from protocol.terms import Level
from tests.stories.colleagues import Colleague, actions_of, colleague
from tests.stories.stage import Stage

RINGS = "红色：017"


def rung(one: Colleague) -> list[MessageView]:
    """The messages that rang, whatever they say by now."""
    return [message for message in one.messages() if message.text.startswith(RINGS)]


async def red(stage: Stage) -> Alert:
    return next(alert for alert in await stage.alerts() if alert.level is Level.RED)


async def minutes(stage: Stage, number: int) -> None:
    await stage.until(stage.clock.now() + timedelta(minutes=number))


async def test_a_red_report_rings_at_the_coordinator_with_the_code_alone_until_it_is_acknowledged(stage: Stage) -> None:
    fang = await stage.at_home()
    li, otto = await colleague(stage, "li", 5001), await colleague(stage, "otto", 5003)
    await fang.type("胸口很痛，喘不上气")
    await minutes(stage, 1)
    (ringing,) = rung(li)
    for secret in ("胸", "喘", "方丽华", "13900000000"):
        assert secret not in ringing.text
    assert rung(otto) == []
    assert (await red(stage)).acknowledged_at is None
    await minutes(stage, 6)
    assert len(rung(li)) == 2, "nobody has acknowledged it, so it rings again"
    await li.tap(Verb.STAFF_SEEN)
    alert = await red(stage)
    assert (alert.acknowledged_by, alert.next_call_at) == ("li", None)
    assert "li 已知悉" in li.text()
    assert (await actions_of(stage, "li")).count("acknowledge_alert") == 1
    await minutes(stage, 60)
    assert len(rung(li)) == 2


async def test_the_next_person_rings_too_and_whoever_takes_it_stands_on_every_phone(stage: Stage) -> None:
    fang = await stage.at_home()
    li, han = await colleague(stage, "li", 5001), await colleague(stage, "han", 5002)
    await fang.type("/symptom")
    await minutes(stage, 1)
    assert rung(li)
    await minutes(stage, 20)
    assert rung(han)
    await han.tap(Verb.STAFF_TAKE)
    alert = await red(stage)
    assert (alert.owner, alert.acknowledged_by) == ("han", "han")
    for one in (li, han):
        assert "han 负责处理" in rung(one)[-1].text
    await li.tap(Verb.STAFF_SEEN, message=rung(li)[0])  # an older message, as it still stands
    assert (await red(stage)).acknowledged_by == "han"
    assert "han 已知悉" in rung(li)[0].text
    count = len(rung(li))
    await minutes(stage, 60)
    assert len(rung(li)) == count


async def test_a_report_after_the_acknowledgement_rings_anew(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await fang.type("胸口很痛，喘不上气")
    await minutes(stage, 1)
    await li.tap(Verb.STAFF_SEEN, message=rung(li)[-1])
    count = len(rung(li))
    await minutes(stage, 30)
    assert len(rung(li)) == count
    await fang.type("胸口还是很痛，喘不上气")
    await minutes(stage, 1)
    assert len(rung(li)) == count + 1
    assert (await red(stage)).acknowledged_at is None
    assert "2 次" in rung(li)[-1].text
