"""The parent's side of a contender: starts its process, asks it to measure, and ends it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from benchmarks.place import ROOT


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit took: milliseconds of the process's CPU, and by the wall."""

    cpu_ms: float
    wall_ms: float


class Contender:
    """A child process. Warmed up once; `measure` asks for one block."""

    def __init__(self, name: str, /, **arguments: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", name, json.dumps(arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def measure(self, what: str = "-") -> Cost:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        found = self._answer()
        return Cost(1000 * found["cpu"] / found["units"], 1000 * found["wall"] / found["units"])

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a contender ended with {self._process.wait()}")
        found: dict[str, float] = json.loads(line)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
