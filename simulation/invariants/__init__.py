"""The invariants by name: what must hold of the evidence, checked by code that shares nothing with what it checks.

Only the standard library and `simulation.evidence` are imported here, and every row is read by SQL of our own. I-01 to
I-30 are those of a store that loses nothing, C-01 on are the clinic's own.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from simulation.evidence import Delivered, Evidence, Violation
from simulation.invariants import inbound, outbound, outcomes, prompting, record, ringing, screens, study, visits
from simulation.invariants.night import Marks, Night
from simulation.invariants.sight import Memory, Seen

AT_DELIVERY: Final[Mapping[str, Callable[[Seen], Iterator[str]]]] = {
    "I-04 answered, so durable": prompting.answered_so_durable,
    "I-06 one prompt per dose": prompting.one_prompt_per_dose,
    "I-07 never twice a day": prompting.never_taken_twice,
    "I-08 blood before the dose": prompting.blood_before_the_dose,
    "I-09 right content": prompting.right_content,
    "I-10 nothing after the stop": prompting.nothing_after_the_stop,
    "I-11 inside the window": prompting.inside_the_window,
    "I-18 cause before message": prompting.cause_before_message,
    "I-20 right person": prompting.right_person,
    "I-22 in order": prompting.in_order,
    "I-27 no stranger": prompting.no_stranger,
    "C-01 the first dose once": prompting.first_dose_once,
    "C-02 not past the cut-off": prompting.not_past_the_cutoff,
    "C-03 not too close": prompting.not_too_close,
    "C-15 after red a human decides": prompting.a_human_decides,
    "C-16 no day that is off": visits.no_day_that_is_off,
}

AT_STAFF: Final[Mapping[str, Callable[[Seen], Iterator[str]]]] = {
    "C-13 silent once acknowledged": ringing.silent_after_acknowledgement,
    "I-28 an alert at its own site": ringing.at_its_own_site,
}
"""For what reaches a phone of staff; the others are about participants'."""

AT_MIDNIGHT: Final[Mapping[str, Callable[[Night], Iterator[str]]]] = {
    "I-01 confirmed, so stored": inbound.confirmed_so_stored,
    "I-02 stored, so settled": inbound.stored_so_settled,
    "I-03 one effect per update": inbound.settled_once,
    "I-05 nothing overwritten": inbound.nothing_overwritten,
    "I-12 no silent miss": outcomes.no_silent_miss,
    "I-13 calendar": outcomes.calendar,
    "I-14 clock proof": outcomes.nothing_before_its_time,
    "I-15 red flag with its alert": record.red_flag_with_its_alert,
    "I-15 until acknowledged": ringing.rings_until_acknowledged,
    "I-15 further and further": ringing.goes_further,
    "C-13 no call once acknowledged": ringing.no_call_after_acknowledgement,
    "C-14 told is delivered": ringing.told_is_delivered,
    "I-16 shown at once": record.shown_at_once,
    "I-16 never left alone": record.never_left_alone,
    "I-17 no silent give-up": outbound.no_silent_give_up,
    "I-19 unknown is bounded": outbound.unknown_is_bounded,
    "I-20 one chat each": record.one_chat_each,
    "I-21 politeness": outbound.politeness,
    "I-22 in order of saying": inbound.in_order_of_saying,
    "I-23 exactly once": study.exactly_once,
    "I-23 days are the doses": study.days_are_the_doses,
    "I-24 no identity crosses": record.no_identity_crosses,
    "I-25 no regress": study.nothing_goes_back,
    "I-27 bound by invitation": record.bound_by_invitation,
    "I-29 the audit chain verifies": record.chain_verifies,
    "I-29 each change is audited": record.each_change_is_audited,
    "C-04 our silence is ours": outcomes.our_silence_is_ours,
    "C-05 a dose is the sum of its reports": outcomes.the_sum_of_its_reports,
    "C-06 recorded as it was said": inbound.one_effect_as_said,
    "C-07 whoever speaks is answered": inbound.whoever_speaks_is_answered,
    "C-08 answers are shown": inbound.answers_are_shown,
    "C-09 nothing is left lying": outbound.nothing_left_lying,
    "C-10 each change is owed": record.each_change_is_owed,
    "C-11 a gap is written down": outcomes.gaps_are_written_down,
    "C-12 the screen says what stands": screens.says_what_stands,
}
"""Those that only hold when all is quiet look at `Night.whole` themselves."""

NOT_HERE: Final[Mapping[str, str]] = {
    "I-26 independent failure": "no check of its own: the others hold while the study or Telegram is down",
    "I-28 site walls": "of the pages: they are no evidence of a run; tests/web",
    "I-30 restore is safe": "restoring from a backup is not built",
}

PER_CHECK = 5  # one cause shows in many rows


class Invariants:
    """Remembers from look to look; one for each run."""

    def __init__(self) -> None:
        self._memory, self._marks = Memory(), Marks()

    def on_delivery(self, evidence: Evidence, delivered: Delivered) -> list[Violation]:
        """Checks one message at the instant it arrives, before anybody is told that it did."""
        self._memory.listen(evidence)
        seen = Seen(evidence, self._memory, delivered)
        checks = AT_STAFF if delivered.chat in evidence.staff else AT_DELIVERY
        with _one_look(evidence.store):
            found = [Violation(name, delivered.at, told) for name, check in checks.items() for told in check(seen)]
            seen.remember()
        return found

    def at_midnight(self, evidence: Evidence) -> list[Violation]:
        """Checks what has been added since the last look, and what is young enough to change."""
        return self._look(evidence, whole=False)

    def at_quiet(self, evidence: Evidence) -> list[Violation]:
        """Checks everything, once all faults are healed and all has settled."""
        return self._look(evidence, whole=True)

    def _look(self, evidence: Evidence, *, whole: bool) -> list[Violation]:
        self._memory.listen(evidence)
        night = Night(evidence, self._memory, self._marks, whole)
        with _one_look(evidence.store), _one_look(evidence.study):
            told = {name: _some(check(night)) for name, check in AT_MIDNIGHT.items()}
        found = [Violation(name, evidence.at, one) for name, some in told.items() for one in some]
        self._marks.heard = len(evidence.received)
        self._marks.settled_before = len(self._marks.settled)
        return found


@contextmanager
def _one_look(store: sqlite3.Connection) -> Iterator[None]:
    """All statements see the same instant, and the file is locked once for all of them."""
    store.execute("BEGIN")
    try:
        yield
    finally:
        store.execute("COMMIT")


def _some(told: Iterable[str]) -> list[str]:
    """All of it is read, so that the marks move on; some of it is told."""
    return list(told)[:PER_CHECK]
