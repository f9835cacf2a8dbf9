"""The late-dose table: until when "you can still take today's dose" may be said.

A dose may be taken in [due, until), `until` being `protocol.ladder.take_now_until`:

| asked at                | ordinary dose | first dose                                        |
|-------------------------|---------------|---------------------------------------------------|
| before the due moment   | STILL_TAKE    | STILL_TAKE                                        |
| up to the cut-off       | STILL_TAKE    | STILL_TAKE                                        |
| at the cut-off or later | TOO_LATE      | STILL_TAKE, since the cut-off does not apply to it |
| the next dose has opened | TOO_LATE     | TOO_LATE: the next dose is now the first one      |
"""

from datetime import datetime, timedelta

from protocol.screens import LateAdvice

OWN_DAY = timedelta(days=1)


def late_advice(at: datetime, due_at: datetime, until: datetime, *, is_first: bool) -> LateAdvice:
    """The sentence for one dose at `at`; `until` is its `take_now_until`, and itself already too late.

    An ordinary dose is never still to be taken a day after it was due, whatever `until` says.
    """
    ends_at = until if is_first else min(until, due_at + OWN_DAY)
    return LateAdvice.STILL_TAKE if at < ends_at else LateAdvice.TOO_LATE
