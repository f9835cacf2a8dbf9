"""Drug accountability by code: what CDISC DA asks for, without who recorded it or in which words."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.tablets import MovementKind, MovementSource


class StudyTabletMovement(StudyTable, table=True):
    """One row per version; append-only, the highest version of a number counts, unless it says "in error"."""

    __tablename__ = "tablet_movement"

    id: str = record_id("Id of the version.", cdisc="DA.DASPID")
    participant_code: str = participant_code()
    number: int = column("Place among the participant's movements, from 1; a correction keeps it.", cdisc="DA.DAGRPID")
    version: int = column("Number of the version, from 1.")
    kind: MovementKind = column(
        "What happened: dispensed is DISPAMT, returned RETAMT, lost LOSTAMT, counted REMAMT.",
        codes=MovementKind,
        cdisc="DA.DATESTCD",
    )
    product: str = column("The product that was dispensed.", cdisc="DA.DACAT")
    strength_mg: float = column("Content of one unit.", unit="mg")
    units: int = column("So many units; of a count, how many were left.", unit="units", cdisc="DA.DAORRES")
    moved_at: datetime = column("When it happened.", unit="UTC", cdisc="DA.DADTC")
    pack: str = column("The lot, as it stands on the box.", cdisc="DA.DAREFID")
    source: MovementSource = column("Whose number it is; staff alone verify.", codes=MovementSource)
    in_error: bool = column("True where it should never have been; the movement is not counted.")
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
