"""Checked as each message arrives: that it is asked for once, rightly, in time, and of the right person."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from simulation.invariants.rules import (
    AT_CHOSEN_TIME,
    FIRST_UNITS,
    LATE_CUTOFF,
    LEASE,
    MINIMUM_GAP,
    MORNING_FROM,
    OPENS_BEFORE,
    RELEASE,
    TAKEN,
    is_quiet,
    moment,
    stored,
)
from simulation.invariants.sight import Seen

STRANGER_TEXT_MAX = 300
ON_TIME = timedelta(minutes=10)


def answered_so_durable(seen: Seen) -> Iterator[str]:
    """Who may undo a report can find it in the store already, through a connection of our own."""
    if "u" in seen.taps and not seen.rows("SELECT 1 FROM dose_event WHERE dose_id = ? LIMIT 1", seen.taps["u"].record):
        yield f"{seen.sent} shows as recorded what no event says"


def one_prompt_per_dose(seen: Seen) -> Iterator[str]:
    """Each planned message of a dose becomes one message at most."""
    if seen.prompt is None and seen.sending and not seen.may_be_answer:
        became = {row.id: seen.memory.became[row.id] for row in seen.sending}
        yield f"{seen.sent} repeats prompts that have arrived already: {became}"


def never_taken_twice(seen: Seen) -> Iterator[str]:
    """Once a dose is recorded taken nothing asks for it; and a day asks for one dose only.

    After a journey two doses may bear one date, in two zones; C-03 keeps them apart.
    """
    if not seen.asks_now or seen.dose is None:
        return
    if seen.dose.state in TAKEN:
        told = seen.rows("SELECT min(recorded_at) FROM dose_event WHERE dose_id = ?", seen.dose.id)[0][0]
        if told is None or told < seen.under_way_since:
            yield f"{seen.sent} asks for a dose recorded at {told}"
    before = seen.memory.asked.get(seen.dose.participant_id)
    if before and before.id != seen.dose.id and (before.due_on, before.due_tz) == (seen.dose.due_on, seen.dose.due_tz):
        yield f"{seen.sent} asks for a second dose of {before.due_on}; the first was {before}"


def right_content(seen: Seen) -> Iterator[str]:
    """The number of tablets named is the one ordered, on the button and in the text."""
    if not seen.urges or seen.dose is None:
        return
    dose, named = seen.dose, seen.taps["t"].argument
    ordered, since = seen.memory.ordered(seen.evidence, dose)
    units = FIRST_UNITS if dose.is_first else ordered
    if since >= seen.under_way_since:
        return
    if named != str(units) or dose.units != units or dose.dose_mg != units:
        yield f"{seen.sent} names {named} tablets where {units} are ordered: {dose}"
    elif "u" not in seen.taps and not any(f"{units}{word}" in seen.sent.text for word in ("片", " tablet")):
        yield f"{seen.sent} does not name {units} tablets in its text"


def first_dose_once(seen: Seen) -> Iterator[str]:
    """The first amount is asked for until one dose is taken, and never again after it."""
    if not seen.asks_now or seen.dose is None:
        return
    query = (
        "SELECT id, taken_at FROM scheduled_dose WHERE participant_id = ? AND ordinal < ?"
        " AND state IN ('taken', 'taken_partly') ORDER BY ordinal LIMIT 1"
    )
    taken = seen.rows(query, seen.dose.participant_id, seen.dose.ordinal)
    if bool(taken) != (not seen.dose.is_first) and not _told_just_now(seen, taken):
        yield f"{seen.sent} asks for {seen.dose.units} tablets; taken before: {taken}"


def _told_just_now(seen: Seen, taken: list[tuple[str, str]]) -> bool:
    query = "SELECT max(recorded_at) FROM dose_event WHERE dose_id = ?"
    return bool(taken) and (seen.rows(query, taken[0][0])[0][0] or "") >= seen.under_way_since


def nothing_after_the_stop(seen: Seen) -> Iterator[str]:
    """After a hold, a stop or a leave no dose is asked for; while a human must decide nothing says "take now"."""
    dose, person = seen.dose, seen.person
    if dose is None or person is None or not (seen.asks_now or seen.prompt):
        return
    since = seen.under_way_since
    stops = [("dose cancelled", dose.cancelled_at), ("messages stopped", person.messages_stopped_at)]
    if seen.asks_now or (seen.prompt is not None and seen.prompt.kind != "ask_team"):
        record = seen.prompt is not None and seen.prompt.kind == "dose_record"
        stops.append(("a human decides", None if record else person.blocked_at))
    if dose.state == "held" or person.state in ("withdrawn", "died"):
        told = "SELECT max(recorded_at) FROM dose_order WHERE participant_id = ?"
        stops.append((f"{dose.state}, {person.state}", seen.rows(told, person.id)[0][0]))
    if seen.is_answer:
        stops = [stop for stop in stops if stop[0] != "messages stopped"]  # who asks is answered
    for what, at in stops:
        if at is not None and at < since:
            yield f"{seen.sent} comes after: {what} at {at}"


def blood_before_the_dose(seen: Seen) -> Iterator[str]:
    """On a draw day nothing says "take now" before blood was taken or the hour of release has come."""
    if not seen.asks_now or seen.dose is None or seen.dose.is_first:
        return
    zone = ZoneInfo(seen.dose.due_tz)
    due = moment(seen.dose.due_at).astimezone(zone)
    sent = seen.sent.at.astimezone(zone)
    if not MORNING_FROM <= due.time() < RELEASE or sent.date() != due.date() or sent.time() >= RELEASE:
        return
    query = (
        "SELECT id FROM visit WHERE participant_id = ? AND draw = 1 AND planned_on = ? AND recorded_at < ?"
        " AND state IN ('planned', 'confirmed', 'attended') AND drawn_at IS NULL"
    )
    day = seen.rows("SELECT due_on FROM scheduled_dose WHERE id = ?", seen.dose.id)[0][0]
    for (visit_id,) in seen.rows(query, seen.dose.participant_id, day, seen.under_way_since):
        yield f"{seen.sent} asks for the dose before the blood of visit {visit_id}"


def a_human_decides(seen: Seen) -> Iterator[str]:
    """After red words or a red answer nothing says "take now" until an investigator has ordered to go on."""
    if not seen.asks_now or seen.dose is None:
        return
    query = (
        "SELECT a.clock_from FROM alert AS a WHERE a.participant_id = ? AND a.level = 'red'"
        " AND a.kind IN ('words', 'symptom') AND a.clock_from < ? AND NOT EXISTS (SELECT 1 FROM dose_order AS o"
        " WHERE o.participant_id = a.participant_id AND o.kind = 'resume' AND o.recorded_at >= a.clock_from)"
    )
    for (at,) in seen.rows(query, seen.dose.participant_id, seen.under_way_since):
        yield f"{seen.sent} comes after the red report of {at}, and nobody has decided"


def inside_the_window(seen: Seen) -> Iterator[str]:
    """A planned message leaves between its due and its expiry; "take now" while the dose may be taken."""
    at = stored(seen.sent.at)
    if seen.prompt is not None:
        if not seen.prompt.due_at <= at <= stored(moment(seen.prompt.expires_at) + LEASE):
            yield f"{seen.sent} is outside its time: {seen.prompt}"
        yield from _in_quiet_hours(seen)
    if seen.asks_now and seen.dose is not None:
        if seen.sent.at < moment(seen.dose.nominal_at) - OPENS_BEFORE:
            yield f"{seen.sent} asks for a dose before its window"
        if seen.dose.is_first:
            yield from _after_the_next_opened(seen)


def _in_quiet_hours(seen: Seen) -> Iterator[str]:
    if seen.prompt is None or seen.person is None:
        return
    chosen = seen.prompt.kind in AT_CHOSEN_TIME
    on_time = seen.sent.at < moment(seen.prompt.due_at) + ON_TIME + LEASE
    if chosen and on_time:
        return
    if is_quiet(seen.sent.at, seen.person.wall) and is_quiet(seen.sent.at - LEASE, seen.person.wall):
        yield f"{seen.sent} comes in quiet hours ({seen.person.wall}): {seen.prompt}"


def _after_the_next_opened(seen: Seen) -> Iterator[str]:
    if seen.dose is None:
        return
    query = "SELECT due_at FROM scheduled_dose WHERE participant_id = ? AND ordinal = ? AND cancelled_at IS NULL"
    for (due_at,) in seen.rows(query, seen.dose.participant_id, seen.dose.ordinal + 1):
        if seen.sent.at > moment(due_at) - OPENS_BEFORE + LEASE:
            yield f"{seen.sent} asks for a first dose though the next one has opened"


def not_past_the_cutoff(seen: Seen) -> Iterator[str]:
    """Past the cut-off nothing says that the dose may still be taken; the cut-off knows no first dose."""
    if seen.urges and seen.dose is not None and not seen.dose.is_first and seen.late(LATE_CUTOFF):
        yield f"{seen.sent} asks for a dose past its cut-off: {seen.dose}"


def not_too_close(seen: Seen) -> Iterator[str]:
    """The minimum gap lies between "take now" and the dose taken before."""
    if not seen.asks_now or seen.dose is None:
        return
    query = "SELECT id, taken_at FROM scheduled_dose WHERE participant_id = ? AND ordinal = ? AND taken_at > ?"
    near = stored(seen.sent.at - MINIMUM_GAP + LEASE)
    for dose_id, taken_at in seen.rows(query, seen.dose.participant_id, seen.dose.ordinal - 1, near):
        if not _told_just_now(seen, [(dose_id, taken_at)]) and taken_at < seen.dose.nominal_at:
            yield f"{seen.sent} comes too soon after the dose taken at {taken_at}"


def cause_before_message(seen: Seen) -> Iterator[str]:
    """Each message is an answer that a handled update owes, a planned one marked as being sent, or a flash."""
    if not seen.may_be_answer and not seen.sending and not seen.is_flash:
        yield f"{seen.sent} has no cause in the store"


def right_person(seen: Seen) -> Iterator[str]:
    """What is about one participant arrives on a phone of that one; a planned message only while a chat is bound."""
    about = seen.dose.participant_id if seen.dose else seen.order[0] if seen.order else ""
    if not about:
        return
    code = seen.memory.code_of(seen.evidence, about)
    if seen.sent.chat not in seen.evidence.chats.get(code, ()):
        yield f"{seen.sent} is about {code} and arrives at {seen.owner}"
    if seen.prompt is not None:
        bound = "SELECT max(coalesce(unlinked_at, '9')) FROM chat_link WHERE participant_id = ?"
        until = seen.rows(bound, about)[0][0]
        if until is None or (until != "9" and until < seen.under_way_since):
            yield f"{seen.sent} goes to a chat that was unbound at {until}"


def in_order(seen: Seen) -> Iterator[str]:
    """An older dose is not asked for after a newer one."""
    if seen.asks_now and seen.dose is not None:
        before = seen.memory.asked.get(seen.dose.participant_id)
        if before and before.ordinal > seen.dose.ordinal:
            yield f"{seen.sent} asks for dose {seen.dose.ordinal} after {before}"


def no_stranger(seen: Seen) -> Iterator[str]:
    """Who was not invited reads a polite sentence at most: no button, no number, no name."""
    if not seen.owner.startswith("stranger"):
        return
    text = seen.sent.text
    if seen.sent.buttons or len(text) > STRANGER_TEXT_MAX or any(letter.isdigit() for letter in text):
        yield f"{seen.sent} tells a stranger more than a polite sentence"
    elif any(secret in text for secret in seen.evidence.secrets) or any(code in text for code in seen.evidence.chats):
        yield f"{seen.sent} tells a stranger about a participant"
