"""From the signed eligibility to the printed invitation, a message, and the ends: each on the pages, each once."""

import re

import httpx
import pytest
from sqlmodel import col, select

from messages.text import catalogue
from models.disposition import Disposition
from models.guard import GuardNote
from models.identity import ChatLink, ParticipantMessage
from models.inbox import Note
from models.lab import MonthSixDecision
from models.ledger import AuditEntry
from models.participant import Eligibility, Invitation, PaperConsent, Participant
from models.session import sha256
from models.staff_chat import StaffMessage
from protocol.disposition import DispositionKind, DispositionReason
from protocol.month_six import MonthSixChoice
from protocol.terms import Language, ParticipantState
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.test_asking import does, look, marks, orders
from tests.web.test_walls import session_token
from web.ending_words import EndingWords
from web.enrolment_deeds import CRITERION

NEW, CODE = "PRCA-077", "PRCA-003"
CONSENT = {"code": NEW, "site": "PUMCH", "version": "2.1", "signed_on": "2026-11-21", "investigator": "Wu"}
ENROL = {
    "code": NEW, "site": "PUMCH", "language": "zh", "tz": "Asia/Shanghai", "time": "08:30", "food": "with",
    "phone_only": "no", "name": "方静", "phone": "13900000000",
}  # fmt: skip


async def press(pages: Pages, browser: httpx.AsyncClient, path: str, typed: dict[str, str]) -> httpx.Response:
    """Form, look and deed of an action about nobody yet; the answer that stands in the way, or the last."""
    data = {"form_token": session_token(pages, browser), "sure": "", **typed}
    page = await browser.post(path, data=data)
    return page if page.status_code != 200 else await browser.post(path, data=marks(page))


async def demo(pages: Pages) -> None:
    """A store in which the unapproved protocol may enrol, and a bot with a name."""
    async with pages.store.change(at=NOW) as change:
        change.session.add(Note(name="store_kind", value="demo", at=NOW))
        change.session.add(Note(name="bot_username", value="anshi_test_bot", at=NOW))


def eligible(pages: Pages) -> dict[str, str]:
    met = {f"{CRITERION}{one.key}": "yes" if one.inclusion else "no" for one in pages.trial.criteria}
    return {"code": NEW, "site": "PUMCH", "prior": "steroids, then ciclosporin; no response", "test_on": "", **met}


async def test_entry_goes_from_signature_over_consent_to_an_invitation_that_is_shown_once(pages: Pages) -> None:
    await demo(pages)
    wu, li = await pages.inside("Wu"), await pages.inside("Li")
    early = await press(pages, li, "/enrol", ENROL)
    assert (early.status_code, "尚无研究者签署" in early.text) == (422, True)
    assert (await press(pages, wu, "/enrol/eligibility", eligible(pages))).status_code == 303
    assert (await press(pages, li, "/enrol/consent", CONSENT)).status_code == 303
    page = await press(pages, li, "/enrol", ENROL)
    assert page.status_code == 200
    token = re.search(r"https://t.me/anshi_test_bot\?start=([\w-]+)", page.text)
    assert token, page.text
    assert page.headers["cache-control"] == "no-store"
    for language in Language:
        assert catalogue(language).gettext("Or open this link:") in page.text
    assert "方静" not in page.text
    async with pages.store.read() as session:
        one = (await session.scalars(select(Participant).where(Participant.code == NEW))).one()
        invitation = (await session.scalars(select(Invitation).where(Invitation.participant_id == one.id))).one()
    assert invitation.token_hash == sha256(token[1])
    assert (one.state, one.reminder_time.isoformat("minutes")) == (ParticipantState.ENROLLED, "08:30")


async def test_nothing_of_an_entry_stays_before_it_was_looked_at_and_twice_is_once(pages: Pages) -> None:
    await demo(pages)
    wu = await pages.inside("Wu")
    data = {"form_token": session_token(pages, wu), "sure": "", **eligible(pages)}
    first = await wu.post("/enrol/eligibility", data=data)
    async with pages.store.read() as session:
        assert not (await session.scalars(select(Eligibility))).all()
    assert (await wu.post("/enrol/eligibility", data=marks(first))).status_code == 303
    again = await wu.post("/enrol/eligibility", data=marks(first))
    assert (again.status_code, "入组资格已经签署" in again.text) == (422, True)
    data = {"form_token": session_token(pages, wu), "sure": "", **CONSENT}
    page = await wu.post("/enrol/consent", data=data)
    await wu.post("/enrol/consent", data=marks(page))
    await wu.post("/enrol/consent", data=marks(page))
    async with pages.store.read() as session:
        assert len((await session.scalars(select(PaperConsent))).all()) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"code": "方静"}, "code"), ({"tz": "Beijing"}, "tz"), ({"time": "25:00"}, "time"), ({"code": ""}, "code")],
)
async def test_a_bad_entry_is_marked_where_it_is_wrong(pages: Pages, changed: dict[str, str], field: str) -> None:
    li = await pages.inside("Li")
    page = await press(pages, li, "/enrol", ENROL | changed)
    assert (page.status_code, f'id="w-{field}"' in page.text) == (422, True)


