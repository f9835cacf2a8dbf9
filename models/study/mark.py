"""Where the sync stands, and anchors of the audit chain kept outside the store that they vouch for."""

from datetime import datetime

from models.study.tables import SEQUENCE, StudyTable, column


class StudySyncMark(StudyTable, table=True):
    """One row: how far this database follows the operational store."""

    __tablename__ = "sync_mark"

    id: int = column("Always 1.", primary_key=True)
    synced_to: datetime = column("Every change recorded before this moment is in here.", unit="UTC")
    last_seq: int = column("The highest change number applied.", sa_type=SEQUENCE)
    waiting: int = column("Changes that were still waiting then.", unit="changes")
    marked_at: datetime = column("When this row was written.", unit="UTC")


class StudyAuditAnchor(StudyTable, table=True):
    """One row per anchor: what the head of the audit chain was. An altered chain does not fit its anchors."""

    __tablename__ = "audit_anchor"

    seq: int = column("Number of the audit entry.", sa_type=SEQUENCE, primary_key=True)
    hash: str = column("Hash of that entry, which covers all before it.", unit="SHA-256, hex")
    anchored_at: datetime = column("When it was written here.", unit="UTC")
