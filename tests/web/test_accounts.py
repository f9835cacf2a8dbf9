"""Sites and accounts: who may be made, what is refused, and what the audit keeps of it."""

import pytest
from sqlmodel import col, select

from actions.passwords import WeakPasswordError, check_password
from actions.sites import SiteError, add_site
from actions.staff import StaffError, add_staff, disable_staff, reset_staff
from models.access import AccessDeniedError
from models.ledger import AuditEntry
from models.session import Actor
from models.site import Staff
from models.vault import SealError
from protocol.terms import Role
from tests.web.cast import NOW, OPERATOR, PASSWORD
from tests.web.conftest import Pages


async def test_a_secret_is_sealed_to_its_account_and_a_password_is_never_kept(bare: Pages) -> None:
    async with bare.store.read() as session:
        query = select(Staff).where(col(Staff.name).in_(("Li", "Wu"))).order_by(col(Staff.name))
        li, wu = (await session.execute(query)).scalars().all()
    assert bare.store.vault.open(f"staff.totp_secret/{li.id}", li.totp_secret) == bare.cast.secrets["Li"]
    with pytest.raises(SealError):
        bare.store.vault.open(f"staff.totp_secret/{wu.id}", li.totp_secret)
    assert PASSWORD not in li.password_hash
    async with bare.store.read() as session:
        trail = (await session.execute(select(AuditEntry.payload))).scalars().all()
    assert not [text for text in trail if text and (PASSWORD in text or bare.cast.secrets["Li"] in text)]


@pytest.mark.parametrize(
    ("name", "site", "error"),
    [("Li", "PUMCH", StaffError), ("Bo", "NOPE", AccessDeniedError), ("\x07", None, StaffError)],
)
async def test_an_account_that_cannot_be_is_refused(
    bare: Pages, name: str, site: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with bare.store.change(at=NOW, actor=OPERATOR) as change:
            await add_staff(change, name=name, role=Role.COORDINATOR, site_code=site, password=PASSWORD)


async def test_the_last_administrator_stays(bare: Pages) -> None:
    with pytest.raises(StaffError, match="last administrator"):
        async with bare.store.change(at=NOW, actor=OPERATOR) as change:
            await disable_staff(change, "Ada")


async def test_nobody_resets_the_own_account(bare: Pages) -> None:
    with pytest.raises(StaffError, match="another member"):
        async with bare.store.change(at=NOW, actor=Actor("staff", "Li")) as change:
            await reset_staff(change, "Li", password="seven quiet herons at dawn")


@pytest.mark.parametrize(
    "password", ["short", "a" * 20, "x" * 129, "my password is long", "Anshi Anshi 2026", "abcabcabcabcabcabc"]
)
def test_passwords_that_anybody_would_try_are_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        check_password(password, "Wang")


def test_a_password_needs_no_mixture_of_characters() -> None:
    check_password("四只白鹤飞过湖面落在芦苇丛中间", "Li")


@pytest.mark.parametrize(
    ("code", "phone", "tz"),
    [
        ("pumch", "010-6915 6114", "Asia/Shanghai"),
        ("NEW", "call me", "Asia/Shanghai"),
        ("NEW", "010-6915 6114", "Asia/Peking"),
        ("NEW", "010-6915 6114", "../etc/passwd"),
        ("PUMCH", "010-6915 6114", "Asia/Shanghai"),
    ],
)
async def test_a_site_that_cannot_be_is_refused(bare: Pages, code: str, phone: str, tz: str) -> None:
    with pytest.raises(SiteError):
        async with bare.store.change(at=NOW, actor=OPERATOR) as change:
            await add_site(change, code, "李敏", phone, tz)
