"""The views of the study database. They only select: every number in them was written by the sync."""

from dataclasses import dataclass

from models.study.day import StudyParticipantDay
from models.study.participant import StudyParticipant
from models.study.sums import StudyParticipantAdherence
from models.study.tables import StudyTable


@dataclass(frozen=True, slots=True)
class View:
    """`columns` are the output's, each with the table it is selected from; all joined by participant_code."""

    name: str
    meaning: str
    columns: tuple[tuple[str, type[StudyTable]], ...]


def _all(table: type[StudyTable], *, besides: frozenset[str]) -> tuple[tuple[str, type[StudyTable]], ...]:
    return tuple((name, table) for name in table.model_fields if name not in besides)


_CODE = frozenset({"participant_code"})
_WHOSE = (("participant_code", StudyParticipant), ("site_code", StudyParticipant))

VIEWS = (
    View(
        "adherence_day",
        "One row per scheduled dose, with its participant's site.",
        (*_WHOSE, *_all(StudyParticipantDay, besides=_CODE)),
    ),
    View(
        "adherence_summary",
        "One row per participant, with where the participant stands.",
        (*_WHOSE, ("state", StudyParticipant), *_all(StudyParticipantAdherence, besides=_CODE)),
    ),
)


def select_of(view: View) -> str:
    """The view's whole definition: names of columns and one join."""
    columns = ", ".join(f"{'p' if table is StudyParticipant else 'd'}.{name}" for name, table in view.columns)
    table = next(table for _, table in view.columns if table is not StudyParticipant)
    return (
        f"SELECT {columns} FROM {table.__tablename__} AS d JOIN participant AS p"  # noqa: S608  names of our own
        " ON p.participant_code = d.participant_code"
    )
