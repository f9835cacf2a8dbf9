"""Lies in what arrives: Fang's next reminder, or an answer, wrong in one way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from simulation.evidence import Delivered
from tests.simulation.honest import EMMA, FANG, LI, OTTO, STRANGER, Case, coming, stamp

MORNING = timedelta(minutes=10)  # from the end of the honest run to the next reminder


def next_reminder(case: Case) -> Delivered:
    """Fang's reminder of Saturday, 08:00, marked as being sent; the honest one breaks nothing."""
    dose, at = coming(case), case.evidence.at + MORNING
    case.ours(
        "UPDATE prompt SET state = 'sending', lease_until = ? WHERE dose_id = ? AND kind = 'dose_reminder'",
        stamp(at + timedelta(seconds=120)),
        dose,
    )
    buttons = (f"1.t.{dose}.1.", f"1.e.{dose}.1.", f"1.m.{dose}..", f"1.l.{dose}..", f"1.n.{dose}..")
    return Delivered(9_000_000, at, FANG, 900, is_edit=False, text="到时间了，请您服1片。", buttons=buttons)


def answer_to(case: Case, chat: int, text: str, *buttons: str) -> Delivered:
    """An answer that a handled update owes."""
    case.hears({"message": {"text": "x"}}, chat, answers="sealed")
    return Delivered(9_000_000, case.evidence.at, chat, 900, is_edit=False, text=text, buttons=buttons)


def of_the_dose(case: Case, change: str) -> Delivered:
    shown = next_reminder(case)
    case.ours(f"UPDATE scheduled_dose SET {change} WHERE id = ?", coming(case))  # noqa: S608
    return shown


def of_the_prompt(case: Case, change: str) -> Delivered:
    shown = next_reminder(case)
    case.ours(f"UPDATE prompt SET {change} WHERE state = 'sending'")  # noqa: S608
    return shown


def of_fang(case: Case, change: str) -> Delivered:
    case.ours(f"UPDATE participant SET {change} WHERE code = '017'")  # noqa: S608
    return next_reminder(case)


def recorded_and_not_stored(case: Case) -> Delivered:
    return answer_to(case, FANG, "已记录", f"1.c.{coming(case)}..", f"1.u.{coming(case)}..")


def sent_twice(case: Case) -> Delivered:
    shown = next_reminder(case)
    assert case.arrives(shown) == set()
    return replace(shown, number=9_000_001, message=901)


def already_taken(case: Case) -> Delivered:
    return of_the_dose(case, "state = 'taken'")


def second_of_the_day(case: Case) -> Delivered:
    return of_the_dose(case, "due_on = '2026-03-06'")


def wrong_number(case: Case) -> Delivered:
    shown = next_reminder(case)
    return replace(shown, buttons=(f"1.t.{coming(case)}.2.", *shown.buttons[1:]))


def wrong_number_in_words(case: Case) -> Delivered:
    return replace(next_reminder(case), text="到时间了，请您服2片。")


def on_hold(case: Case) -> Delivered:
    return of_the_dose(case, "state = 'held'")


def discontinued(case: Case) -> Delivered:
    return of_the_dose(case, "cancelled_at = '2026-03-06 12:00:00.000000'")


def waits_for_a_human(case: Case) -> Delivered:
    return of_fang(case, "blocked_at = '2026-03-06 12:00:00.000000'")


def wants_no_messages(case: Case) -> Delivered:
    return of_fang(case, "messages_stopped_at = '2026-03-06 12:00:00.000000'")


def has_left(case: Case) -> Delivered:
    return of_fang(case, "state = 'withdrawn'")


def too_soon(case: Case) -> Delivered:
    return of_the_prompt(case, "due_at = '2026-03-07 00:10:00.000000'")


def expired(case: Case) -> Delivered:
    return of_the_prompt(case, "expires_at = '2026-03-06 23:00:00.000000'")


def in_quiet_hours(case: Case) -> Delivered:
    case.ours("UPDATE participant SET tz = 'Europe/London' WHERE code = '017'")
    return of_the_prompt(case, "kind = 'dose_repeat'")


def without_a_cause(case: Case) -> Delivered:
    return of_the_prompt(case, "state = 'waiting'")


def an_emergency_that_nobody_told(case: Case) -> Delivered:
    """Emma has said nothing for more than a day."""
    received = case.evidence.received
    received[:] = [said for said in received if said.chat != EMMA]
    return Delivered(9_000_000, case.evidence.at, EMMA, 900, is_edit=False, text="Call 120 now, or", buttons=())


def to_another(case: Case) -> Delivered:
    return replace(next_reminder(case), chat=EMMA)


def to_an_old_phone(case: Case) -> Delivered:
    case.ours("UPDATE chat_link SET unlinked_at = '2026-03-06 12:00:00.000000'")
    return next_reminder(case)


def older_after_newer(case: Case) -> Delivered:
    asked = case.invariants._memory.asked
    asked.update({key: dose._replace(ordinal=9) for key, dose in asked.items()})
    return next_reminder(case)


def stranger_reads_a_number(case: Case) -> Delivered:
    return answer_to(case, STRANGER, "Please call 010-69150000.")