async def test_nobody_signs_or_enrols_for_a_site_that_is_not_their_own(pages: Pages) -> None:
    await demo(pages)
    otto = await pages.inside("Otto")
    assert (await press(pages, otto, "/enrol/consent", CONSENT)).status_code == 422, "PUMCH is not offered to him"
    async with pages.store.read() as session:
        assert not (await session.scalars(select(PaperConsent))).all()


async def test_a_lost_phone_is_unlinked_and_a_new_invitation_made(pages: Pages) -> None:
    await demo(pages)
    li = await pages.inside("Li")
    page = await look(pages, li, "unlink", {"reason": "lost in the metro"})
    assert (await does(li, "unlink", page)).status_code == 303
    async with pages.store.read() as session:
        of_theirs = select(ChatLink).join(Participant, col(Participant.id) == col(ChatLink.participant_id))
        link = (await session.scalars(of_theirs.where(col(Participant.code) == CODE))).one()
    assert link.unlinked_at is not None
    nothing = await look(pages, li, "unlink", {"reason": "again"})
    assert nothing.status_code == 422
    page = await look(pages, li, "invite", {"role": "own"})
    assert "t.me/" not in page.text, "a look makes no invitation that could be used"
    assert "t.me/anshi_test_bot?start=" in (await does(li, "invite", page)).text


async def test_a_word_that_may_not_stand_in_a_chat_is_named_and_the_text_is_kept(pages: Pages) -> None:
    li = await pages.inside("Li")
    page = await look(pages, li, "message", {"text": "Your sirolimus level is fine"})
    assert (page.status_code, "sirolimus level is fine" in page.text, 'id="w-text"' in page.text) == (422, True, True)
    async with pages.store.read() as session:
        assert not (await session.scalars(select(StaffMessage))).all()


async def test_a_message_is_read_by_a_named_person_once_it_was_asked_for_and_can_be_answered(pages: Pages) -> None:
    li = await pages.inside("Li")
    text = "<b>我有点头晕</b>"
    async with pages.store.change(at=NOW) as change:
        link = (
            await change.session.execute(
                select(ChatLink, Participant)
                .join(Participant, col(Participant.id) == col(ChatLink.participant_id))
                .where(col(Participant.code) == CODE)
            )
        ).one()
        kept = ParticipantMessage(
            id="m1", participant_id=link[1].id, link_id=link[0].id, kind="text", received_at=NOW,
            body=change.vault.seal("participant_message.body/m1", text),
        )  # fmt: skip
        change.session.add(kept)
    form = await li.get(f"/participants/{CODE}/read-message")
    assert "头晕" not in form.text
    page = await look(pages, li, "read-message", {"message": "m1"})
    assert "头晕" not in page.text, "a look reads nothing"
    shown = await does(li, "read-message", page)
    assert "&lt;b&gt;我有点头晕&lt;/b&gt;" in shown.text
    async with pages.store.read() as session:
        row = await session.get_one(ParticipantMessage, "m1")
        noted = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "read_message")))
    assert (row.read_by, [one.actor for one in noted]) == ("Li", ["staff:Li"])
    answer = await li.get(f"/participants/{CODE}/message?answers=m1")
    assert '<option value="m1" selected>' in answer.text
    foreign = await look(pages, await pages.inside("Otto"), "read-message", {"message": "m1"}, "PRCA-101")
    assert (foreign.status_code, "头晕" in foreign.text) == (422, False)


