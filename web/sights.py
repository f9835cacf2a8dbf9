"""Which readings of a person stand in the audit of this hour already."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

KEPT_MAX: Final = 20_000
"""Readings remembered at once; whatever falls out is audited again."""

Reading = tuple[str, str, str]  # the session's key, what was done, and to which record


class Sights:
    """The hour in which each reading was last audited, of this process; another one audits for itself."""

    def __init__(self, kept_max: int = KEPT_MAX) -> None:
        self._hours: OrderedDict[Reading, datetime] = OrderedDict()
        self._kept_max = kept_max

    def knows(self, reading: Reading, hour: datetime) -> bool:
        """Whether this reading stands in the audit of this hour."""
        return self._hours.get(reading) == hour

    def keep(self, reading: Reading, hour: datetime) -> None:
        """It does now."""
        self._hours[reading] = hour
        self._hours.move_to_end(reading)
        while len(self._hours) > self._kept_max:
            self._hours.popitem(last=False)
