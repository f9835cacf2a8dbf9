"""What is wrong with a protocol file: one problem per place, each with its remedy."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is a dotted path, with the line where it is known; `remedy` says what to write instead."""

    place: str
    message: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.remedy}"


class ProtocolFileError(Exception):
    """The protocol file cannot be used; every problem is listed."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
