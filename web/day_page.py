"""One day of one participant, as an inspector replays it."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.access import AccessDeniedError, access_participant
from reports.day_story import day_story
from web.cookies import language_of
from web.day_words import DayWords
from web.desk import desk_of, signed_in
from web.errors import refusal
from web.rendering import frame_of, render
from web.sight import note_reading

DAY = timedelta(days=1)


async def show_day(request: Request) -> Response:
    """The story of the day; the reading is audited. A day that is none answers as one that is not there."""
    desk, who = desk_of(request), signed_in(request)
    frame, code = await frame_of(request), request.path_params["code"]
    try:
        on = date.fromisoformat(request.path_params["date"])
    except ValueError:
        return refusal(request, 404)
    try:
        async with desk.store.read() as session:
            person = await access_participant(session, who.actor, code)
    except AccessDeniedError:
        return refusal(request, 404)
    day = f"{person.id}:{on}"
    await note_reading(request, "read_day", "day", day, participant_id=person.id)
    story = await day_story(desk.store, code, on, as_of=frame.as_of)
    says = DayWords(catalogue(language_of(request, who)))
    page: Response = render(request, "day.html", frame=frame, story=story, says=says, before=on - DAY, after=on + DAY)
    return page
