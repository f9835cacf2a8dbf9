"""When the next weekly check comes: on the participant's wall, across zones and changes of the clocks."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from actions.check_plan import next_check_at
from models.participant import Participant
from models.protocol_file import load_trial
from protocol.terms import Channel, FoodMode, Language, ParticipantState

TRIAL = load_trial(None)
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)


def fang(**different: Any) -> Participant:
    values: dict[str, Any] = {
        "id": "p1",
        "code": "017",
        "site_code": "S1",
        "state": ParticipantState.ACTIVE,
        "channel": Channel.TELEGRAM,
        "language": Language.ZH,
        "tz": "Asia/Shanghai",
        "reminder_time": time(8),
        "food": FoodMode.WITH,
        "enrolled_at": MONDAY,
        "starts_at": MONDAY,
        "set_up_at": MONDAY,
        "protocol_version": "1",
    }
    return Participant(**values | different)


def test_it_is_the_protocols_day_and_time_until_the_participant_chooses() -> None:
    assert next_check_at(fang(), TRIAL, MONDAY) == datetime(2026, 3, 8, 10, tzinfo=UTC)
    chosen = fang(check_weekday=4, check_time=time(9, 30))
    assert next_check_at(chosen, TRIAL, MONDAY) == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def test_it_never_comes_on_the_day_of_entry() -> None:
    assert next_check_at(fang(check_weekday=1), TRIAL, MONDAY) == datetime(2026, 3, 9, 10, tzinfo=UTC)


def test_it_keeps_its_wall_time_when_the_clocks_change() -> None:
    emma = fang(tz="Europe/London")
    before = next_check_at(emma, TRIAL, datetime(2026, 3, 16, tzinfo=UTC))
    after = next_check_at(emma, TRIAL, datetime(2026, 3, 23, tzinfo=UTC))
    assert (before, after) == (datetime(2026, 3, 22, 18, tzinfo=UTC), datetime(2026, 3, 29, 17, tzinfo=UTC))


def test_at_its_own_moment_the_next_one_is_a_week_later() -> None:
    at = datetime(2026, 3, 8, 10, tzinfo=UTC)
    assert next_check_at(fang(), TRIAL, at) == datetime(2026, 3, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "different",
    [
        {"state": ParticipantState.WITHDRAWN},
        {"state": ParticipantState.DIED},
        {"state": ParticipantState.ENROLLED},
        {"channel": Channel.PHONE},
        {"set_up_at": None},
    ],
)
def test_who_has_left_has_no_chat_or_is_not_set_up_is_not_asked(different: dict[str, Any]) -> None:
    assert next_check_at(fang(**different), TRIAL, MONDAY) is None


def test_who_has_stopped_the_treatment_is_still_asked() -> None:
    assert next_check_at(fang(state=ParticipantState.DISCONTINUED), TRIAL, MONDAY) is not None
