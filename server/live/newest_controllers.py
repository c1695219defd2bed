"""The newest picture and the end of the playlist over HTTP: authorised and logged each time."""

from __future__ import annotations

from typing import Literal

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.live.newest import find_newest, open_newest, read_end
from server.network import AnyRequest
from server.numbers import whole
from server.problems import Rejection
from server.review import playlists
from server.review.controllers import MOST_PIECES, PRIVATE
from server.review.media import Media, Unplayable
from server.storage.database import Database

# Which fragment a picture is of, and when the server had it (µs UTC).
PIECE_HEADER, ARRIVED_HEADER = "Invigil-Piece", "Invigil-Arrived"


class NewestController(Controller):
    """``/media/{session}/newest``."""

    path = "/media/{session_id:str}/newest"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/{stream:str}/picture")
    async def get_picture(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        stream: FromPath[Literal["camera", "screen"]],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        media: NamedDependency[Media],
    ) -> Response[bytes]:
        """The newest picture as a film of one picture; 204 where there is none newer than
        ``after`` (a fragment's number).
        """
        staff = current_account(request)
        asked = request.query_params.get("after", "")
        after = whole(asked, MOST_PIECES)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            found = await find_newest(db, session, stream, -1 if after is None else after)
            if found is not None:
                now, what = clock(), "picture"
                await viewed(db, now, staff, session, what, stream=stream)
        if found is None:
            return Response(b"", status_code=204, headers=PRIVATE)
        data = await open_newest(media, found)
        if isinstance(data, Unplayable):
            return _refused(data)
        headers = {**PRIVATE, PIECE_HEADER: str(found.n), ARRIVED_HEADER: str(found.at)}
        return Response(data, media_type="video/mp4", headers=headers)

    @get("/{name:str}")
    async def get_end(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        name: FromPath[Literal["camera.m3u8", "microphone.m3u8", "screen.m3u8"]],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[str] | Response[bytes]:
        """The playlist of the last half a minute, for whoever watches live; 204 where nothing
        has come yet.
        """
        staff, stream = current_account(request), name.partition(".")[0]
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            text = await read_end(db, session, stream)
            if isinstance(text, str):
                now, what = clock(), "media"
                await viewed(db, now, staff, session, what, stream=stream)
        if isinstance(text, Unplayable):
            # Nothing has come yet: whoever watches asks again.
            return Response(b"", status_code=204, headers=PRIVATE)
        return Response(text, media_type=playlists.MEDIA_TYPE, headers=PRIVATE)


def _refused(why: Unplayable) -> Response[bytes]:
    return Rejection("about:blank", 404 if why.absent else 422, why.why).response()
