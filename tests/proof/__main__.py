"""`python -m tests.proof`: plants each bug, one after the other, and says which the simulation found."""

import sys
import tempfile
from pathlib import Path

from tests.proof.planted import PLANTED, Planted
from tests.proof.search import Finding, copy_house, plant, search, simulate, uproot


def main() -> int:
    """0 when the house is clean and every bug was found."""
    wanted = [planted for planted in PLANTED if not sys.argv[1:] or any(word in planted.name for word in sys.argv[1:])]
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        house = copy_house(Path(folder))
        clean = simulate(house, seeds=50, first=1, faults="all")
        _say(f"the house as it is, 50 seeds: {'no violation' if clean.returncode == 0 else clean.stdout}")
        for planted in wanted:
            finding = _one(house, planted)
            found += bool(finding.invariant)
            _say(_line(finding))
    _say(f"{len(wanted)} planted bugs, {found} found")
    return 0 if found == len(wanted) and clean.returncode == 0 else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _one(house: Path, planted: Planted) -> Finding:
    plant(house, planted)
    try:
        return search(house, planted)
    finally:
        uproot(house, planted)


def _line(finding: Finding) -> str:
    if not finding.invariant:
        return f"NOT FOUND  {finding.name}: {finding.said}"
    return f"found      {finding.name}: {finding.invariant} at seed {finding.seed}"


if __name__ == "__main__":
    sys.exit(main())
