"""How much is measured: the sizes of a full run, and tiny ones that only prove that everything runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """`enrolled` are the sizes of the store whose ticks are compared; a block is what one measurement repeats."""

    enrolled: tuple[int, ...] = (1_000, 10_000, 100_000)
    due: int = 20
    people: int = 200
    block: int = 100
    rounds: int = 7
    starts: int = 5
    listed: int = 500
    pages: int = 10
    idle_seconds: float = 8.0


FULL = Sizes()
TINY = Sizes(enrolled=(20, 40), due=3, people=10, block=5, rounds=1, starts=1, listed=60, pages=1, idle_seconds=1.0)
