"""No acknowledged commit is lost when the power goes: the shipped pragmas keep it, weaker ones are seen to lose it."""

import pytest

from models.sqlite import PRAGMAS
from tests.durability.power import cut_power

WITHOUT_SYNC = tuple(pragma for pragma in PRAGMAS if not pragma.startswith("synchronous"))
WITHOUT_EXTRA = tuple(pragma for pragma in PRAGMAS if pragma != "synchronous=EXTRA")


@pytest.mark.parametrize(
    "strict", [False, True], ids=["a folder like ext4's", "a folder that is never synced for free"]
)
def test_five_hundred_power_cuts_lose_and_corrupt_nothing(strict: bool) -> None:
    outcome = cut_power(500, seed=1, strict=strict)
    assert (outcome.lost, outcome.corrupt) == ([], [])
    assert outcome.cuts == 500
    assert outcome.acknowledged > 10_000


def test_without_a_sync_at_each_commit_acknowledged_commits_are_lost() -> None:
    outcome = cut_power(100, seed=1, pragmas=(*WITHOUT_SYNC, "synchronous=NORMAL"))
    assert outcome.lost


def test_without_any_sync_the_file_itself_is_torn() -> None:
    outcome = cut_power(100, seed=1, pragmas=(*WITHOUT_SYNC, "synchronous=OFF"))
    assert outcome.lost
    assert outcome.corrupt


def test_a_first_journal_whose_deletion_is_not_synced_takes_commits_back() -> None:
    """Why EXTRA comes before the switch to WAL."""
    assert WITHOUT_EXTRA != PRAGMAS
    assert cut_power(100, seed=1, pragmas=WITHOUT_EXTRA, strict=True).lost
