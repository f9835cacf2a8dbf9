"""A moved participant is reminded on the new wall; a zone that does not exist changes nothing."""

import json

from tests.app.conftest import Desk

REASON = ("--reason", "visits her daughter")


def test_a_new_zone_moves_the_reminder(enrolled: Desk) -> None:
    told = enrolled.told("participant", "zone", "017", "--tz", "Europe/London", *REASON, "--as", "Li")
    assert "now follows Europe/London" in told
    shown = json.loads(enrolled.told("participant", "show", "017", "--json"))
    assert shown["tz"] == "Europe/London"


def test_an_unknown_zone_is_one_line_and_changes_nothing(enrolled: Desk) -> None:
    refused = enrolled.refused("participant", "zone", "017", "--tz", "Mars/Olympus", *REASON, "--as", "Li")
    assert refused.count("\n") == 1
    shown = json.loads(enrolled.told("participant", "show", "017", "--json"))
    assert shown["tz"] == "Asia/Shanghai"
