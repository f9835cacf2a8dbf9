"""Faults that can be switched on: refusals, waits, cut connections, and updates that come twice or out of order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    STATUS = "status"
    LATENCY = "latency"
    DELIVER_THEN_DROP = "deliver_then_drop"
    DROP_BEFORE_ACCEPT = "drop_before_accept"
    DELIVER_THEN_LATE = "deliver_then_late"
    NOT_JSON = "not_json"
    HTML_502 = "html_502"
    DUPLICATE = "duplicate"
    REORDER = "reorder"


OF_UPDATES = {Kind.DUPLICATE, Kind.REORDER}


@dataclass(frozen=True)
class Fault:
    """One fault. `method` and `chat_id` narrow it; `seconds` is for waits; `takes_effect` is for unreadable answers."""

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    code: int = 500
    description: str = "Internal Server Error"
    parameters: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 0.0
    takes_effect: bool = False

    def concerns(self, method: str, chat_id: int | None) -> bool:
        return (self.method is None or self.method.lower() == method.lower()) and self.chat_id in {None, chat_id}


class Faults:
    """The faults still to come, oldest first; each is spent `times` times, or for ever when `times` is None."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int | None]] = []

    def add(  # noqa: PLR0913
        self,
        *,
        kind: str,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = 1,
        code: int = 500,
        description: str | None = None,
        parameters: Mapping[str, object] | None = None,
        retry_after: int | None = None,
        seconds: float = 0.0,
        takes_effect: bool = False,
    ) -> Fault:
        """Switches a fault on. `retry_after` seconds makes a 429 with Telegram's words. ValueError for another kind."""
        given = dict(parameters or {})
        if retry_after is not None:
            code = 429
            given["retry_after"] = retry_after
            description = description or f"Too Many Requests: retry after {retry_after}"
        words = description or "Internal Server Error"
        fault = Fault(Kind(kind), method, chat_id, code, words, given, seconds, takes_effect)
        self._left.append((fault, times))
        return fault

    def clear(self) -> None:
        self._left.clear()

    def pending(self) -> list[Fault]:
        return [fault for fault, _ in self._left]

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Spends the oldest fault that concerns this call."""
        return self._spend(lambda fault: fault.kind not in OF_UPDATES and fault.concerns(method, chat_id))

    def take_for_updates(self) -> Fault | None:
        """Spends the oldest fault that concerns a batch of updates."""
        return self._spend(lambda fault: fault.kind in OF_UPDATES)

    def _spend(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        for index, (fault, times) in enumerate(self._left):
            if wanted(fault):
                if times is not None and times <= 1:
                    del self._left[index]
                elif times is not None:
                    self._left[index] = (fault, times - 1)
                return fault
        return None
