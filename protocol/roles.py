"""Which roles read the trial, and which of them answer alerts and participants; the pages and the chats agree on it."""

from typing import Final

from protocol.terms import Role

ANSWERS: Final = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
READS: Final = ANSWERS | {Role.MONITOR, Role.DATA_MANAGER}
"""An administrator keeps accounts and sees no participant."""
