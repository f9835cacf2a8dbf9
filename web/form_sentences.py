"""What a form, a laboratory value or a movement of tablets says when it cannot stand, for `web/refusal_words.py`."""

from web.refusal_sentences import Translate


def form_sentences(_: Translate) -> tuple[str, ...]:
    """As `refusal_sentences.sentences`."""
    return (*_of_texts(_), *_of_events(_), *_of_versions(_), *_of_labs(_), *_of_amounts(_))


def _of_texts(_: Translate) -> tuple[str, ...]:
    return (
        _("is missing; write it in a few words"),
        _("has %(letters)s characters; keep it to %(most)s, the rest is for the narrative"),
        _("holds what may be a number or an address of a person; a day has its own field"),
        _("holds the participant's name; write it without"),
        _("%(until)s is before the %(first)s, %(day)s; correct one of the two"),
    )


def _of_events(_: Translate) -> tuple[str, ...]:
    return (
        _("%(grade)s is no grade; CTCAE grades are 1 to 5"),
        _("a grade and its version of CTCAE stand together; give both or neither"),
        _("say by which criterion: %(criteria)s"),
        _("a criterion is given, so it is serious; mark it so, or take the criterion away"),
        _("5 is death; give the outcome fatal, or another grade"),
        _("fatal is grade 5; give grade 5, or another outcome"),
        _("fatal and the criterion death stand together; give both or neither"),
        _("an event that is %(outcome)s has its last day; give it"),
        _("an event that is %(outcome)s has none yet; take it away, or give what came of it"),
        _("%(form)s is this event already: %(term)s; correct that form"),
        _("%(form)s is this pregnancy, and goes on; correct that form"),
        _("%(day)s does not fit a last period on %(begun)s; correct one of the two"),
        _("a pregnancy that goes on has no day of its outcome; give the outcome, or take the day away"),
        _("%(outcome)s has its day; give it"),
    )


def _of_versions(_: Translate) -> tuple[str, ...]:
    return (
        _("this form was entered in error and stays so; record a new one"),
        _("this movement was entered in error and stays so; record a new one"),
        _("it was entered in error and stays so; record a new one"),
        _("say why it is corrected"),
        _("nothing would change; name what is to be corrected"),
        _("there is no such %(form)s here"),
        _("an investigator has to sign it"),
        _("version %(version)s is the newest; read that one, and sign it by its number"),
        _("not said yet: %(fields)s; correct the form, then sign the new version"),
        _("version %(version)s is signed already"),
        _("there is no %(kind)s %(number)s; look at the list"),
    )


def _of_labs(_: Translate) -> tuple[str, ...]:
    return (
        _("is missing; write it as it stands on the sheet"),
        _("%(value)s is no value; write it as it stands on the sheet, like 96, 5.2 or <2"),
        _("%(unit)s is no unit that is known here; known are: %(known)s"),
        _("%(key)s is not measured in this trial; known are: %(known)s"),
        _(
            "%(shown)s is outside %(low)s to %(high)s %(unit)s; look at the sheet and its unit; "
            "where it stands so, confirm it by giving the value a second time"
        ),
        _(
            "%(given)s cannot be turned into %(unit)s without guessing; ask the laboratory for %(asked)s, "
            "or see whether another test is meant"
        ),
        _("%(second)s is another value than %(first)s; look at the sheet"),
        _("they were given in the old unit; give them anew"),
        _("say why it is refused"),
        _("result %(number)s was refused or entered in error, and stays so; record the sheet's value"),
        _("result %(number)s is of staff already; there is nothing to verify"),
        _("%(key)s of this draw is result %(number)s already; correct that one"),
        _("this value is the participant's own and is not rewritten; record the laboratory's beside it"),
        _("the result is older than its blood; correct one of the two moments"),
        _("%(key)s depends on it; say fasting or not fasting"),
        _("the lower limit of normal is not below the upper one; correct one of the two"),
        _("say on which day it is planned, or when blood was taken"),
        _("the last dose is asked about when blood is taken; give that moment too"),
        _("it lies after the draw; give the last dose before it"),
        _("it lies more than %(days)s days before the draw; leave it out, or correct it"),
        _("%(visit)s is no id of a visit: 1 to 40 letters, digits and hyphens"),
        _("%(moment)s UTC lies ahead; correct it"),
    )


def _of_amounts(_: Translate) -> tuple[str, ...]:
    return (
        _("%(day)s has transfusion %(number)s already; correct that one: all of one day is one record"),
        _("%(day)s lies more than ten years back; correct it"),
        _("give the number and its unit, or neither where it is not known"),
        _("%(amount)s %(unit)s on one day is hardly possible (%(least)s to %(most)s); look at the number and its unit"),
        _("%(pack)s is no lot: 1 to 20 letters, digits, dots, slashes and hyphens, and no telephone number"),
        _("%(day)s lies before the enrolment; correct the day"),
        _("this number is the participant's own and is not rewritten; record what you have counted beside it"),
        _("%(code)s has no movement %(number)s"),
        _("%(units)s units; write a whole number from %(least)s to %(most)s"),
        _(
            "%(units)s units at %(moment)s, where at most %(there)s could be left; correct the number or the time, "
            "or enter the missing dispensing first"
        ),
    )
