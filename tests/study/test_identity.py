"""Who a participant is never reaches the study database."""

from datetime import timedelta

from models.alert import Alert
from models.identity import ChatLink, Identity, ParticipantMessage
from models.prompt import Prompt
from models.session import Store
from models.study.store import StudyStore
from protocol.terms import AlertKind, Channel, DoseState, Level, LinkRole, PromptKind, PromptState
from protocol.trial import Trial
from study.sync import drain
from tests.study.cast import NOON, enrol, order, report, schedule
from tests.study.dump import dump

CHAT = "5550001234567"
CANARIES = (CHAT, "王芳", "+8613900001111", "link-1", "nurse.li", "sealed-body", "msg-778899")


async def test_no_chat_no_name_no_phone_and_no_staff_in_any_study_row(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        link = ChatLink(
            id="link-1", participant_id=fang.id, role=LinkRole.OWN, channel=Channel.TELEGRAM, chat=CHAT,
            chat_index="x", linked_at=NOON,
        )  # fmt: skip
        change.session.add(link)
        change.session.add(Identity(participant_id=fang.id, name="王芳", phone="+8613900001111"))
        await change.session.flush()
        change.session.add(
            ParticipantMessage(
                id="m1", participant_id=fang.id, link_id="link-1", kind="text", body="sealed-body", received_at=NOON
            )
        )
        order(change, fang, 1).ordered_by = "nurse.li"
        dose = schedule(change, fang, 1, DoseState.TAKEN)
        await change.session.flush()
        report(change, dose)
        prompt = Prompt(
            id="p1", key="k1", participant_id=fang.id, dose_id=dose.id, kind=PromptKind.DOSE_REMINDER, due_at=NOON,
            expires_at=NOON + timedelta(hours=1), visible_at=NOON, state=PromptState.FAILED,
            reason=f"Forbidden: chat {CHAT} is gone", link_id="link-1", body="sealed-body", message="msg-778899",
        )  # fmt: skip
        alert = Alert(
            id="a1", participant_id=fang.id, site_code=fang.site_code, kind=AlertKind.MESSAGE, level=Level.AMBER,
            cause_key=f"message|{CHAT}", opened_at=NOON, last_at=NOON, closed_at=NOON, closed_by="nurse.li",
            outcome="王芳 +8613900001111",
        )  # fmt: skip
        change.session.add_all([prompt, alert])
        change.owe(prompt, participant_id=fang.id)
        change.owe(alert, participant_id=fang.id)
    assert (await drain(store, study, trial, at=NOON)).applied == 6
    ours, theirs = str(await dump(store.engine)), str(await dump(study.engine))
    assert [canary for canary in CANARIES if canary not in ours] == [], "the search finds what is there"
    assert "PUMCH-001" in theirs, "the study was searched too"
    assert "Forbidden: chat" in theirs
    assert [canary for canary in CANARIES if canary in theirs] == []
