"""Snapshots, clips and photographs over HTTP: authorised, logged, opened on the way."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.problems import Rejection
from server.review.attachments import Found, NotHere, find_attachment
from server.review.controllers import MOST_PIECES, PRIVATE
from server.review.media import Media, Unplayable
from server.review.ranges import Range, Unsatisfiable, asked
from server.storage.database import Database

SEEKABLE = {**PRIVATE, "Accept-Ranges": "bytes"}


@get(
    "/media/{session_id:str}/attachments/{n:int}",
    guards=[require(Role.OBSERVER)],
    include_in_schema=False,
)
async def get_attachment(
    request: AnyRequest,
    session_id: FromPath[str],
    n: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[WallClock],
    media: NamedDependency[Media],
) -> Response[bytes]:
    """The picture or clip with ``stream_seq`` ``n``, or the bytes of it that are asked for.

    404 where there is none, 409 where it was not delivered yet, 410 where it was destroyed.
    """
    staff = current_account(request)
    async with database.transaction() as db:
        session = await session_of(db, staff, session_id)
        found = await find_attachment(db, session, min(max(n, -1), MOST_PIECES))
        if isinstance(found, Found):
            await viewed(db, clock(), staff, session, found.role)
    if isinstance(found, NotHere):
        return Rejection("about:blank", found.status, found.why).response()
    data = await media.open(found.part)
    if isinstance(data, Unplayable):
        return Rejection("about:blank", 404 if data.absent else 422, data.why).response()
    return _answer(data, found.media_type, request.headers.get("Range"))


def _answer(data: bytes, media_type: str, wanted: str | None) -> Response[bytes]:
    match asked(wanted, len(data)):
        case None:
            return Response(data, media_type=media_type, headers=SEEKABLE)
        case Range() as part:
            headers = {**SEEKABLE, "Content-Range": part.header}
            return Response(
                part.of(data), status_code=206, media_type=media_type, headers=headers
            )
        case Unsatisfiable() as nothing:
            headers = {**SEEKABLE, "Content-Range": nothing.header}
            return Response(b"", status_code=416, media_type=media_type, headers=headers)
