"""Who a participant is never reaches the study database."""

from datetime import timedelta

from models.adverse_event import AdverseEvent
from models.alert import Alert
from models.form import FormSignature
from models.identity import ChatLink, Identity, ParticipantMessage
from models.prompt import Prompt
from models.session import Store
from models.site import Staff
from models.staff_chat import StaffMessage
from models.study.store import StudyStore
from protocol.forms import FormKind
from protocol.partial_day import PartialDay
from protocol.terms import AlertKind, Channel, DoseState, Level, LinkRole, PromptKind, PromptState, Role
from protocol.trial import Trial
from study.sync import drain
from tests.study.cast import NOON, enrol, order, report, schedule
from tests.study.dump import dump

CHAT = "5550001234567"
CANARIES = (CHAT, "王芳", "+8613900001111", "link-1", "nurse.li", "sealed-body", "msg-778899", "staff-445566")


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
        said = ParticipantMessage(
            id="m1", participant_id=fang.id, link_id="link-1", kind="text", body="sealed-body", has_text=True,
            received_at=NOON, read_at=NOON, read_by="nurse.li", read_role=Role.COORDINATOR, cause_key=f"chat {CHAT}",
        )  # fmt: skip
        change.session.add(said)
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
            outcome="王芳 +8613900001111", clock_from=NOON, owner="nurse.li",
        )  # fmt: skip
        change.session.add_all([prompt, alert])
        await change.session.flush()
        account = Staff(
            id="staff-445566", name="nurse.li", role=Role.COORDINATOR, password_hash="", totp_secret="", created_at=NOON
        )
        change.session.add(account)
        await change.session.flush()
        written = StaffMessage(
            id="w1",
            participant_id=fang.id,
            staff_id=account.id,
            prompt_id=prompt.id,
            body="sealed-body",
            written_at=NOON,
            by_role=account.role,
        )
        change.session.add(written)
        form = AdverseEvent(
            id="f1", form_id="f1", participant_id=fang.id, version=1, term="口腔溃疡",
            started_on=PartialDay.read("2026"), narrative="sealed-body", reason="told by 王芳",
            recorded_by="nurse.li", recorded_at=NOON,
        )  # fmt: skip
        signed = FormSignature(
            id="g1", form=FormKind.ADVERSE_EVENT, form_id="f1", version=1, participant_id=fang.id, signed_by="nurse.li",
            signed_at=NOON,
        )  # fmt: skip
        assert {"narrative", "recorded_by", "reason", "signed_by"}.isdisjoint([*form.values(), *signed.values()])
        change.session.add_all([form, signed])
        await change.session.flush()
        change.owe(form, participant_id=fang.id)
        change.owe(signed, participant_id=fang.id)
        change.owe(prompt, participant_id=fang.id)
        change.owe(alert, participant_id=fang.id)
        change.owe(written, participant_id=fang.id)
        change.owe(said, participant_id=fang.id)
    assert (await drain(store, study, trial, at=NOON)).applied == 10
    ours, theirs = str(await dump(store.engine)), str(await dump(study.engine))
    assert [canary for canary in CANARIES if canary not in ours] == [], "the search finds what is there"
    assert "PUMCH-001" in theirs, "the study was searched too"
    assert "口腔溃疡" in theirs
    assert "Forbidden: chat" in theirs
    assert [canary for canary in CANARIES if canary in theirs] == []
