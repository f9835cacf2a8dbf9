"""Orders and alerts on the command line: an investigator orders, a named person answers for each matter."""

import pytest

from actions.alerts import open_alert
from actions.facts import participant_by_code
from actions.runs import block
from models.session import Change
from protocol.terms import AlertKind
from protocol.trial import Trial
from tests.app.conftest import Desk, days_ago

WHY = ("--reason", "trough 12 ng/mL", "--as", "Wu")
TOMORROW = days_ago(-1)


def kinds(desk: Desk) -> list[str]:
    return [row["kind"] for row in desk.data("dose-order", "list", "018")]


def test_an_order_counts_tablets_and_has_a_version(enrolled: Desk) -> None:
    made = enrolled.data("dose-order", "add", "018", "--from", TOMORROW, "--mg", "2", "--every-days", "2", *WHY)
    assert made["code"] == "018"
    order = made["order"]
    assert (order["version"], order["units"], order["every_days"], order["ordered_by"]) == (2, 2, 2, "Wu")
    assert [row["version"] for row in enrolled.data("dose-order", "list", "018")] == [1, 2]


def test_an_alternating_order_says_its_turn(enrolled: Desk) -> None:
    told = enrolled.told("dose-order", "add", "018", "--from", TOMORROW, "--mg", "1", "--then-mg", "2", *WHY)
    assert told.endswith("1 units (1 mg), then 2 mg in turn, a day each.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", TOMORROW, "--mg", "1.5"), "cannot be made of whole units"),
        (("--from", TOMORROW, "--mg", "0"), "cannot be made of whole units"),
        (("--from", TOMORROW, "--mg", "1", "--then-mg", "1.5"), "cannot be made of whole units"),
        (("--from", TOMORROW, "--mg", "1", "--then-mg", "2", "--every-days", "2"), "give one of the two"),
        (("--from", days_ago(2), "--mg", "2"), "an order begins today"),
    ],
)
def test_an_order_that_cannot_be_given_says_why(enrolled: Desk, words: tuple[str, ...], told: str) -> None:
    assert told in enrolled.refused("dose-order", "add", "018", *words, *WHY)
    assert kinds(enrolled) == ["dose"]


def test_a_read_back_on_the_phone_is_written_down_by_a_coordinator(enrolled: Desk) -> None:
    told = ("dose-order", "read-back", "018", "--as", "Li", "--units")
    assert "nothing to read back" in enrolled.refused(*told, "2")
    enrolled.told("dose-order", "add", "018", "--from", TOMORROW, "--mg", "2", *WHY)
    assert enrolled.data(*told, "1")["right"] is False
    found = enrolled.data(*told, "2")
    assert (found["right"], found["order"]["read_back_units"]) == (True, 2)


def test_a_coordinator_proposes_what_an_investigator_signs(enrolled: Desk) -> None:
    ask = ("dose-order", "propose", "018", "--from", TOMORROW, "--mg", "1", "--then-mg", "2", "--reason", "trough 3")
    assert "is the coordinator's step" in enrolled.refused(*ask, "--as", "Wu")
    assert enrolled.data(*ask, "--as", "Li")["state"] == "proposed"
    assert kinds(enrolled) == ["dose"]
    assert "is the investigator's step" in enrolled.refused("dose-order", "sign", "018", "1", "--as", "Li")
    signed = enrolled.told("dose-order", "sign", "018", "1", "--as", "Wu")
    assert signed == "Proposal 1 of 018 is signed: it is version 2 of the orders.\n"
    assert kinds(enrolled) == ["dose", "dose"]
    (row,) = enrolled.data("dose-order", "proposals", "018")
    assert (row["state"], row["order_version"], row["recorded_by"]) == ("signed", 2, "Wu")


def test_a_preview_tells_days_messages_and_the_text_and_stores_nothing(enrolled: Desk) -> None:
    shown = enrolled.data("dose-order", "preview", "018", "--from", TOMORROW, "--mg", "2")
    assert shown["text"]
    assert kinds(enrolled) == ["dose"]
    assert "cannot be made" in enrolled.refused("dose-order", "preview", "018", "--from", TOMORROW, "--mg", "1.5")
    assert enrolled.told("dose-order", "preview", "018", "--from", TOMORROW, "--mg", "3").strip()


