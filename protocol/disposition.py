"""Disposition: how a participant's part in the trial ends, why, and which end still stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class DispositionKind(StrEnum):
    """What happened; each is a different thing, and none follows from another."""

    COMPLETED = "completed"
    DRUG_STOPPED = "drug_stopped"  # dose prompts end; visits and safety follow-up go on
    WITHDREW = "withdrew"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    LOST = "lost"  # out of reach; may come back
    DIED = "died"
    TAKEN_BACK = "taken_back"  # an earlier row does not stand any more


class DispositionReason(StrEnum):
    """Why, in the words of CDISC's codelist C66727, in small letters and with underscores."""

    COMPLETED = "completed"
    ADVERSE_EVENT = "adverse_event"
    DEATH = "death"
    LACK_OF_EFFICACY = "lack_of_efficacy"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    NON_COMPLIANCE_WITH_STUDY_DRUG = "non_compliance_with_study_drug"
    PHYSICIAN_DECISION = "physician_decision"
    PREGNANCY = "pregnancy"
    PROTOCOL_DEVIATION = "protocol_deviation"
    WITHDRAWAL_BY_SUBJECT = "withdrawal_by_subject"
    OTHER = "other"


CENSORS: Final = frozenset({DispositionKind.COMPLETED, DispositionKind.LOST, DispositionKind.DIED})
"""What ends observation without being a discontinuation: persistence is censored there and has no event."""


OF_ONE_END: Final = (DispositionReason.COMPLETED, DispositionReason.DEATH, DispositionReason.LOST_TO_FOLLOW_UP)
"""Reasons that are an end themselves, and no other end's."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One row, as much of it as decides what stands."""

    row_id: str
    kind: DispositionKind
    takes_back: str | None = None


def standing(rows: Sequence[Ended]) -> Ended | None:
    """The newest end that was not taken back; `rows` oldest first."""
    ends = _ends(rows)
    return ends[-1] if ends else None


def ends_observation(rows: Sequence[Ended]) -> bool:
    """Whether persistence is censored: of the ends that stand the first one decides, as the drug ended with it."""
    ends = _ends(rows)
    return bool(ends) and ends[0].kind in CENSORS


def _ends(rows: Sequence[Ended]) -> list[Ended]:
    taken_back = {row.takes_back for row in rows}
    return [row for row in rows if row.kind is not DispositionKind.TAKEN_BACK and row.row_id not in taken_back]
