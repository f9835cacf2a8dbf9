"""What an action says when it cannot be done, sentence by sentence, so that the pages can say it in either language.

Each sentence is that of the action itself with its gaps named, without the field or the day before a colon; where the
action's own words name a command, `reworded` says what to do on the pages instead.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Translate: TypeAlias = Callable[[str], str]


def sentences(_: Translate) -> tuple[str, ...]:
    """In one order, whatever `_` does; of two that fit, the first counts."""
    return (
        *_of_doses(_), *_of_orders(_), *_of_visits(_), *_of_journeys(_), *_of_ends(_), *_of_entry(_), *_of_chats(_),
    )  # fmt: skip


def _of_doses(_: Translate) -> tuple[str, ...]:
    return (
        _("is named more than once"),
        _("name at least one day"),
        _("no dose was due on this day"),
        _("the time of this dose has not come"),
        _("a dose taken has 1 to %(most)s tablets"),
        _("the time lies in the future"),
        _("the time belongs to another day's dose"),
        _("nothing is recorded that could be withdrawn"),
    )


def _of_orders(_: Translate) -> tuple[str, ...]:
    return (
        _("an order begins today (%(today)s) or later; what is past stays as it was recorded"),
        _("a hold ends on or after the day it begins"),
        _("an order needs its reason"),
        _("nothing of %(code)s is on hold from %(day)s, and nothing waits for an investigator"),
        _("there is no such order"),
        _("%(code)s is %(state)s; no order can be proposed"),
        _("proposal %(number)s waits already; withdraw it, or have it signed or refused"),
        _("there is no proposal %(number)s of %(code)s"),
        _("is the %(role)s's step"),
        _("this proposal is %(step)s already; propose another"),
        _("this proposal is %(old_step)s; only one that waits can be %(step)s"),
        _("the order would begin on %(day)s, today is %(today)s; propose another from today or later"),
        _("it was proposed over version %(old)s, now %(new)s stands; propose another"),
        _("needs its reason"),
        _("%(dose)s mg cannot be made of whole units of %(strength)s mg"),
        _("a dose is taken every day, or every so many days"),
        _("amounts that change from day to day are taken every day; give one of the two"),
        _("a pattern has %(days)s days; %(most)s at most"),
        _("say why the drug is stopped"),
        _("%(months)s months on the drug are fewer than %(least)s; say why"),
        _("an investigator has to decide it"),
        _("the day lies before the enrolment; correct it"),
        _("say who has spoken with the participant"),
    )


def _of_visits(_: Translate) -> tuple[str, ...]:
    return (
        _("%(visit)s is %(state)s; it cannot be moved, add a visit instead"),
        _("blood was taken at %(visit)s already; add a visit instead"),
        _("%(visit)s is %(state)s; it cannot become %(wanted)s"),
        _("%(visit)s is planned for %(day)s; a visit to come can be moved or cancelled"),
        _("%(visit)s is planned for %(day)s; move it to the day of the draw first"),
        _("no blood for a level is taken at %(visit)s"),
        _("the draw lies ahead"),
        _("%(day)s lies before study day 1, %(first)s"),
        _("%(day)s has passed; today is %(today)s"),
        _("%(day)s is more than five years ahead"),
        _("%(day)s lies ahead; today is %(today)s"),
        _("%(day)s lies ahead; it is %(today)s"),
    )


def _of_journeys(_: Translate) -> tuple[str, ...]:
    return (
        _("%(zone)s is not a time zone; example: Europe/London"),
        _("this journey is over already; the record keeps the doses as they were"),
        _("it lies more than a year ahead: tell it nearer to its day"),
        _("another journey lies in these days, from %(day)s: end it or take it back first"),
        _("no more journeys can be kept of this participant"),
        _("there is no such journey any more; nothing was changed"),
        _("the last day lies before the first one: turn them round"),
        _("longer than %(days)s days: set the participant's time zone instead"),
        _("between these two zones that day is over before it begins: give another day"),
    )


def _of_ends(_: Translate) -> tuple[str, ...]:
    return (
        _("%(code)s has left the study already"),
        _("%(code)s has left the study on %(day)s; nothing that was drawn later is collected"),
        _("%(code)s has left the study on %(day)s; nothing of a later day is collected"),
        _("%(code)s has left the study"),
        _("%(code)s is %(state)s; only who takes part can be lost"),
        _("%(code)s is %(state)s: no tablets are dispensed any more"),
        _("%(code)s has died"),
        _("the death of %(code)s is recorded already"),
        _("say why"),
        _("the day lies in the future"),
        _("the day lies before the enrolment"),
        _("a dose of %(day)s is recorded as taken; correct that, or the day"),
        _("%(code)s has not ended anything"),
    )


def _of_entry(_: Translate) -> tuple[str, ...]:
    return (
        _("eligibility is signed by an investigator; %(name)s is %(role)s"),
        _("the eligibility of %(code)s is signed already"),
        _("the protocol has no criterion %(criteria)s"),
        _("these criteria are not answered: %(criteria)s"),
        _("these criteria are not met: %(criteria)s"),
        _("the signature date lies in the future"),
        _("%(code)s is enrolled already"),
        _("no investigator has signed the eligibility of %(code)s at this site"),
        _("the paper consent of %(code)s is not recorded at this site"),
        _("%(code)s is followed by phone; first invite %(same)s, then the helper"),
        _("%(zone)s is not a time zone; example: Asia/Shanghai"),
    )


def _of_chats(_: Translate) -> tuple[str, ...]:
    return (
        _("a reason is needed"),
        _("%(code)s is followed by phone already"),
        _("no identity is kept for %(code)s"),
        _("there is no such message here"),
        _("message %(message)s has no photo that is kept"),
        _("there is no such participant here"),
        _("that message is another participant's"),
        _("there is no text"),
        _("the text is longer than %(most)s letters"),
        _("“%(word)s” may not stand in a chat; nothing was sent"),
        _("no chat reaches %(code)s; please call"),
    )


def reworded(_: Translate) -> Mapping[str, str]:
    """The action's own words with their gaps, and what the pages say instead of the command in them."""
    return {
        "%(state)s is recorded; a correction needs its reason (--reason)": _(
            "%(state)s is recorded; a correction needs its reason, below"
        ),
        "lies more than %(hours)s hours back; an entry so late needs its reason (--reason)": _(
            "lies more than %(hours)s hours back; an entry so late needs its reason, below"
        ),
        "%(units)s tablets where %(due)s were due; ask again, and add --sure if it is true": _(
            "%(units)s tablets where %(due)s were due; ask again, and choose “I have asked, and it is so” below"
        ),
        "too close to the dose of %(day)s; ask again, and add --sure if it is true": _(
            "too close to the dose of %(day)s; ask again, and choose “I have asked, and it is so” below"
        ),
        "%(code)s is %(state)s; take that back first: `anshi disposition`": _(
            "%(code)s is %(state)s; take that end back first"
        ),
        "there is no site %(site)s; `anshi site add` makes one": _(
            "there is no site %(site)s; whoever operates the system makes one"
        ),
        "the protocol file %(trial)s %(version)s carries no approval of this version; "
        "a real study enrols only with it (`anshi protocol show` lists what is unconfirmed)": _(
            "the protocol file %(trial)s %(version)s carries no approval of this version; "
            "a real study enrols only with it"
        ),
        "hours of the next %(days)s days have no name and phone on call at %(site)s; "
        "`anshi duty check` shows them, `anshi duty add` fills them": _(
            "hours of the next %(days)s days have no name and phone on call at %(site)s; they have to be filled first"
        ),
        "the drug is stopped; an investigator orders it again: `anshi dose-order add`": _(
            "the drug is stopped; an investigator orders it again"
        ),
        "%(guard)s does not concern %(code)s; `anshi symptom pregnancy` sets whom one concerns": _(
            "%(guard)s does not concern %(code)s"
        ),
        "there is no guard %(guard)s; choose from: %(known)s": _("there is no precaution %(guard)s"),
        "%(visit)s is %(state)s already": _("%(visit)s is so already: %(state)s"),
    }
