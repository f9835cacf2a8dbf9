"""What comes next in the demo, in the words of its clock panel: whose phone, and what appears there."""

from collections.abc import Mapping

from protocol.terms import PromptKind
from simulation.cohort import CAST, first_name

KINDS: Mapping[PromptKind, tuple[str, str]] = {
    PromptKind.DOSE_REMINDER: ("服药提醒", "reminder"),
    PromptKind.DOSE_REPEAT: ("再次提醒", "reminder again"),
    PromptKind.DOSE_SNOOZED: ("稍后提醒", "the reminder that was put off"),
    PromptKind.DRAW_NOTICE: ("采血前一晚的通知", "notice before a blood draw"),
    PromptKind.DRAW_WAIT: ("先抽血，后服药", "blood first, then the dose"),
    PromptKind.DOSE_EVENING: ("晚间询问", "evening question"),
    PromptKind.DOSE_RECORD: ("询问昨天的服药", "question about yesterday"),
    PromptKind.FIRST_DOSE_QUESTION: ("询问第一次服药", "question about the first dose"),
    PromptKind.ORDER_NOTICE: ("用药医嘱有变化", "a changed order"),
    PromptKind.ASK_TEAM: ("请先问医生", "ask the doctor first"),
    PromptKind.SYMPTOM_CHECK: ("每周症状询问", "weekly symptom check"),
    PromptKind.SYMPTOM_AGAIN: ("再问体温", "temperature again"),
    PromptKind.STAFF_MESSAGE: ("研究团队的消息", "message from the study team"),
    PromptKind.GUARD: ("安全提醒", "a safety reminder"),
    PromptKind.REFILL: ("药品快用完", "the tablets run out soon"),
    PromptKind.SELF_RATED: ("自评条目", "self-rated items"),
    PromptKind.VISIT_WEEK: ("访视提前提醒", "a week before a visit"),
    PromptKind.VISIT_EVE: ("访视前一天提醒", "the day before a visit"),
    PromptKind.VISIT_DAY: ("访视当天提醒", "the morning of a visit"),
    PromptKind.VISIT_ASKED: ("询问是否已到访", "question whether they came"),
    PromptKind.VISIT_MOVED: ("访视改期通知", "a visit was moved"),
    PromptKind.VISIT_CANCELLED: ("访视取消通知", "a visit was cancelled"),
}
"""Chinese and English. The panel is a tool of the demo; no participant ever reads these."""

NAMES = {member.code: first_name(member) for member in CAST}


def label(code: str, kind: PromptKind) -> dict[str, str]:
    """The label by language: "Emma · reminder"."""
    zh, en = KINDS[kind]
    name = NAMES.get(code, code)
    return {"zh": f"{name} · {zh}", "en": f"{name} · {en}"}
