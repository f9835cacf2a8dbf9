"""The day of a participant as a page: the story of the report, in words, behind the wall of the site."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from messages.text import catalogue
from models.identity import ChatLink, ParticipantMessage
from models.ledger import AuditEntry
from models.participant import Participant
from protocol.moments import local_date
from protocol.terms import AlertKind, DoseAnswer, Language, PromptKind, Source
from reports.day_story import StoryKind, day_story
from tests.web.cast import NOW, SHANGHAI
from tests.web.conftest import Pages
from web.day_words import DayWords
from web.words import Words

TODAY = local_date(NOW, ZoneInfo(SHANGHAI))
YESTERDAY = TODAY - timedelta(days=1)


async def test_every_line_of_the_story_is_a_row_of_the_page(pages: Pages) -> None:
    browser = await pages.inside("Li")
    text = (await browser.get(f"/participants/PRCA-001/days/{YESTERDAY}")).text
    story = await day_story(pages.store, "PRCA-001", YESTERDAY, as_of=NOW)
    assert story is not None
    assert story.doses
    assert text.count('<th scope="row" class="nowrap"><time') == len(story.lines) > 0
    assert f'href="/participants/PRCA-001/days/{TODAY}"' in text


async def test_the_calendar_opens_each_day(pages: Pages) -> None:
    text = (await (await pages.inside("Li")).get("/participants/PRCA-001")).text
    assert f'href="/participants/PRCA-001/days/{YESTERDAY}"' in text


async def test_a_day_without_anything_says_so_and_one_that_is_none_is_not_there(pages: Pages) -> None:
    browser = await pages.inside("Li")
    empty = await browser.get("/participants/PRCA-001/days/2025-01-01")
    assert catalogue(Language.ZH).gettext("No dose was called for on this day.") in empty.text
    for none in ("2026-02-30", "yesterday", "9999999"):
        assert (await browser.get(f"/participants/PRCA-001/days/{none}")).status_code == 404


async def test_the_reading_of_a_day_is_audited_and_stands_in_no_story(pages: Pages) -> None:
    browser = await pages.inside("Li")
    await browser.get(f"/participants/PRCA-001/days/{TODAY}")
    async with pages.store.read() as session:
        query = select(AuditEntry).where(col(AuditEntry.action) == "read_day")
        (kept,) = (await session.scalars(query)).all()
    assert (kept.actor, kept.participant_id is not None) == ("staff:Li", True)
    story = await day_story(pages.store, "PRCA-001", TODAY, as_of=NOW)
    assert story is not None
    assert "read_day" not in [line.what for line in story.lines]


@pytest.mark.parametrize("language", Language)
def test_every_member_has_its_words(language: Language) -> None:
    says = DayWords(catalogue(language))
    words = [says.kind(kind) for kind in StoryKind] + [says.prompt(kind) for kind in PromptKind]
    words += [says.answer(one) for one in DoseAnswer] + [says.source(one) for one in Source]
    assert all(words)


async def test_a_day_tells_its_alerts_and_that_somebody_wrote_but_never_what(pages: Pages) -> None:
    li = await pages.inside("Li")
    async with pages.store.change(at=NOW) as change:
        person = (await change.session.scalars(select(Participant).where(Participant.code == "PRCA-003"))).one()
        link = (await change.session.scalars(select(ChatLink).where(ChatLink.participant_id == person.id))).one()
        body = change.vault.seal("participant_message.body/m1", "明天中午")
        values: dict[str, Any] = {"id": "m1", "participant_id": person.id, "link_id": link.id, "kind": "text"}
        change.session.add(ParticipantMessage(**values, body=body, received_at=NOW))
    text = (await li.get(f"/participants/PRCA-003/days/{TODAY}")).text
    for kind in ("alert", "message"):
        assert f'<tr class="{kind}">' in text, kind
    assert Words(catalogue(Language.ZH)).alert(AlertKind.DOUBLE_DOSE) in text
    assert "明天中午" not in text
    assert '<tr class="alert">' not in (await li.get(f"/participants/PRCA-003/days/{YESTERDAY}")).text
