"""The worklist says who needs a human, why and what to do; its numbers are the rows it shows."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from models.alert import Alert
from models.dose import ScheduledDose
from models.ledger import AuditEntry, OutboxEntry
from models.participant import Participant
from protocol.terms import AlertKind, Channel, DoseState, Level
from reports.worklist import Section, Why, worklist_report
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.test_log_in import form_token


async def test_the_red_alert_nobody_has_seen_comes_first(pages: Pages) -> None:
    work = await worklist_report(pages.store, pages.trial, as_of=NOW, site="PUMCH")
    alerts = [(row.level, row.code, row.acknowledged_by) for row in work.section(Section.ALERT)]
    assert alerts == [
        (Level.RED, "PRCA-003", None),
        (Level.RED, "PRCA-008", None),
        (Level.AMBER, "PRCA-004", None),
        (Level.AMBER, "PRCA-006", "Wu"),
        (Level.TASK, "PRCA-011", None),
    ]


async def test_the_numbers_of_the_page_are_those_of_the_report(pages: Pages) -> None:
    work = await worklist_report(pages.store, pages.trial, as_of=NOW, site="PUMCH")
    text = (await (await pages.inside("Li")).get("/")).text
    assert (work.counts.red, work.counts.due_today) == (2, 11)
    assert f"<b>{work.counts.taken_today}<small>/{work.counts.due_today}</small></b>" in text
    assert text.count('class="alert ') == len(work.section(Section.ALERT))
    assert text.count('role="rowheader"') == len(work.rows) - len(work.section(Section.ALERT))
    assert work.counts.taken_today + work.counts.open_today == work.counts.due_today


async def test_each_person_stands_under_the_reason_that_needs_a_human(pages: Pages) -> None:
    work = await worklist_report(pages.store, pages.trial, as_of=NOW, site="PUMCH")
    why = {(row.code, row.why) for row in work.rows}
    assert {
        ("PRCA-004", Why.SILENT),
        ("PRCA-010", Why.CALL_TODAY),  # followed by phone
        ("PRCA-011", Why.CALL_TODAY),  # the chat refuses
        ("PRCA-011", Why.CHAT_REFUSED),
        ("PRCA-012", Why.NOT_LINKED),
        ("PRCA-013", Why.INVITATION_EXPIRED),
    } <= why
    assert not [row for row in work.rows if row.code == "PRCA-006" and row.section is not Section.ALERT]


async def test_somebody_is_silent_only_two_hours_after_the_dose_was_due(pages: Pages) -> None:
    due_at = NOW.replace(hour=0, minute=0)
    for after, silent in ((timedelta(minutes=119), False), (timedelta(minutes=120), True)):
        work = await worklist_report(pages.store, pages.trial, as_of=due_at + after, site="PUMCH")
        found = [row for row in work.section(Section.DOSE) if row.code == "PRCA-004" and row.why is Why.SILENT]
        assert bool(found) is silent


async def test_what_was_not_taken_or_never_answered_is_listed_with_its_day(pages: Pages) -> None:
    for state, why in (
        (DoseState.NOT_TAKEN, Why.NOT_TAKEN),
        (DoseState.UNREPORTED, Why.UNREPORTED),
        (DoseState.TAKEN_PARTLY, Why.TAKEN_PARTLY),
    ):
        await _set_today(pages, "PRCA-004", state)
        work = await worklist_report(pages.store, pages.trial, as_of=NOW)
        assert [(row.why, row.state) for row in work.section(Section.DOSE) if row.code == "PRCA-004"] == [(why, state)]
    await _set_today(pages, "PRCA-004", DoseState.TAKEN)
    work = await worklist_report(pages.store, pages.trial, as_of=NOW)
    assert "PRCA-004" not in {row.code for row in work.section(Section.DOSE)}


async def test_a_first_dose_that_nobody_confirmed_is_a_row_of_its_own(pages: Pages) -> None:
    async with pages.store.change(at=NOW) as change:
        mine = select(Participant.id).where(col(Participant.code) == "PRCA-005")
        doses = update(ScheduledDose).where(col(ScheduledDose.participant_id).in_(mine))
        await change.session.execute(doses.values(state=DoseState.UNREPORTED))
    work = await worklist_report(pages.store, pages.trial, as_of=NOW)
    rows = [(row.section, row.why) for row in work.rows if row.code == "PRCA-005"]
    assert rows == [(Section.FIRST_DOSE, Why.FIRST_DOSE_UNKNOWN)]


async def test_a_phone_participant_is_called_until_the_dose_is_recorded(pages: Pages) -> None:
    await _set_today(pages, "PRCA-010", DoseState.TAKEN)
    work = await worklist_report(pages.store, pages.trial, as_of=NOW)
    assert "PRCA-010" not in {row.code for row in work.section(Section.CALL)}
    async with pages.store.read() as session:
        channel = select(Participant.channel).where(col(Participant.code) == "PRCA-010")
        assert (await session.execute(channel)).scalar_one() is Channel.PHONE


async def test_all_is_well_says_so_and_when_it_last_looked(bare: Pages) -> None:
    text = (await (await bare.inside("Li")).get("/")).text
    assert "没有待办事项" in text
    assert "最近检查时间：20:14" in text


async def test_an_alert_is_acknowledged_and_closed_with_what_came_of_it(pages: Pages) -> None:
    li = await pages.inside("Li")
    token, alert_id = form_token(await li.get("/")), pages.cast.alerts["PRCA-008"]
    seen = await li.post(f"/alerts/{alert_id}/acknowledge", data={"form_token": token, "back": "/"})
    assert seen.headers["location"] == "/?told=acknowledged"
    blank = {"form_token": token, "back": "/", "outcome": "  "}
    assert (await li.post(f"/alerts/{alert_id}/close", data=blank)).headers["location"] == "/?told=outcome_missing"
    closed = {**blank, "outcome": "Called; went to the clinic"}
    assert (await li.post(f"/alerts/{alert_id}/close", data=closed)).headers["location"] == "/?told=closed"
    assert (await li.post(f"/alerts/{alert_id}/close", data=closed)).headers["location"] == "/?told=gone"
    async with pages.store.read() as session:
        alert = (await session.execute(select(Alert).where(col(Alert.id) == alert_id))).scalar_one()
        trail = select(AuditEntry.actor, AuditEntry.action).where(col(AuditEntry.record_id) == alert_id)
        acts = [tuple(row) for row in await session.execute(trail.order_by(col(AuditEntry.seq)))]
    assert (alert.kind, alert.acknowledged_by, alert.closed_by) == (AlertKind.FEELS_UNWELL, "Li", "Li")
    assert alert.outcome == "Called; went to the clinic"
    assert acts == [("staff:Li", "acknowledge_alert"), ("staff:Li", "close_alert")]
    assert "PRCA-008" not in (await li.get("/")).text.partition('id="doses"')[0].partition('class="alerts"')[2]


async def test_every_page_says_as_of_when_and_how_far_the_study_follows(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert "截至20:14（中国标准时间）" in (await li.get("/participants")).text
    assert "无待同步记录" in (await li.get("/participants/PRCA-001")).text
    waiting = OutboxEntry(
        record_type="alert", record_id="x", payload="{}", created_at=NOW - timedelta(minutes=30), visible_at=NOW
    )
    async with pages.store.change(at=NOW) as change:
        change.session.add(waiting)
    assert "研究数据库已同步至19:44，1条待同步" in (await li.get("/")).text


async def _set_today(pages: Pages, code: str, state: DoseState) -> None:
    mine = select(Participant.id).where(col(Participant.code) == code)
    today = (col(ScheduledDose.participant_id).in_(mine), col(ScheduledDose.due_at) == NOW.replace(hour=0, minute=0))
    async with pages.store.change(at=NOW) as change:
        await change.session.execute(update(ScheduledDose).where(*today).values(state=state))
