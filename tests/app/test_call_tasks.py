"""Call tasks: one call records the days and closes the alert that asked for it, or does neither."""

from typing import Any

import pytest

from actions.alerts import open_alert
from actions.facts import participant_by_code
from models.alert import Alert
from models.session import Change
from protocol.terms import AlertKind
from tests.app.conftest import Desk, days_ago


def opened(desk: Desk, code: str = "018", kind: AlertKind = AlertKind.DOSES_UNREPORTED) -> str:
    """An open alert about this participant."""

    async def work(change: Change) -> str:
        return (await open_alert(change, kind, await participant_by_code(change, code), cause="run")).id

    found: str = desk.within(work)
    return found


def stands(desk: Desk, alert_id: str) -> tuple[Any, ...]:
    """How it stands: closed by whom, the outcome, what was done, whether it is told again."""

    async def work(change: Change) -> tuple[Any, ...]:
        row = await change.session.get_one(Alert, alert_id)
        return (row.closed_by, row.outcome, row.action, row.acknowledged_by, row.next_call_at)

    found: tuple[Any, ...] = desk.within(work)
    return found


def test_a_call_closes_its_task_in_the_same_transaction(enrolled: Desk) -> None:
    task = opened(enrolled)
    days = [f"{days_ago(3)}=taken@08:10", f"{days_ago(2)}=not-taken:forgot", days_ago(1)]
    told = enrolled.data("dose", "record", "018", *days, "--alert", task, "--as", "Li", "--reason", "weekly call")
    assert [row["state"] for row in told] == ["taken", "not_taken", "taken"]
    said = f"recorded what was said about {days_ago(3)}, {days_ago(2)}, {days_ago(1)}"
    assert stands(enrolled, task) == ("Li", "called", said, "Li", None)
    (entry,) = enrolled.audited("close_alert")
    assert entry["actor"] == "staff:Li"


def test_what_the_days_say_opens_what_it_calls_for_and_the_task_is_closed_all_the_same(enrolled: Desk) -> None:
    """Two days not taken, heard in the call about silence: the silence is settled, the run is a new matter."""
    task = opened(enrolled)
    days = [f"{days_ago(2)}=not-taken", f"{days_ago(1)}=not-taken"]
    enrolled.told("dose", "record", "018", *days, "--alert", task, "--as", "Li")
    assert stands(enrolled, task)[1] == "called"
    assert [row["kind"] for row in enrolled.data("alert", "list")] == ["doses_not_taken"]


def test_a_call_that_cannot_be_recorded_leaves_its_task_open(enrolled: Desk) -> None:
    task = opened(enrolled)
    enrolled.refused("dose", "record", "018", days_ago(1), days_ago(40), "--alert", task, "--as", "Li")
    assert stands(enrolled, task)[:2] == (None, "")
    assert {row["source"] for row in enrolled.data("dose", "list", "018")} == {None}


@pytest.mark.parametrize(
    ("whose", "about", "said"),
    [
        ("017", AlertKind.DOSES_UNREPORTED, "is not about 018"),
        ("900", AlertKind.DOSES_UNREPORTED, "there is no such alert here"),
        ("018", AlertKind.SYMPTOM, "is no call task"),
        ("018", AlertKind.SEVEN_NOT_TAKEN, "is no call task"),
    ],
)
def test_another_persons_alert_a_foreign_one_and_a_symptom_are_not_closed_by_a_call(
    enrolled: Desk, whose: str, about: AlertKind, said: str
) -> None:
    alert = opened(enrolled, whose, about)
    assert said in enrolled.refused("dose", "record", "018", days_ago(1), "--alert", alert, "--as", "Li")
    assert stands(enrolled, alert)[:2] == (None, "")
    assert {row["source"] for row in enrolled.data("dose", "list", "018")} == {None}, "nothing was recorded either"


def test_a_closed_task_and_one_that_never_was_refuse_the_call(enrolled: Desk) -> None:
    task = opened(enrolled)
    enrolled.told("alert", "close", task, "--outcome", "family called", "--as", "Li")
    told = enrolled.refused("dose", "record", "018", days_ago(1), "--alert", task, "--as", "Li")
    assert told == f"anshi: alert {task} is closed already\n"
    assert stands(enrolled, task)[1] == "family called"
    told = enrolled.refused("dose", "record", "018", days_ago(1), "--alert", "none", "--as", "Li")
    assert told == "anshi: there is no such alert here\n"


def test_the_study_is_told_that_it_was_acted_upon_and_closed(enrolled: Desk) -> None:
    task = opened(enrolled)
    enrolled.told("dose", "record", "018", days_ago(1), "--alert", task, "--as", "Li")
    (row,) = enrolled.data("report", "alerts")["alerts"]
    assert (row["closed"], row["acted"]) == (1, 1)
