"""A wrong clock expires and settles nothing; a sleep that Telegram's clock confirms is an outage."""

from datetime import UTC, datetime, timedelta

from app.clock import ClockWatch

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def watch_at_noon() -> ClockWatch:
    watch = ClockWatch()
    watch.compared(NOON, NOON)
    assert watch.trusts(NOON, 0.0)
    return watch


def test_a_clock_that_goes_on_evenly_is_trusted() -> None:
    assert watch_at_noon().trusts(NOON + HOUR, 3600.0)


def test_a_jump_ahead_that_nobody_confirms_holds_everything() -> None:
    watch = watch_at_noon()
    assert not watch.trusts(NOON + HOUR, 1.0)
    assert not watch.trusts(NOON + HOUR + timedelta(seconds=1), 2.0)


def test_a_jump_ahead_that_telegram_confirms_was_a_sleep() -> None:
    watch = watch_at_noon()
    assert not watch.trusts(NOON + HOUR, 1.0)
    watch.compared(NOON + HOUR, NOON + HOUR)
    assert watch.trusts(NOON + HOUR, 2.0)


def test_a_clock_set_back_is_held_until_it_agrees_again() -> None:
    watch = watch_at_noon()
    assert not watch.trusts(NOON - HOUR, 1.0)
    watch.compared(NOON - HOUR, NOON)
    assert not watch.trusts(NOON - HOUR, 2.0)
    watch.compared(NOON, NOON)
    assert watch.trusts(NOON + timedelta(seconds=3), 5.0 + 3600)  # set right again


def test_a_clock_that_differs_from_telegrams_is_not_trusted() -> None:
    watch = watch_at_noon()
    watch.compared(NOON, NOON + timedelta(minutes=3))
    assert not watch.trusts(NOON, 0.0)
