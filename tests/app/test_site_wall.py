"""The site wall on the command line: for Otto, a participant of another site is one that does not exist."""

import pytest

from actions.alerts import open_alert
from actions.facts import participant_by_code
from models.session import Change
from protocol.terms import AlertKind
from tests.app.conftest import Desk, days_ago

REASON = ("--reason", "because")
TOUCHES = {
    "invite": ("participant", "invite"),
    "zone": ("participant", "zone", "--tz", "Europe/London", *REASON),
    "unlink": ("participant", "unlink", *REASON),
    "withdraw": ("participant", "withdraw", "--because", "other", *REASON),
    "died": ("participant", "died", "--on", days_ago(0), *REASON),
    "consent-withdrawn": ("participant", "consent-withdrawn", *REASON),
    "completed": ("disposition", "completed", "--on", days_ago(0), *REASON),
    "lost": ("disposition", "lost", *REASON),
    "dispositions": ("disposition", "list"),
    "guards": ("guard", "list"),
    "counsel": ("guard", "counsel", "--guard", "blood_donation", "--on", days_ago(0), "--by", "Wu"),
    "reveal": ("participant", "show", "--reveal", *REASON),
    "show": ("participant", "show"),
    "dose list": ("dose", "list"),
    "order list": ("dose-order", "list"),
}
ORDERS = {
    "add": ("dose-order", "add", "--from", days_ago(0), "--mg", "2", *REASON),
    "hold": ("dose-order", "hold", *REASON),
    "resume": ("dose-order", "resume", *REASON),
    "drug-stopped": ("disposition", "drug-stopped", "--from", days_ago(0), "--because", "other", *REASON),
    "take-back": ("disposition", "take-back", *REASON),
    "discontinue": ("dose-order", "discontinue", *REASON),
}


@pytest.mark.parametrize("words", TOUCHES.values(), ids=TOUCHES)
def test_otto_cannot_tell_a_foreign_participant_from_a_missing_one(enrolled: Desk, words: tuple[str, ...]) -> None:
    foreign = enrolled.refused(*words, "018", "--as", "Otto")
    missing = enrolled.refused(*words, "555", "--as", "Otto")
    assert foreign == missing == "anshi: there is no such participant here\n"


@pytest.mark.parametrize("words", ORDERS.values(), ids=ORDERS)
def test_an_investigator_of_another_site_orders_nothing_here(enrolled: Desk, words: tuple[str, ...]) -> None:
    assert enrolled.refused(*words, "018", "--as", "Olga") == "anshi: there is no such participant here\n"


def test_otto_records_no_dose_of_a_foreign_participant(enrolled: Desk) -> None:
    told = enrolled.refused("dose", "record", "018", days_ago(1), "--as", "Otto")
    assert told == "anshi: there is no such participant here\n"


def test_otto_lists_his_own_site_alone(enrolled: Desk) -> None:
    assert [row["code"] for row in enrolled.data("participant", "list", "--as", "Otto")] == ["900"]
    assert [row["code"] for row in enrolled.data("participant", "list", "--as", "Ada")] == ["017", "018", "900"]


def test_a_foreign_site_looks_like_a_missing_one(desk: Desk) -> None:
    words = (
        "participant",
        "consent",
        "001",
        "--form-version",
        "1",
        "--signed-on",
        "2026-01-02",
        "--investigator",
        "Wu",
    )
    foreign = desk.refused(*words, "--site", "PUMCH", "--as", "Otto")
    missing = desk.refused(*words, "--site", "NOWHERE", "--as", "Otto")
    assert foreign.replace("PUMCH", "NOWHERE") == missing


def test_a_foreign_alert_looks_like_a_missing_one(enrolled: Desk) -> None:
    async def raise_one(change: Change) -> str:
        return (await open_alert(change, AlertKind.FEELS_UNWELL, await participant_by_code(change, "018"))).id

    alert_id = enrolled.within(raise_one)
    assert enrolled.data("alert", "list", "--as", "Otto") == []
    for verb in (("ack",), ("close", "--outcome", "called")):
        foreign = enrolled.refused("alert", *verb, alert_id, "--as", "Otto")
        missing = enrolled.refused("alert", *verb, "nothing", "--as", "Otto")
        assert foreign == missing


def test_an_unknown_or_disabled_account_does_nothing(enrolled: Desk) -> None:
    unlink = ("participant", "unlink", "018", "--reason", "lost", "--as")
    assert "no enabled account of the name 'Nobody'" in enrolled.refused(*unlink, "Nobody")
    enrolled.told("staff", "disable", "Li", "--as", "Ada")
    assert "no enabled account of the name 'Li'" in enrolled.refused(*unlink, "Li")


def test_a_monitor_reads_and_writes_nothing(enrolled: Desk) -> None:
    assert enrolled.data("participant", "list", "--as", "Mo")
    assert "Mo is monitor" in enrolled.refused("participant", "unlink", "018", "--reason", "lost", "--as", "Mo")
