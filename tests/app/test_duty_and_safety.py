"""On-call lists, what a site has decided, and possible serious events, by command and behind the site wall."""

from sqlmodel import select

from actions.alerts import open_alert
from actions.duty import end_line, lines_of
from actions.facts import participant_by_code
from actions.safety_events import open_possible_sae
from models.safety_event import SafetyOpening
from models.session import Change
from protocol.terms import AlertKind
from protocol.trial import Trial
from tests.app.conftest import Desk, admit


async def _possible_sae(change: Change) -> str:
    person = await participant_by_code(change, "017")
    alert = await open_alert(change, AlertKind.SYMPTOM, person, cause="rule.admission")
    await change.session.flush()
    return (await open_possible_sae(change, person, cause="rule.admission", alert=alert)).id


async def _nobody_on_call(change: Change) -> None:
    for line in await lines_of(change.session, "PUMCH"):
        await end_line(change, line)


def test_nobody_is_enrolled_and_doctor_fails_while_an_hour_has_no_name_and_phone(desk: Desk, trial: Trial) -> None:
    desk.within(_nobody_on_call)
    assert desk.run("duty", "check", "--site", "PUMCH").exit_code == 1
    assert "no name and phone on call" in desk.run("doctor").output

    async def enter(change: Change) -> None:
        await admit(change, trial)

    try:
        desk.within(enter)
    except ValueError as error:
        assert "anshi duty add" in str(error)  # noqa: PT017
    else:
        raise AssertionError("somebody was enrolled")
    half = ("duty", "add", "PUMCH", "--name", "Wu", "--phone", "010-69150001", "--as", "Li")
    desk.told(*half, "--from", "08:00", "--until", "20:00")
    assert desk.run("duty", "check", "--site", "PUMCH").exit_code == 1
    desk.told(*half, "--from", "20:00", "--until", "08:00")
    assert "name and a phone" in desk.told("duty", "check", "--site", "PUMCH")
    desk.within(enter)


def test_a_line_that_reaches_nobody_is_refused_with_the_remedy(desk: Desk) -> None:
    line = ("duty", "add", "PUMCH", "--as", "Li", "--name")
    assert "as it is dialled" in desk.refused(*line, "Wu", "--phone", "later")
    assert "1 is called first" in desk.refused(*line, "Wu", "--phone", "010-69150001", "--place", "0")
    assert "from 1, Monday" in desk.refused(*line, "Wu", "--phone", "010-69150001", "--weekdays", "0,9")
    desk.refused("duty", "add", "SHANG", "--as", "Li", "--name", "Wu", "--phone", "010-69150001")


def test_lines_of_another_site_are_neither_seen_nor_ended(desk: Desk) -> None:
    (line,) = desk.data("duty", "list", "--as", "Li")
    assert line["site"] == "PUMCH"
    desk.refused("duty", "end", line["id"], "--as", "Otto")
    assert desk.data("duty", "end", line["id"], "--as", "Li")["id"] == line["id"]
    assert "ended already" in desk.refused("duty", "end", line["id"], "--as", "Li")
    assert desk.data("duty", "day", "PUMCH", "2026-10-10", "--working", "--as", "Li")["working"]


def test_a_site_says_itself_whether_photos_are_kept_and_alerts_have_text(desk: Desk) -> None:
    first = desk.data("site", "list")[0]
    assert (first["takes_photos"], first["alerts_with_text"]) == (False, False)
    changed = desk.data("site", "set", "PUMCH", "--photos", "--as", "Wu")
    assert (changed["takes_photos"], changed["alerts_with_text"]) == (True, False)
    assert "say what the site has decided" in desk.refused("site", "set", "PUMCH", "--as", "Wu")
    desk.refused("site", "set", "PUMCH", "--alert-text", "--as", "Li")
    desk.refused("site", "set", "PUMCH", "--alert-text", "--as", "Olga")
    assert len(desk.audited("set_site_habits")) == 1


def test_a_possible_serious_event_is_opened_judged_and_moved_by_whom_it_concerns(enrolled: Desk) -> None:
    event = enrolled.within(_possible_sae)
    (row,) = enrolled.data("sae", "list", "--as", "Li")
    assert (row["id"], row["verdict"], row["aware_at"]) == (event, "open", None)
    assert enrolled.data("sae", "list", "--as", "Otto") == []
    enrolled.refused("sae", "open", event, "--as", "Otto")
    seen = enrolled.data("sae", "open", event, "--as", "Li")
    assert seen["aware_at"] == seen["opened_at"] is not None
    enrolled.refused("sae", "confirm", event, "--reason", "fever", "--as", "Li")
    assert enrolled.data("sae", "confirm", event, "--reason", "fever", "--as", "Wu")["verdict"] == "confirmed"
    assert enrolled.data("sae", "list") == []
    later = ("sae", "aware", event, "2026-01-01T08:00", "--as", "Wu")
    assert enrolled.data(*later)["aware_at"] == "2026-01-01T00:00:00.000Z"
    enrolled.refused("sae", "aware", event, "2026-01-02T08:00", "--as", "Wu")


def test_each_look_is_kept_also_after_the_alert_was_closed(enrolled: Desk) -> None:
    enrolled.within(_possible_sae)
    (row,) = enrolled.data("alert", "list")
    enrolled.data("alert", "show", row["id"], "--as", "Li")
    enrolled.data("alert", "take", row["id"], "--as", "Wu")
    closed = enrolled.data("alert", "close", row["id"], "--outcome", "well", "--action", "called", "--as", "Wu")
    assert (closed["owner"], closed["seen_by"], closed["action"]) == ("Wu", "Li", "called")
    enrolled.data("alert", "show", row["id"], "--as", "Li")

    async def looks(change: Change) -> list[str]:
        return sorted(await change.session.scalars(select(SafetyOpening.by)))

    assert enrolled.within(looks) == ["Li", "Li", "Wu", "Wu"]