def test_only_an_investigator_orders(enrolled: Desk) -> None:
    for verb in (("add", "--from", TOMORROW, "--mg", "2"), ("hold",), ("resume",), ("discontinue",)):
        told = enrolled.refused("dose-order", *verb, "018", "--reason", "x", "--as", "Li")
        assert told == "anshi: Li is coordinator; this is for: investigator\n"


def test_a_hold_is_ended_by_a_resume(enrolled: Desk) -> None:
    enrolled.told("dose-order", "hold", "018", "--from", TOMORROW, *WHY)
    assert enrolled.data("dose-order", "resume", "018", "--from", TOMORROW, *WHY)["order"]["kind"] == "resume"
    assert kinds(enrolled) == ["dose", "hold", "resume"]
    assert "nothing of 018 is on hold" in enrolled.refused("dose-order", "resume", "018", "--from", TOMORROW, *WHY)


def test_a_hold_that_has_ended_by_itself_needs_no_resume(enrolled: Desk) -> None:
    enrolled.told("dose-order", "hold", "018", "--until", days_ago(0), *WHY)
    assert "nothing of 018 is on hold" in enrolled.refused("dose-order", "resume", "018", "--from", TOMORROW, *WHY)


def test_a_resume_lifts_what_waited_for_an_investigator_and_says_so_in_the_audit(enrolled: Desk, trial: Trial) -> None:
    async def stop(change: Change) -> None:
        await block(change, await participant_by_code(change, "018"), "double_dose", trial)

    enrolled.within(stop)
    assert enrolled.data("participant", "show", "018")["blocked_reason"] == "double_dose"
    made = enrolled.data("dose-order", "resume", "018", *WHY)
    assert made == {"code": "018", "unblocked": "double_dose", "order": None}
    assert enrolled.data("participant", "show", "018")["blocked_reason"] is None
    assert [entry["reason"] for entry in enrolled.audited("unblock_doses")] == ["trough 12 ng/mL"]


def test_treatment_ends_today_and_not_ahead_of_time(enrolled: Desk) -> None:
    told = enrolled.refused("dose-order", "discontinue", "018", "--from", TOMORROW, *WHY)
    assert "discontinued on the day it is recorded" in told
    enrolled.told("dose-order", "discontinue", "018", *WHY)
    assert enrolled.data("participant", "show", "018")["state"] == "discontinued"


def alert(desk: Desk, kind: AlertKind, code: str = "018") -> str:
    async def raise_one(change: Change) -> str:
        return (await open_alert(change, kind, await participant_by_code(change, code))).id

    found: str = desk.within(raise_one)
    return found


def test_alerts_stand_by_urgency_and_by_site(enrolled: Desk) -> None:
    task = alert(enrolled, AlertKind.EVENING_TAKER)
    red = alert(enrolled, AlertKind.FEELS_UNWELL)
    other = alert(enrolled, AlertKind.MESSAGE, "900")
    assert [row["id"] for row in enrolled.data("alert", "list")] == [red, other, task]
    (row,) = enrolled.data("alert", "list", "--site", "SHANG")
    assert (row["id"], row["participant_code"], row["level"]) == (other, "900", "amber")


def test_an_alert_is_seen_by_the_first_and_closed_once_with_its_outcome(enrolled: Desk) -> None:
    alert_id = alert(enrolled, AlertKind.FEELS_UNWELL)
    assert enrolled.data("alert", "ack", alert_id, "--as", "Li")["acknowledged_by"] == "Li"
    assert enrolled.data("alert", "ack", alert_id, "--as", "Wu")["acknowledged_by"] == "Li"
    close = ("alert", "close", alert_id, "--as", "Wu", "--outcome")
    assert "say what came of it" in enrolled.refused(*close, " ")
    assert enrolled.data(*close, "called, is well")["closed_by"] == "Wu"
    assert "is closed already" in enrolled.refused(*close, "again")
    assert enrolled.data("alert", "list") == []
    (row,) = enrolled.data("alert", "list", "--closed")
    assert row["outcome"] == "called, is well"