async def test_name_and_phone_are_shown_once_to_whoever_says_why_and_the_audit_keeps_it(pages: Pages) -> None:
    await demo(pages)
    wu, li = await pages.inside("Wu"), await pages.inside("Li")
    await press(pages, wu, "/enrol/eligibility", eligible(pages))
    await press(pages, li, "/enrol/consent", CONSENT)
    await press(pages, li, "/enrol", ENROL)
    page = await look(pages, li, "identity", {"reason": "to call about today"}, NEW)
    assert "13900000000" not in page.text
    shown = await does(li, "identity", page, NEW)
    assert ("方静" in shown.text, 'href="tel:13900000000"' in shown.text) == (True, True)
    assert "13900000000" not in (await li.get(f"/participants/{NEW}")).text
    none = await look(pages, li, "identity", {"reason": "to call"}, CODE)
    assert none.status_code == 422, "nothing is kept of the cast"
    async with pages.store.read() as session:
        looks = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "reveal_identity")))
    assert [(one.actor, "to call about today" in (one.payload or "")) for one in looks] == [("staff:Li", True)]


async def test_an_end_is_recorded_with_its_code_and_taken_back_by_an_investigator(pages: Pages) -> None:
    li, wu = await pages.inside("Li"), await pages.inside("Wu")
    typed = {"because": "physician_decision", "reason": "as discussed"}
    page = await look(pages, li, "withdrew", typed)
    assert (await does(li, "withdrew", page)).status_code == 303
    assert await state_of(pages) is ParticipantState.WITHDRAWN
    assert f'/participants/{CODE}/hold"' not in (await wu.get(f"/participants/{CODE}")).text
    page = await look(pages, wu, "take-back", {"reason": "was a mistake"})
    assert (await does(wu, "take-back", page)).status_code == 303
    assert await state_of(pages) is ParticipantState.ACTIVE
    async with pages.store.read() as session:
        steps = list(await session.scalars(select(Disposition).order_by(col(Disposition.version))))
    assert [one.kind for one in steps] == [DispositionKind.WITHDREW, DispositionKind.TAKEN_BACK]
    assert steps[0].reason_code is DispositionReason.PHYSICIAN_DECISION


async def state_of(pages: Pages) -> ParticipantState:
    async with pages.store.read() as session:
        return (await session.scalars(select(Participant).where(Participant.code == CODE))).one().state


@pytest.mark.parametrize("language", Language)
def test_every_reason_of_an_end_has_its_words(language: Language) -> None:
    says = EndingWords(catalogue(language))
    assert all(says.reason(one) for one in DispositionReason)


async def test_an_amount_is_proposed_by_one_and_signed_by_another_and_orders_nothing_before(pages: Pages) -> None:
    li, wu = await pages.inside("Li"), await pages.inside("Wu")
    typed = {"dose_mg": "2", "then_mg": "1", "every_days": "1", "from_on": "2026-11-24", "reason": "level 3 ng/mL"}
    page = await look(pages, li, "propose", typed)
    assert (await does(li, "propose", page)).status_code == 303
    assert len(await orders(pages)) == 1
    assert (await li.get(f"/participants/{CODE}/proposal-sign")).status_code == 403
    form = await wu.get(f"/participants/{CODE}/proposal-sign")
    assert "2 mg, 1 mg" in form.text
    page = await look(pages, wu, "proposal-sign", {"number": "1", "reason": ""})
    assert page.status_code == 200, page.text
    assert (await does(wu, "proposal-sign", page)).status_code == 303
    newest = (await orders(pages))[-1]
    assert (newest.dose_mg, newest.then_mg, newest.ordered_by) == (2.0, "1", "Wu")
    gone = await wu.get(f"/participants/{CODE}/proposal-refuse")
    assert catalogue(Language.ZH).gettext("No proposal waits.") in gone.text


async def test_month_six_is_decided_with_a_reason_to_stop_and_a_guard_is_spoken_about(pages: Pages) -> None:
    li, wu = await pages.inside("Li"), await pages.inside("Wu")
    without = await look(pages, wu, "month-six", {"choice": "stop", "on": "2026-11-20", "reason": ""})
    assert without.status_code == 422
    page = await look(pages, wu, "month-six", {"choice": "stop", "on": "2026-11-20", "reason": "no response"})
    assert (await does(wu, "month-six", page)).status_code == 303
    key = pages.trial.guards[0].key
    page = await look(pages, li, "guard", {"guard": key, "on": "2026-11-21", "by": "Wu"})
    await does(li, "guard", page)
    async with pages.store.read() as session:
        decision = (await session.scalars(select(MonthSixDecision))).one()
        note = (await session.scalars(select(GuardNote))).one()
    assert (decision.choice, decision.recorded_by) == (MonthSixChoice.STOP, "Wu")
    assert (note.guard, note.by_name, note.recorded_by) == (key, "Wu", "Li")
