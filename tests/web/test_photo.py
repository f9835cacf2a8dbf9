"""A photo of a participant: seen by who may record at its site, noted each time, erased once it was reviewed."""

from sqlmodel import select

from models.kept_photo import KeptPhoto, PhotoState
from models.ledger import AuditEntry
from tests.web.cast import PICTURE
from tests.web.conftest import Pages
from tests.web.test_asking import does, look

CODE = "PRCA-008"
PHOTO = f"photo-of-{CODE}"
PATH = f"/participants/{CODE}/photos/{PHOTO}"


async def looks(pages: Pages) -> list[str]:
    async with pages.store.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "look_at_photo")
        return [one.actor for one in await session.scalars(query)]


async def test_a_photo_is_shown_with_its_message_and_every_look_is_noted(pages: Pages) -> None:
    li = await pages.inside("Li")
    page = await look(pages, li, "read-message", {"message": PHOTO}, CODE)
    shown = await does(li, "read-message", page, CODE)
    assert f'<img src="{PATH}"' in shown.text
    assert await looks(pages) == []
    picture = await li.get(PATH)
    assert (picture.content, picture.headers["content-type"]) == (PICTURE, "image/jpeg")
    assert picture.headers["cache-control"] == "no-store"
    assert picture.headers["x-content-type-options"] == "nosniff"
    await li.get(PATH)
    assert await looks(pages) == ["staff:Li", "staff:Li"]


async def test_a_photo_is_behind_the_wall_and_belongs_to_its_participant(pages: Pages) -> None:
    li, otto = await pages.inside("Li"), await pages.inside("Otto")
    assert (await otto.get(PATH)).status_code == 404
    assert (await otto.get(f"/participants/PRCA-101/photos/{PHOTO}")).status_code == 404
    assert (await li.get(f"/participants/PRCA-001/photos/{PHOTO}")).status_code == 404
    assert (await li.get(f"/participants/{CODE}/photos/nothing")).status_code == 404
    assert await looks(pages) == []


async def test_who_has_seen_a_photo_says_so_and_it_is_erased(pages: Pages) -> None:
    li = await pages.inside("Li")
    page = await look(pages, li, "photo-reviewed", {"photo": PHOTO}, CODE)
    assert (await li.get(PATH)).status_code == 200, "a look at what it does erases nothing, and is not made stale"
    assert (await does(li, "photo-reviewed", page, CODE)).status_code == 303
    async with pages.store.read() as session:
        row = await session.get_one(KeptPhoto, PHOTO)
    assert (row.state, row.picture, row.reviewed_by) == (PhotoState.ERASED, None, "Li")
    assert (await li.get(PATH)).status_code == 404
    again = await look(pages, li, "photo-reviewed", {"photo": ""}, CODE)
    assert again.status_code == 422
