"""``GET /calendar/{token}.ics``: the feed; ``GET /exams/{id}/calendar.ics``: one exam."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.config import Settings
from server.downloads import attachment
from server.exams.controllers import exam_of
from server.integrations.calendars import MEDIA_TYPE, calendar, feed_of
from server.network import AnyRequest
from server.storage.database import Database

# A calendar program may keep it for so long, in seconds; most ask every few hours.
FRESH_S = 900


@get("/calendar/{calendar_token:str}", media_type=MEDIA_TYPE, tags=["integrations"])
async def get_feed(
    calendar_token: FromPath[str],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> Response[bytes]:
    """An institution's exams, for a calendar program that has a member of staff's link."""
    now = clock()
    async with database.transaction() as db:
        exams = await feed_of(db, calendar_token.removesuffix(".ics"), now)
    if exams is None:
        raise NotFoundException("There is no such calendar: its link was taken back.")
    body = calendar(exams, settings.url, now, "Exams")
    headers = {"Cache-Control": f"private, max-age={FRESH_S}"}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


@get(
    "/exams/{exam_id:str}/calendar.ics",
    guards=[require(Role.OBSERVER)],
    media_type=MEDIA_TYPE,
    tags=["integrations"],
)
async def get_exam_calendar(
    request: AnyRequest,
    exam_id: FromPath[str],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> Response[bytes]:
    """One exam as a calendar file."""
    async with database.transaction() as db:
        exam = await exam_of(db, current_account(request), exam_id)
    body = calendar([exam], settings.url, clock())
    return Response(body, media_type=MEDIA_TYPE, headers=attachment(f"{exam.id}.ics"))
