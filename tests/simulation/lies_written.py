"""Lies in what has been written down: each changes rows or evidence of an honest run in one way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from simulation.evidence import Call, Delivered
from tests.simulation.honest import EMMA, FANG, Case, coming, stamp

Lie = Callable[[Case], object]


def confirmed_and_not_kept(case: Case) -> None:
    case.evidence.confirmed.add(999)


def kept_in_part(case: Case) -> None:
    case.ours("UPDATE inbox_update SET body = substr(body, 1, 60)")


def set_aside_in_silence(case: Case) -> None:
    case.hears({"my_chat_member": {}}, state="set_aside", reason="does not read")


def never_settled(case: Case) -> None:
    case.hears({"my_chat_member": {}}, state="new", done_at=None)


def handled_again(case: Case) -> None:
    case.ours("UPDATE inbox_update SET done_at = '2026-03-07 00:00:00.000000' WHERE update_id = ?", some_update(case))


def written_over(case: Case) -> None:
    case.ours("UPDATE dose_event SET reported_by = 'nobody' WHERE answer = 'taken'")


def event_gone(case: Case) -> None:
    case.invariants._marks.events["gone"] = (1, 0)


def two_heads(case: Case) -> None:
    """A second correction of one event: a tree, not a list."""
    target = case.ours("SELECT supersedes_id FROM dose_event WHERE answer = 'undone'")[0][0]
    last = "id = (SELECT id FROM dose_event WHERE answer = 'not_taken' ORDER BY rowid DESC LIMIT 1)"
    case.both(f"UPDATE dose_event SET supersedes_id = ? WHERE {last}", target)  # noqa: S608
    case.invariants._marks.events.clear()


def state_without_cause(case: Case) -> None:
    case.all_days("cause = 'outage'", "state = 'unreported'")


def never_an_outcome(case: Case) -> None:
    case.all_days("state = 'open', cause = NULL", "state = 'unreported'")


def hour_moved(case: Case) -> None:
    case.both("UPDATE scheduled_dose SET nominal_at = '2026-03-07 01:00:00.000000' WHERE id = ?", coming(case))


def day_left_out(case: Case) -> None:
    case.all_days("ordinal = ordinal + 5", "ordinal > 3")


def settled_too_soon(case: Case) -> None:
    case.both("UPDATE scheduled_dose SET state = 'not_asked', cause = 'outage' WHERE id = ?", coming(case))
    case.theirs("UPDATE participant_day SET state = 'not_asked', cause = 'outage' WHERE dose_id = ?", coming(case))


def red_flag_unheard(case: Case) -> None:
    case.both("DELETE FROM alert WHERE kind = 'feels_unwell'")


def left_alone(case: Case) -> None:
    delivered = case.evidence.delivered
    delivered[:] = [replace(one, text=one.text.replace("120", "")) for one in delivered]


def gave_up(case: Case) -> None:
    some = "SELECT id FROM prompt WHERE state = 'delivered' AND kind = 'dose_repeat' LIMIT 1"
    one = case.ours(some)[0][0]
    case.ours("UPDATE prompt SET state = 'failed' WHERE id = ?", one)
    case.theirs("UPDATE message_delivery SET state = 'failed' WHERE id = ?", one)


def unknown_for_no_reason(case: Case) -> None:
    one = case.ours("SELECT id FROM prompt WHERE state = 'delivered' AND kind = 'dose_repeat' LIMIT 1")[0][0]
    case.ours("UPDATE prompt SET state = 'unknown' WHERE id = ?", one)
    case.theirs("UPDATE message_delivery SET state = 'unknown' WHERE id = ?", one)


def tried_again(case: Case) -> None:
    one = case.ours("SELECT id FROM prompt WHERE state = 'waiting' LIMIT 1")[0][0]
    case.invariants._marks.unknown.add(one)


def two_chats(case: Case) -> None:
    case.ours("DROP INDEX uq_chat_link_own_active")
    case.ours("UPDATE chat_link SET participant_id = (SELECT min(participant_id) FROM chat_link)")
    case.ours("UPDATE invitation SET participant_id = (SELECT min(participant_id) FROM chat_link)")
    for phones in case.evidence.chats.values():
        phones |= {FANG, EMMA}


def rush(case: Case) -> None:
    at = case.evidence.at
    case.evidence.calls += [Call(10_000 + n, at, "sendMessage", 5000 + n, 200, took_effect=True) for n in range(26)]


def one_phone_flooded(case: Case) -> None:
    at = case.evidence.at
    case.evidence.calls += [Call(10_000 + n, at, "sendMessage", FANG, 200, took_effect=True) for n in range(4)]


def pause_not_taken(case: Case) -> None:
    at = case.evidence.at
    refused = Call(10_000, at, "sendMessage", 5000, 429, took_effect=False, retry_after=30.0)
    again = Call(10_001, at + timedelta(seconds=20), "sendMessage", 5000, 200, took_effect=True)
    case.evidence.calls += [refused, again]


def out_of_order(case: Case) -> None:
    case.hears({"my_chat_member": {}}, done_at=stamp(case.evidence.at + timedelta(minutes=1)))
    case.hears({"my_chat_member": {}})


def study_differs(case: Case) -> None:
    case.theirs("UPDATE dose_event SET reason = 'unwell' WHERE reason = 'forgot'")


def study_lacks_one(case: Case) -> None:
    case.theirs("DELETE FROM alert WHERE kind = 'message'")


def day_differs(case: Case) -> None:
    case.theirs("UPDATE participant_day SET units_taken = 9 WHERE state = 'taken'")


def name_in_the_study(case: Case) -> None:
    case.both("UPDATE dose_order SET reason = '方丽华'")


def study_goes_back(case: Case) -> None:
    case.theirs("UPDATE dose_event SET source_seq = 1")


def bound_without_invitation(case: Case) -> None:
    case.ours("UPDATE invitation SET used_at = NULL")


def payload_altered(case: Case) -> None:
    case.ours("DROP TRIGGER audit_entry_no_update")
    case.ours("UPDATE audit_entry SET payload = replace(payload, 'forgot', 'unwell')")


def actor_altered(case: Case) -> None:
    case.ours("DROP TRIGGER audit_entry_no_update")
    case.ours("UPDATE audit_entry SET actor = 'staff:li' WHERE seq = 12")


def entry_gone(case: Case) -> None:
    case.ours("DROP TRIGGER audit_entry_no_delete")
    case.ours("DELETE FROM audit_entry WHERE action = 'settle_dose'")


def change_without_audit(case: Case) -> None:
    case.both("UPDATE alert SET opened_at = '2026-03-03 00:30:00.000000' WHERE kind = 'feels_unwell'")


def nobody_listened(case: Case) -> None:
    silence = (case.evidence.at - timedelta(hours=47), case.evidence.at - timedelta(hours=24))
    case.evidence.down.append(silence)
    case.evidence.clock_wrong.append(silence)  # nor could anybody have written it down


def nobody_asked(case: Case) -> None:
    case.invariants._memory.asked_at.clear()


def counted_thrice(case: Case) -> None:
    case.all_days("units_taken = 3", "ordinal = 1")


def another_dose(case: Case) -> None:
    """The button that was pressed belonged to a dose of the same length of name."""
    for one in caused(case, "not_taken"):
        case.hear_instead(one, "callback_query", data=f"1.r.{'x' * 16}.forgot.")


def another_answer(case: Case) -> None:
    for one in caused(case, "undone"):
        case.hear_instead(one, "callback_query", data=f"1.k.{dose_of(case, one)}..")


def another_number(case: Case) -> None:
    one = caused(case, "taken")[0]
    case.hear_instead(one, "callback_query", data=f"1.t.{dose_of(case, one)}.7.")


def more_than_ordered(case: Case) -> None:
    """Three tablets in one press, in every place, and nothing had been asked."""
    one = caused(case, "taken")[-1]
    dose_id = dose_of(case, one)
    ((event_id,),) = case.ours("SELECT id FROM dose_event WHERE cause_key = ?", f"telegram:{one}")
    case.both("UPDATE dose_event SET units = 3, dose_mg = 3 WHERE id = ?", event_id)
    case.both("UPDATE scheduled_dose SET units_taken = 3 WHERE id = ?", dose_id)
    case.theirs(
        "UPDATE participant_day SET units_taken = 3 WHERE (participant_code, ordinal) ="
        " (SELECT participant_code, ordinal FROM scheduled_dose WHERE id = ?)",
        dose_id,
    )
    case.hear_instead(one, "callback_query", data=f"1.t.{dose_id}.3.")


def denial_counts(case: Case) -> None:
    case.hear_instead(caused(case, "taken")[-2], "message", text="吃了吗")
    case.ours("UPDATE inbox_update SET body = NULL")


def caused(case: Case, answer: str) -> list[int]:
    """The updates that caused the events of this answer."""
    rows = case.ours("SELECT cause_key FROM dose_event WHERE answer = ? ORDER BY rowid", answer)
    return [int(row[0].partition(":")[2]) for row in rows]


def dose_of(case: Case, update_id: int) -> str:
    return str(case.ours("SELECT dose_id FROM dose_event WHERE cause_key = ?", f"telegram:{update_id}")[0][0])


def never_answered(case: Case) -> None:
    case.hears({"message": {"text": "Hello?"}})


def answer_waits(case: Case) -> None:
    case.ours("UPDATE inbox_update SET answers = 'x' WHERE update_id = ?", some_update(case))


def left_lying(case: Case) -> None:
    case.ours("UPDATE prompt SET visible_at = '2026-03-05 00:00:00.000000' WHERE state = 'waiting'")


def not_owed(case: Case) -> None:
    case.ours("DELETE FROM outbox_entry WHERE record_type = 'dose_event'")


def gap_not_written(case: Case) -> None:
    case.evidence.down.append((case.evidence.at - timedelta(hours=2, minutes=6), case.evidence.at - timedelta(hours=2)))


def asked_again_over_the_answer(case: Case) -> None:
    taken = caused(case, "taken")[0]
    received, dose = case.invariants._memory.heard[taken], dose_of(case, taken)
    query = received.raw["callback_query"]
    assert isinstance(query, dict)
    buttons, message = (f"1.t.{dose}.1.", f"1.l.{dose}.."), query["message"]["message_id"]
    case.evidence.delivered.append(
        Delivered(9_000_000, case.evidence.at, received.chat, message, is_edit=True, text="old", buttons=buttons)
    )


def asked_why_over_the_answer(case: Case) -> None:
    taken = caused(case, "taken")[0]
    received, dose = case.invariants._memory.heard[taken], dose_of(case, taken)
    query = received.raw["callback_query"]
    assert isinstance(query, dict)
    message = query["message"]["message_id"]
    case.evidence.delivered.append(
        Delivered(
            9_000_000, case.evidence.at, received.chat, message, is_edit=True, text="old",
            buttons=(f"1.r.{dose}.forgot.",),
        )
    )  # fmt: skip


def emergency_text_late(case: Case) -> None:
    """A minute after the words; that nobody kept them is another matter."""
    case.hears({"message": {"text": "I have chest pain"}}, EMMA, state="ignored", reason="a lie")
    at = case.evidence.at + timedelta(minutes=1)
    case.evidence.delivered.append(Delivered(9_000_000, at, EMMA, 900, is_edit=False, text="Call 120 now", buttons=()))


def forgotten_unacknowledged(case: Case) -> None:
    """Nobody has acknowledged it, and it does not ring any more."""
    case.both("UPDATE alert SET acknowledged_at = NULL WHERE level = 'red'")


def called_once(case: Case) -> None:
    case.both("DELETE FROM alert_call WHERE strftime('%M', at) > '02' AND at < '2026-03-06 01:00:00'")


def one_person_only(case: Case) -> None:
    case.ours("UPDATE alert_call SET name = 'li'")


def delivered_to_nobody(case: Case) -> None:
    case.ours("UPDATE alert_call SET message = '999999' WHERE state = 'delivered'")


def called_after_all(case: Case) -> None:
    """It was acknowledged an hour before the first call."""
    case.both("UPDATE alert SET acknowledged_at = datetime(opened_at, '-1 hour') || '.000000' WHERE level = 'red'")


def some_update(case: Case) -> int:
    return min(one.update_id for one in case.evidence.received)


WRITTEN: list[tuple[str, Lie]] = [
    ("I-01 confirmed, so stored", confirmed_and_not_kept),
    ("I-01 confirmed, so stored", kept_in_part),
    ("I-02 stored, so settled", set_aside_in_silence),
    ("I-02 stored, so settled", never_settled),
    ("I-03 one effect per update", handled_again),
    ("I-05 nothing overwritten", written_over),
    ("I-05 nothing overwritten", event_gone),
    ("I-05 nothing overwritten", two_heads),
    ("I-12 no silent miss", state_without_cause),
    ("I-12 no silent miss", never_an_outcome),
    ("I-13 calendar", hour_moved),
    ("I-13 calendar", day_left_out),
    ("I-14 clock proof", settled_too_soon),
    ("I-15 red flag with its alert", red_flag_unheard),
    ("I-15 until acknowledged", forgotten_unacknowledged),
    ("I-15 until acknowledged", called_once),
    ("I-15 further and further", one_person_only),
    ("C-13 no call once acknowledged", called_after_all),
    ("C-14 told is delivered", delivered_to_nobody),
    ("I-16 shown at once", emergency_text_late),
    ("I-16 never left alone", left_alone),
    ("I-17 no silent give-up", gave_up),
    ("I-19 unknown is bounded", unknown_for_no_reason),
    ("I-19 unknown is bounded", tried_again),
    ("I-20 one chat each", two_chats),
    ("I-21 politeness", rush),
    ("I-21 politeness", one_phone_flooded),
    ("I-21 politeness", pause_not_taken),
    ("I-22 in order of saying", out_of_order),
    ("I-23 exactly once", study_differs),
    ("I-23 exactly once", study_lacks_one),
    ("I-23 days are the doses", day_differs),
    ("I-24 no identity crosses", name_in_the_study),
    ("I-25 no regress", study_goes_back),
    ("I-27 bound by invitation", bound_without_invitation),
    ("I-29 the audit chain verifies", payload_altered),
    ("I-29 the audit chain verifies", actor_altered),
    ("I-29 the audit chain verifies", entry_gone),
    ("I-29 each change is audited", change_without_audit),
    ("C-04 our silence is ours", nobody_listened),
    ("C-04 our silence is ours", nobody_asked),
    ("C-05 a dose is the sum of its reports", counted_thrice),
    ("C-06 recorded as it was said", another_dose),
    ("C-06 recorded as it was said", another_answer),
    ("C-06 recorded as it was said", another_number),
    ("C-06 recorded as it was said", denial_counts),
    ("C-06 recorded as it was said", more_than_ordered),
    ("C-07 whoever speaks is answered", never_answered),
    ("C-08 answers are shown", answer_waits),
    ("C-09 nothing is left lying", left_lying),
    ("C-10 each change is owed", not_owed),
    ("C-11 a gap is written down", gap_not_written),
    ("C-12 the screen says what stands", asked_again_over_the_answer),
    ("C-12 the screen says what stands", asked_why_over_the_answer),
]
