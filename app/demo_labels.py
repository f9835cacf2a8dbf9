"""What comes next in the demo, in the words of its clock panel: whose phone, and what appears there."""

from collections.abc import Mapping

from protocol.terms import PromptKind
from simulation.cohort import CAST, first_name

KINDS: Mapping[PromptKind, tuple[str, str]] = {
    PromptKind.DOSE_REMINDER: ("服药提醒", "reminder"),
    PromptKind.DOSE_REPEAT: ("再次提醒", "reminder again"),
    PromptKind.DOSE_SNOOZED: ("稍后提醒", "the reminder that was put off"),
    PromptKind.DOSE_EVENING: ("晚间询问", "evening question"),
    PromptKind.DOSE_RECORD: ("询问昨天的服药", "question about yesterday"),
    PromptKind.FIRST_DOSE_QUESTION: ("询问第一次服药", "question about the first dose"),
    PromptKind.ORDER_NOTICE: ("用药医嘱有变化", "a changed order"),
    PromptKind.ASK_TEAM: ("请先问医生", "ask the doctor first"),
}
"""Chinese and English. The panel is a tool of the demo; no participant ever reads these."""

NAMES = {member.code: first_name(member) for member in CAST}


def label(code: str, kind: PromptKind) -> dict[str, str]:
    """The label by language: "Emma · reminder"."""
    zh, en = KINDS[kind]
    name = NAMES.get(code, code)
    return {"zh": f"{name} · {zh}", "en": f"{name} · {en}"}
