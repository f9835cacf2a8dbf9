"""A journey on the command line: seen before it is kept, kept, ended; refusals change nothing."""

from datetime import timedelta

from app.clock import RealClock
from tests.app.conftest import Desk

DAY = timedelta(days=1)
TODAY = RealClock().now().date()
THERE = ("--tz", "America/Los_Angeles", "--from", f"{TODAY + 10 * DAY}", "--until", f"{TODAY + 20 * DAY}")
LOCAL = ("--clock", "local", "--as", "Li")


def doses(desk: Desk) -> list[object]:
    return [(row["due_at"], row["state"]) for row in desk.data("dose", "list", "017")]


def test_a_journey_is_seen_before_it_is_kept(enrolled: Desk) -> None:
    shown = enrolled.data("travel", "tell", "017", *THERE, *LOCAL, "--dry-run")
    assert [dose["hours_after"] for dose in shown["doses"] if dose["hours_after"] not in (24.0, None)]
    assert enrolled.data("travel", "list", "017") == []
    kept = enrolled.data("travel", "tell", "017", *THERE, *LOCAL)
    assert kept["doses"] == shown["doses"]
    (listed,) = enrolled.data("travel", "list", "017")
    assert (listed["tz"], listed["clock"]) == ("America/Los_Angeles", "local")


def test_the_doses_around_the_two_changes_are_printed_with_their_distances(enrolled: Desk) -> None:
    enrolled.told("visit", "add", "017", "--on", f"{TODAY + 15 * DAY}", "--as", "Li")
    told = enrolled.told("travel", "tell", "017", *THERE, *LOCAL)
    assert "America/Los_Angeles (at home" in told
    assert "15 h after the one before" in told or "16 h after the one before" in told  # winter, summer
    assert "falls into it: move it" in told


def test_a_journey_ahead_is_taken_back_and_leaves_everything_as_it_was(enrolled: Desk) -> None:
    enrolled.told("participant", "zone", "017", "--tz", "Asia/Tokyo", "--reason", "plans up to now", "--as", "Li")
    before = doses(enrolled)
    enrolled.told("travel", "tell", "017", *THERE, *LOCAL)
    enrolled.told("travel", "end", "017", "--as", "Li")
    assert enrolled.data("travel", "list", "017") == []
    assert doses(enrolled) == before
    assert "no such journey" in enrolled.refused("travel", "end", "017", "--as", "Li")


def test_what_makes_no_journey_is_one_line_and_changes_nothing(enrolled: Desk) -> None:
    enrolled.told("travel", "tell", "017", *THERE, *LOCAL)
    for words, why in (
        (("--tz", "Mars/Olympus", *THERE[2:]), "is not a time zone"),
        ((*THERE[:2], "--from", f"{TODAY + DAY * 15}", "--until", f"{TODAY + DAY * 12}"), "turn them round"),
        ((*THERE[:2], "--from", f"{TODAY + DAY * 15}", "--until", f"{TODAY + DAY * 30}"), "another journey lies in"),
        ((*THERE[:2], "--from", "2020-01-01", "--until", "2020-01-03"), "over already"),
        ((*THERE[:2], "--from", f"{TODAY + DAY * 400}", "--until", f"{TODAY + DAY * 410}"), "more than a year ahead"),
    ):
        refused = enrolled.refused("travel", "tell", "017", *words, *LOCAL)
        assert why in refused
        assert refused.count("\n") == 1
    assert len(enrolled.data("travel", "list", "017")) == 1


def test_another_site_finds_no_such_participant(enrolled: Desk) -> None:
    assert "no such participant" in enrolled.refused("travel", "tell", "017", *THERE, "--clock", "home", "--as", "Otto")
    assert "no such participant" in enrolled.refused("travel", "list", "017", "--as", "Otto")
