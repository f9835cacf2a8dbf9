"""A wrong clock expires and settles nothing; a sleep that Telegram's clock confirms is an outage."""

from datetime import UTC, datetime, timedelta

from app.clock import ClockWatch

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def watch_at_noon() -> ClockWatch:
    watch = ClockWatch()
    watch.compared(NOON, 0.0, NOON)
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
    watch.compared(NOON + HOUR, 2.0, NOON + HOUR)
    assert watch.trusts(NOON + HOUR, 2.0)


def test_a_clock_set_back_is_held_until_it_agrees_again() -> None:
    watch = watch_at_noon()
    assert not watch.trusts(NOON - HOUR, 1.0)
    watch.compared(NOON - HOUR, 1.0, NOON)
    assert not watch.trusts(NOON - HOUR, 2.0)
    watch.compared(NOON, 2.0, NOON)
    assert watch.trusts(NOON + timedelta(seconds=3), 5.0)  # set right again


def test_a_clock_that_differs_from_telegrams_is_not_trusted() -> None:
    watch = watch_at_noon()
    watch.compared(NOON, 0.0, NOON + timedelta(minutes=3))
    assert not watch.trusts(NOON, 0.0)


def test_a_process_that_has_just_started_holds_until_telegram_has_answered_once() -> None:
    watch = ClockWatch()
    assert not watch.trusts(NOON, 0.0)
    assert not watch.is_news()  # nobody is told of a start
    watch.compared(NOON, 1.0, NOON + timedelta(seconds=2))
    assert watch.trusts(NOON, 1.0)


def test_a_process_that_starts_on_a_wrong_clock_sends_nothing_by_it() -> None:
    watch = ClockWatch()
    watch.compared(NOON + 2 * HOUR, 0.0, NOON)
    assert not watch.trusts(NOON + 2 * HOUR, 0.0)
    assert watch.is_news()


def test_a_telegram_that_says_no_time_is_enough_to_begin() -> None:
    watch = ClockWatch()
    watch.compared(NOON, 0.0, None)
    assert watch.trusts(NOON, 0.0)


def test_each_stretch_of_doubt_is_told_once() -> None:
    watch = watch_at_noon()
    told = []
    for second, skew in enumerate((0, 5, 5, 0, 5, 5)):
        watch.compared(NOON, float(second), NOON + timedelta(minutes=skew))
        watch.trusts(NOON + timedelta(seconds=second), float(second))
        told.append(watch.is_news())
    assert told == [False, True, False, False, True, False]


def test_a_clock_set_wrong_between_the_first_answer_and_the_first_tick_is_not_trusted() -> None:
    watch = ClockWatch()
    watch.compared(NOON, 0.0, NOON)
    assert not watch.trusts(NOON + 2 * HOUR, 1.0)
