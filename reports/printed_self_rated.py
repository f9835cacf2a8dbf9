"""The report of the self-rated items laid out: a line per item for people, a row per round and item for scripts."""

from typing import Any, Final

from protocol.pro_ctcae import Attribute
from protocol.self_rated import Rated
from reports.freshness import Freshness
from reports.printed import Printed, Table, period_of, synced
from reports.self_rated import RatedPerson, Round, SelfRatedReport

MISSING: Final = "-"
COLUMNS: Final = (
    "code",
    "site",
    "on",
    "offered_at",
    "begun_at",
    "finished_at",
    "number",
    *(str(attribute) for attribute in Attribute),
    "composite_grade",
    "branch_imputed",
    "missing",
)
MEANS: Final = "Composite grades are 0 to 3, of the published table, self-rated: no CTCAE grade."


def printed_self_rated(report: SelfRatedReport, fresh: Freshness | None) -> Printed:
    """Grades by participant and item, the oldest round first; what is missing is no 0."""
    lines = tuple(_line(one, number) for one in report.people for number in _numbers(one))
    flat = Table("", COLUMNS, tuple(_row(*each) for each in _each(report)))
    data = {
        **period_of(report),
        "synced_to": fresh.synced_to if fresh else None,
        "waiting": fresh.waiting if fresh else None,
        "composite_grade": MEANS,
        "participants": [
            {"code": one.code, "site": one.site_code, "rounds": [_round(each) for each in one.rounds]}
            for one in report.people
        ],
    }
    notes = (f"{MEANS} {MISSING} is missing; of an item that asks for presence: 0 or 1.", *synced(fresh))
    return Printed((Table("Self-rated", ("code", "item", "rounds", "missing", "grades"), lines),), flat, data, notes)


def _numbers(one: RatedPerson) -> list[int]:
    return list(dict.fromkeys(item.number for each in one.rounds for item in each.items))


def _line(one: RatedPerson, number: int) -> tuple[str | int, ...]:
    found = [item for each in one.rounds for item in each.items if item.number == number]
    missing = sum(item.is_missing for item in found)
    return (one.code, number, len(found), missing, " ".join(_shown(item) for item in found))


def _shown(item: Rated) -> str:
    if item.is_missing:
        return MISSING
    return str(item.composite.grade if item.composite else item.scores[Attribute.PRESENCE])


def _each(report: SelfRatedReport) -> list[tuple[RatedPerson, Round, Rated]]:
    return [(one, each, item) for one in report.people for each in one.rounds for item in each.items]


def _row(one: RatedPerson, each: Round, item: Rated) -> tuple[Any, ...]:
    told = _item(item)
    scores = (told[attribute] for attribute in Attribute)
    moments = (str(each.on), each.offered_at, each.begun_at, each.finished_at)
    rest = (told["composite_grade"], told["branch_imputed"], told["missing"])
    return (one.code, one.site_code, *moments, item.number, *scores, *rest)


def _round(each: Round) -> dict[str, Any]:
    return {
        "on": each.on,
        "offered_at": each.offered_at,
        "begun_at": each.begun_at,
        "finished_at": each.finished_at,
        "items": [_item(item) for item in each.items],
    }


def _item(item: Rated) -> dict[str, Any]:
    return {
        "number": item.number,
        **{str(attribute): item.scores.get(attribute) for attribute in Attribute},
        "composite_grade": item.composite.grade if item.composite else None,
        "branch_imputed": item.composite.branch_imputed if item.composite else None,
        "missing": item.is_missing,
    }