def stranger_gets_a_button(case: Case) -> Delivered:
    return answer_to(case, STRANGER, "This link does not work.", "1.D...")


def rings_again(case: Case) -> Delivered:
    """Li acknowledged it the day before."""
    alert_id = case.ours("SELECT id FROM alert WHERE level = 'red' AND acknowledged_at IS NOT NULL")[0][0]
    return answer_to(case, LI, "017", f"1.oa.{alert_id}..")


def read_at_another_site(case: Case) -> Delivered:
    return answer_to(case, OTTO, "017: 1")


def rings_at_another_site(case: Case) -> Delivered:
    case.ours("UPDATE alert SET acknowledged_at = NULL")
    alert_id = case.ours("SELECT id FROM alert WHERE site_code = 'PUMCH'")[0][0]
    return answer_to(case, OTTO, "!", f"1.oa.{alert_id}..")


def red_and_nobody_decided(case: Case) -> Delivered:
    case.ours("UPDATE alert SET kind = 'words' WHERE level = 'red'")
    return next_reminder(case)


def dose_before_the_blood(case: Case) -> Delivered:
    """Fang's visit of week 2 had been moved to that Saturday."""
    case.ours("UPDATE visit SET planned_on = '2026-03-07' WHERE key = 'w2'")
    return next_reminder(case)


def of_the_visit(case: Case, argument: str) -> Delivered:
    """A message of its own about Fang's visit of week 2, on its way to Fang."""
    fang, visit, on = case.ours(
        "SELECT participant_id, visit.id, planned_on FROM visit JOIN participant ON participant.id = participant_id"
        " WHERE participant.code = '017' AND key = 'w2'"
    )[0]
    case.ours(
        "UPDATE prompt SET state = 'sending', due_at = ?, lease_until = ? WHERE participant_id = ? AND key LIKE ?",
        stamp(case.evidence.at),
        stamp(case.evidence.at + MORNING + timedelta(seconds=120)),
        fang,
        f"visit:{visit}:%:visit_week",
    )
    buttons = tuple(f"1.{verb}.{visit}.{argument or on.replace('-', '')}." for verb in ("vc", "vn", "vw"))
    at = case.evidence.at + MORNING
    return Delivered(9_000_000, at, FANG, 900, is_edit=False, text="请记一下", buttons=buttons)


def day_before_the_move(case: Case) -> Delivered:
    """The visit of week 2 is on another day."""
    return of_the_visit(case, "20260305")


def day_that_is_off(case: Case) -> Delivered:
    """Without the change of state nothing is wrong with this message."""
    shown = of_the_visit(case, "")
    case.ours("UPDATE visit SET state = 'cancelled' WHERE key = 'w2'")
    return shown


def first_dose_again(case: Case) -> Delivered:
    shown = of_the_dose(case, "is_first = 1, dose_mg = 2, units = 2")
    return replace(shown, text="请您服2片。", buttons=(f"1.t.{coming(case)}.2.", *shown.buttons[1:]))


def past_the_cutoff(case: Case) -> Delivered:
    """Thirteen hours late, and the ledger lies too."""
    shown = of_the_prompt(case, "kind = 'dose_evening', expires_at = '2026-03-08 00:00:00.000000'")
    return replace(shown, at=shown.at + timedelta(hours=13))


def too_close(case: Case) -> Delivered:
    case.ours("UPDATE scheduled_dose SET taken_at = '2026-03-06 23:00:00.000000' WHERE due_on = '2026-03-06'")
    return next_reminder(case)


ARRIVES: list[tuple[str, Callable[[Case], Delivered]]] = [
    ("I-04 answered, so durable", recorded_and_not_stored),
    ("I-06 one prompt per dose", sent_twice),
    ("I-07 never twice a day", already_taken),
    ("I-07 never twice a day", second_of_the_day),
    ("I-09 right content", wrong_number),
    ("I-09 right content", wrong_number_in_words),
    ("I-10 nothing after the stop", on_hold),
    ("I-10 nothing after the stop", discontinued),
    ("I-10 nothing after the stop", waits_for_a_human),
    ("I-10 nothing after the stop", wants_no_messages),
    ("I-10 nothing after the stop", has_left),
    ("I-11 inside the window", too_soon),
    ("I-11 inside the window", expired),
    ("I-11 inside the window", in_quiet_hours),
    ("I-18 cause before message", without_a_cause),
    ("I-18 cause before message", an_emergency_that_nobody_told),
    ("I-20 right person", to_another),
    ("I-20 right person", to_an_old_phone),
    ("I-22 in order", older_after_newer),
    ("I-27 no stranger", stranger_reads_a_number),
    ("I-27 no stranger", stranger_gets_a_button),
    ("I-28 an alert at its own site", read_at_another_site),
    ("I-28 an alert at its own site", rings_at_another_site),
    ("C-13 silent once acknowledged", rings_again),
    ("C-15 after red a human decides", red_and_nobody_decided),
    ("C-16 no day that is off", day_before_the_move),
    ("C-16 no day that is off", day_that_is_off),
    ("I-08 blood before the dose", dose_before_the_blood),
    ("C-01 the first dose once", first_dose_again),
    ("C-02 not past the cut-off", past_the_cutoff),
    ("C-03 not too close", too_close),
]
