"""The order of open alerts: total, the same for whoever lists them, and nothing that is worse waits further down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.alert_rank import URGENCY, AlertStanding, alert_rank, is_overdue
from protocol.terms import Level

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def standings(alert_id: st.SearchStrategy[str]) -> st.SearchStrategy[AlertStanding]:
    """What the store can hold: what is acknowledged is told nobody, and so never overdue."""
    return st.builds(
        AlertStanding,
        alert_id=alert_id,
        level=st.sampled_from(Level),
        opened_at=st.sampled_from([MONDAY + number * HOUR for number in range(3)]),
        paged=st.booleans(),
        possible_sae=st.booleans(),
        overdue=st.booleans(),
        acknowledged=st.booleans(),
    ).map(lambda one: replace(one, overdue=one.overdue and not one.acknowledged))


SOME = st.lists(standings(st.text("abc", min_size=1, max_size=3)), unique_by=lambda one: one.alert_id, max_size=8)


def badness(one: AlertStanding) -> tuple[int, ...]:
    """Every way in which an alert can be worse, each by itself; the larger the worse."""
    return (
        -URGENCY.index(one.level),
        one.paged,
        one.possible_sae,
        one.overdue,
        not one.acknowledged,
        int((MONDAY + 9 * HOUR - one.opened_at) / HOUR),
    )


@given(standings(st.just("one")), standings(st.just("one")))
def test_what_is_worse_in_one_way_and_better_in_none_never_waits_further_down(
    one: AlertStanding, other: AlertStanding
) -> None:
    if all(mine >= theirs for mine, theirs in zip(badness(one), badness(other), strict=True)):
        assert alert_rank(one) <= alert_rank(other)


def test_that_holds_for_every_pair_there_is() -> None:
    """Every combination of what an alert can be, so that no pair is left to chance."""
    every = [
        AlertStanding("one", level, MONDAY + later * HOUR, paged, sae, overdue, acknowledged)
        for level, later in product(Level, (0, 1))
        for paged, sae, overdue, acknowledged in product((False, True), repeat=4)
        if not (overdue and acknowledged)
    ]
    compared = 0
    for one, other in permutations(every, 2):
        if all(mine >= theirs for mine, theirs in zip(badness(one), badness(other), strict=True)):
            compared += 1
            assert alert_rank(one) <= alert_rank(other), (one, other)
    assert compared == 900


@given(SOME)
def test_the_order_is_total_and_the_same_from_whichever_side_one_begins(found: list[AlertStanding]) -> None:
    other_side = found[::-1]
    assert sorted(other_side, key=alert_rank) == sorted(found, key=alert_rank)
    assert len({alert_rank(one) for one in found}) == len(found)


@pytest.mark.parametrize("from_behind", [False, True])
def test_the_order_reads_as_it_is_written_down(from_behind: bool) -> None:
    """Red and paged first, then a possible serious event, then the level, then overdue, then the oldest."""
    red_sae = AlertStanding("a", Level.RED, MONDAY + 2 * HOUR, possible_sae=True)
    paged_sae = AlertStanding("b", Level.AMBER, MONDAY, paged=True, possible_sae=True)
    red_overdue = AlertStanding("c", Level.RED, MONDAY + 2 * HOUR, overdue=True)
    red_old = AlertStanding("d", Level.RED, MONDAY)
    red_new = AlertStanding("e", Level.RED, MONDAY + HOUR)
    red_seen = AlertStanding("f", Level.RED, MONDAY, acknowledged=True)
    paged = AlertStanding("g", Level.AMBER, MONDAY, paged=True)
    amber_sae = AlertStanding("h", Level.AMBER, MONDAY + 2 * HOUR, possible_sae=True)
    amber_overdue = AlertStanding("i", Level.AMBER, MONDAY + HOUR, overdue=True)
    amber = AlertStanding("j", Level.AMBER, MONDAY)
    task = AlertStanding("k", Level.TASK, MONDAY)
    written = [
        red_sae, paged_sae, red_overdue, red_old, red_new, red_seen, paged, amber_sae, amber_overdue, amber, task,
    ]  # fmt: skip
    shuffled = written[::-1] if from_behind else written[5:] + written[:5]
    assert [one.alert_id for one in sorted(shuffled, key=alert_rank)] == [one.alert_id for one in written]


@pytest.mark.parametrize(
    ("calls", "next_call", "overdue"),
    [
        (0, timedelta(0), False),  # just opened: the first telling is due
        (1, timedelta(minutes=5), False),  # told, and its repeat lies ahead
        (1, timedelta(0), True),  # the repeat is due now
        (2, timedelta(minutes=5), True),  # it has been repeated
        (2, None, False),  # acknowledged: nobody is told again
    ],
)
def test_an_alert_is_overdue_from_its_first_repeat_on(calls: int, next_call: timedelta | None, overdue: bool) -> None:
    assert is_overdue(calls, None if next_call is None else MONDAY + next_call, MONDAY) is overdue
