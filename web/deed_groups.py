"""The headings under which actions stand on the page of a participant."""

from enum import StrEnum


class DeedGroup(StrEnum):
    """Under which heading an action stands on the page of a participant."""

    DOSES = "doses"
    VISITS = "visits"
    RECORDS = "records"
    CHAT = "chat"
    END = "end"
    FORMS = "forms"
