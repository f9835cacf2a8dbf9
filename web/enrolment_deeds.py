"""Entry as actions of the pages: eligibility, paper consent, enrolment, and an invitation to print."""

from typing import Final
from zoneinfo import available_timezones

from sqlmodel import col, func, select
from starlette.requests import Request
from starlette.responses import Response

from actions.enrolment import (
    Invited,
    NotReadyError,
    Person,
    check_may_be_invited,
    enrol,
    invite,
    link_of,
    record_eligibility,
    record_paper_consent,
)
from models.access import site_wall
from models.participant import Eligibility, PaperConsent, Participant
from models.session import Change
from models.site import Site
from protocol.standing import has_left
from protocol.terms import Channel, FoodMode, Language, LinkRole
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed, time_typed, yes_or_no
from web.deed_groups import DeedGroup
from web.invitation_page import Handed, show_invitation
from web.permissions import Permission

CODE_MAX: Final = 32
CRITERION: Final = "criterion_"


async def _site_field(asking: Asking) -> Field:
    query = select(Site.code).where(site_wall(asking.who.actor, Site.code)).order_by(col(Site.code))
    async with asking.desk.store.read() as session:
        sites = list(await session.scalars(query))
    return Field("site", asking.say("Site"), FieldKind.CHOICE, options=tuple((one, one) for one in sites))


def _code_field(asking: Asking) -> Field:
    hint = asking.say("The participant's code in the trial: letters, digits and hyphens. Never a name.")
    return Field("code", asking.say("Code"), hint=hint)


def _code(asking: Asking, typed: Typed) -> str:
    code = typed["code"]
    if not (code.isascii() and code.replace("-", "").isalnum() and len(code) <= CODE_MAX):
        raise WrongError("code", asking.say("Letters, digits and hyphens only, 32 at most."))
    return code


async def _known(change: Change, typed: Typed) -> str:
    """What stands of this code already: a look is of that."""
    counts = []
    for table, column in (
        (Eligibility, Eligibility.participant_code),
        (PaperConsent, PaperConsent.participant_code),
        (Participant, Participant.code),
    ):
        of_it = select(func.count()).select_from(table).where(col(column) == typed["code"])
        counts.append(str(await change.session.scalar(of_it)))
    return ",".join(counts)


async def _eligibility_form(asking: Asking) -> Form:
    say, language = asking.say, asking.language
    answers = (("", "–"), ("yes", say("Yes")), ("no", say("No")))
    criteria = [
        Field(f"{CRITERION}{one.key}", one.text[language], FieldKind.CHOICE, options=answers)
        for one in asking.desk.trial.criteria
    ]
    prior = Field("prior", say("First- and second-line treatment, and how it went"), FieldKind.LONG)
    test = Field("test_on", say("Pregnancy test on, where it applies"), FieldKind.DATE, required=False)
    return [Group((_code_field(asking), await _site_field(asking), *criteria, prior, test))]


async def _eligibility(change: Change, asking: Asking, typed: Typed) -> None:
    await record_eligibility(
        change,
        code=_code(asking, typed),
        site_code=typed["site"],
        criteria={one.key: typed[f"{CRITERION}{one.key}"] == "yes" for one in asking.desk.trial.criteria},
        prior_therapy=typed["prior"],
        signed_by=asking.who.staff,
        trial=asking.desk.trial,
        pregnancy_test_on=day_typed(asking, typed, "test_on") if typed["test_on"] else None,
    )


async def _consent_form(asking: Asking) -> Form:
    say = asking.say
    return [
        Group(
            (
                _code_field(asking),
                await _site_field(asking),
                Field("version", say("Version of the paper form")),
                Field("signed_on", say("Signed on"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("investigator", say("Who informed the participant")),
            )
        )
    ]


async def _consent(change: Change, asking: Asking, typed: Typed) -> None:
    await record_paper_consent(
        change,
        code=_code(asking, typed),
        site_code=typed["site"],
        form_version=typed["version"],
        signed_on=day_typed(asking, typed, "signed_on"),
        investigator=typed["investigator"],
        by=asking.who.staff,
    )


async def _enrol_form(asking: Asking) -> Form:
    say = asking.say
    languages = (("zh", "中文"), ("en", "English"))
    food = (("with", say("always with food")), ("without", say("always without food")))
    sealed = say("Sealed; shown only to whoever gives a reason.")
    return [
        Group(
            (
                _code_field(asking),
                await _site_field(asking),
                Field("language", say("Language"), FieldKind.CHOICE, value=asking.language, options=languages),
                Field("tz", say("Time zone"), value=asking.tz, hint=say("Such as Asia/Shanghai.")),
                Field("time", say("Time of the reminder"), FieldKind.TIME, value="08:00"),
                Field("food", say("Takes it"), FieldKind.CHOICE, options=food),
                yes_or_no(asking, "phone_only", say("No chat: followed by calls")),
                Field("name", say("Name"), hint=sealed, required=False),
                Field("phone", say("Phone"), hint=sealed, required=False),
            )
        )
    ]


async def _enrol(change: Change, asking: Asking, typed: Typed) -> Handed | None:
    clock = time_typed(asking, typed, "time")
    if clock is None:
        raise WrongError("time", asking.say("Fill this in."))
    if typed["tz"] not in available_timezones():
        raise WrongError("tz", asking.say("There is no such time zone; an example: Asia/Shanghai."))
    by_phone = typed["phone_only"] == "yes"
    person = Person(
        code=_code(asking, typed),
        site_code=typed["site"],
        language=Language(typed["language"]),
        tz=typed["tz"],
        reminder_time=clock,
        food=FoodMode(typed["food"]),
        channel=Channel.PHONE if by_phone else Channel.TELEGRAM,
        name=typed["name"],
        phone=typed["phone"],
    )
    one = await enrol(change, person, asking.desk.trial)
    return None if by_phone else await _handed(change, one, LinkRole.OWN)


async def _invite_form(asking: Asking) -> Form:
    say = asking.say
    whose = (("own", say("the participant's own chat")), ("helper", say("a family member's chat")))
    return [Group((Field("role", say("For"), FieldKind.CHOICE, options=whose),))]


async def _invite(change: Change, asking: Asking, typed: Typed) -> Handed:
    role = LinkRole(typed["role"])
    check_may_be_invited(asking.person, role)
    return await _handed(change, asking.person, role)


async def _handed(change: Change, one: Participant, role: LinkRole) -> Handed:
    made: Invited = await invite(change, one, role)
    return Handed(one, role, made.token, await link_of(change, made.token), made.invitation.expires_at)


async def _shown(request: Request, asking: Asking, made: Handed | None) -> Response | None:
    return None if made is None else await show_invitation(request, asking, made)


REFUSALS: Final = (NotReadyError,)
ENROLMENT_DEEDS: Final = (
    Deed(
        "enrol/eligibility", Permission.SIGN, _eligibility_form, _eligibility, DeedGroup.CHAT, REFUSALS,
        proven=True, of_a_person=False, state=_known,
    ),
    Deed(
        "enrol/consent", Permission.ENROL, _consent_form, _consent, DeedGroup.CHAT, REFUSALS,
        of_a_person=False, state=_known,
    ),
    Deed(
        "enrol", Permission.ENROL, _enrol_form, _enrol, DeedGroup.CHAT, REFUSALS,
        of_a_person=False, state=_known, shows=_shown,
    ),
    Deed(
        "invite", Permission.ENROL, _invite_form, _invite, DeedGroup.CHAT, REFUSALS, shows=_shown,
        offered=lambda person: not has_left(person.state),
    ),
)  # fmt: skip
