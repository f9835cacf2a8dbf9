"""The administrator's page: accounts of staff are added, changed, reset and disabled. No participant stands on it."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.passwords import ONE_TIME_BYTES, WeakPasswordError, one_time_password
from actions.staff import FIRST_LIVES, StaffError, add_staff, change_staff, disable_staff, reset_staff
from models.access import AccessDeniedError, access_account, access_accounts, site_wall
from models.session import Change
from models.site import Site, Staff, WebSession
from protocol.terms import Role
from web.desk import desk_of, signed_in
from web.errors import refusal
from web.forms import form_of
from web.rendering import frame_of, render

TOLD = ("changed", "disabled", "not_possible")
ALL_SITES = ""
Act = Callable[[Change, Staff], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list. `last_seen` None: never."""

    staff: Staff
    last_seen: datetime | None
    first_over: bool

    @property
    def state(self) -> str:
        if self.staff.disabled_at is not None:
            return "disabled"
        if self.staff.ready_at is not None:
            return "ready"
        return "first_over" if self.first_over else "first"


async def show_staff(request: Request) -> Response:
    """Every account of the sites that this administrator keeps."""
    return await _list(request)


async def take_add(request: Request) -> Response:
    """A new account; its password for the first log-in is shown this one time."""
    desk, who = desk_of(request), signed_in(request)
    typed = await form_of(request, "name", "role", "site")
    if typed["role"] not in set(Role):
        return await _list(request, typed, wrong="role")
    password = one_time_password(secrets.token_bytes(ONE_TIME_BYTES))
    given = {"role": Role(typed["role"]), "site_code": typed["site"] or None, "password": password}
    try:
        async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
            await add_staff(change, name=typed["name"], **given)  # type: ignore[arg-type]
    except AccessDeniedError:
        return await _list(request, typed, wrong="site")
    except (StaffError, WeakPasswordError):
        return await _list(request, typed, wrong="name")
    return await _handed_over(request, " ".join(typed["name"].split()), password)


async def show_one(request: Request) -> Response:
    """One account, and what can be done with it."""
    desk, who = desk_of(request), signed_in(request)
    try:
        async with desk.store.read() as session:
            staff = await access_account(session, who.actor, request.path_params["staff_id"])
    except AccessDeniedError:
        return refusal(request, 404)
    told = request.query_params.get("told", "")
    page: Response = render(
        request,
        "staff_one.html",
        frame=await frame_of(request),
        account=(await _accounts(request, [staff]))[0],
        own=staff.id == who.staff.id,
        sites=await _sites(request),
        roles=list(Role),
        told=told if told in TOLD else "",
    )
    return page


async def take_change(request: Request) -> Response:
    """Another role or site."""
    typed = await form_of(request, "role", "site")

    async def act(change: Change, staff: Staff) -> None:
        if typed["role"] not in set(Role):
            raise StaffError("there is no such role")
        await change_staff(change, staff.name, role=Role(typed["role"]), site_code=typed["site"] or None)

    return await _acted(request, act, "changed")


async def take_disable(request: Request) -> Response:
    """The end of an account; its name stays taken for the audit."""
    await form_of(request)

    async def act(change: Change, staff: Staff) -> None:
        await disable_staff(change, staff.name)

    return await _acted(request, act, "disabled")


async def take_reset(request: Request) -> Response:
    """A new first log-in, for who has lost the phone and the recovery codes."""
    await form_of(request)
    password, whose = one_time_password(secrets.token_bytes(ONE_TIME_BYTES)), ""

    async def act(change: Change, staff: Staff) -> None:
        nonlocal whose
        await reset_staff(change, staff.name, password=password)
        whose = staff.name

    answer = await _acted(request, act, "")
    return await _handed_over(request, whose, password) if whose else answer


async def _acted(request: Request, act: Act, told: str) -> Response:
    """One transaction on the account of this path; a foreign one looks like a missing one."""
    desk, who = desk_of(request), signed_in(request)
    staff_id = request.path_params["staff_id"]
    try:
        async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
            staff = await access_account(change.session, who.actor, staff_id)
            try:
                await act(change, staff)
            except AccessDeniedError as error:  # it is disabled, or the site it was to have is not this one's
                raise StaffError(str(error)) from None
    except AccessDeniedError:
        return refusal(request, 404)
    except StaffError:
        return RedirectResponse(f"/staff/{staff_id}?told=not_possible", 303)
    return RedirectResponse(f"/staff/{staff_id}?told={told}", 303)


async def _handed_over(request: Request, name: str, password: str) -> Response:
    page: Response = render(
        request,
        "staff_password.html",
        frame=await frame_of(request),
        name=name,
        password=password,
        hours=int(FIRST_LIVES.total_seconds() // 3600),
    )
    return page


async def _list(request: Request, typed: dict[str, str] | None = None, *, wrong: str = "") -> Response:
    desk, who = desk_of(request), signed_in(request)
    async with desk.store.read() as session:
        found = await access_accounts(session, who.actor)
    sites = await _sites(request)
    page: Response = render(
        request,
        "staff.html",
        status=422 if wrong else 200,
        frame=await frame_of(request),
        accounts=await _accounts(request, found),
        sites=sites,
        roles=list(Role),
        typed=typed or {"name": "", "role": Role.MONITOR.value, "site": sites[0]},  # what may least, until chosen
        wrong=wrong,
    )
    return page


async def _accounts(request: Request, found: list[Staff]) -> list[Account]:
    desk = desk_of(request)
    at = desk.session_now()
    query = select(WebSession.staff_id, func.max(WebSession.seen_at)).group_by(WebSession.staff_id)
    async with desk.store.read() as session:
        seen: dict[str, datetime] = {row[0]: row[1] for row in await session.execute(query)}
    return [Account(one, seen.get(one.id), one.first_until is None or one.first_until <= at) for one in found]


async def _sites(request: Request) -> list[str]:
    """The sites an account may be given; ALL_SITES for whoever sees all of them."""
    desk, who = desk_of(request), signed_in(request)
    query = select(Site.code).where(site_wall(who.actor, Site.code)).order_by(col(Site.code))
    async with desk.store.read() as session:
        codes = list((await session.execute(query)).scalars())
    return [*codes, ALL_SITES] if who.staff.site_code is None else codes
