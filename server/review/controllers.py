"""Playback and decisions over HTTP. Every request is authorised, playlists and pieces alike."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession
from server.network import AnyRequest
from server.problems import Rejection
from server.review import playlists
from server.review.attachments import Pictures, read_pictures
from server.review.decisions import Ask, Decided, NoFlag, Refused, Superseded, decide
from server.review.flag_memory import read_flags
from server.review.flags import Flag, Flags
from server.review.life import MAX_NOTE_CHARS, Verdict
from server.review.media import (
    MOST_PIECES,
    Media,
    Part,
    Unplayable,
    find_init,
    find_stretch,
)
from server.review.phases import read_phases
from server.review.ranking import refresh_one
from server.review.reading import STREAMS, extent, read_tracks
from server.review.tracks import Track
from server.storage.database import Database
from shared.wire import API_PREFIX

PRIVATE = {"Cache-Control": "private, no-store"}

# Of the streams of one player, so that a new epoch is a discontinuity in both at once.
TOGETHER = ("camera", "microphone")

_NAME = re.compile(r"(master|camera|microphone|screen)\.m3u8")
_PIECE = re.compile(r"(\d{1,15})\.m4s")


class MediaController(Controller):
    """``/media/{session}``: playlists made from the records, pieces opened on the way."""

    path = "/media/{session_id:str}"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/{name:str}")
    async def get_playlist(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        name: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[str]:
        """``master.m3u8`` or a stream's playlist."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise NotFoundException("There is no such playlist.")
        staff, stream = current_account(request), match[1]
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            tracks = await read_tracks(db, session)
            if stream != "master" and stream not in tracks:
                raise NotFoundException(f"This session has no {stream} recording.")
            named = None if stream == "master" else stream
            await viewed(db, clock(), staff, session, "media", stream=named)
        text = _playlist(session, tracks, stream)
        return Response(text, media_type=playlists.MEDIA_TYPE, headers=PRIVATE)

    @get("/{stream:str}/{n:int}/init.mp4")
    async def get_init(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        stream: FromPath[str],
        n: FromPath[int],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        media: NamedDependency[Media],
    ) -> Response[bytes]:
        """The init segment with ``stream_seq`` ``n``."""
        async with database.transaction() as db:
            session = await _admitted(db, clock(), request, session_id, stream)
            found = await find_init(db, session, stream, min(n, MOST_PIECES))
        return await _answer(media, found, stream)

    @get("/{stream:str}/{piece:str}")
    async def get_piece(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        stream: FromPath[str],
        piece: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        media: NamedDependency[Media],
    ) -> Response[bytes]:
        """The fragments from piece ``n`` up to the next place where decoding may begin."""
        match = _PIECE.fullmatch(piece)
        if match is None:
            raise NotFoundException("There is nothing here: this part is a gap.")
        async with database.transaction() as db:
            session = await _admitted(db, clock(), request, session_id, stream)
            found = await find_stretch(db, session, stream, int(match[1]))
        return await _answer(media, found, stream)


def _playlist(session: ExamSession, tracks: dict[str, Track], stream: str) -> str:
    if stream == "master":
        return playlists.master_playlist(tracks.get("camera"), tracks.get("microphone"))
    group = TOGETHER if stream in TOGETHER else (stream,)
    together = [tracks[name] for name in group if name in tracks]
    return playlists.media_playlist(tracks[stream], together, session.origin_wall or 0)


async def _admitted(
    db: AsyncSession, now: int, request: AnyRequest, session_id: str, stream: str
) -> ExamSession:
    """The session, for somebody who may see it: logged, once the transaction is over."""
    if stream not in STREAMS:
        raise NotFoundException("There is no such stream.")
    staff = current_account(request)
    session = await session_of(db, staff, session_id)
    await viewed(db, now, staff, session, "media", stream=stream)
    return session


async def _answer(media: Media, part: Part | Unplayable, stream: str) -> Response[bytes]:
    found = part if isinstance(part, Unplayable) else await media.open(part)
    if isinstance(found, Unplayable):
        return Rejection("about:blank", 404 if found.absent else 422, found.why).response()
    kind = "audio/mp4" if stream == "microphone" else "video/mp4"
    return Response(found, media_type=kind, headers=PRIVATE)


class DecisionDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision as asked for; ``version`` is the flag's as it was seen."""

    verdict: Verdict
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE_CHARS)] = ""


class DecisionOut(msgspec.Struct, frozen=True):
    """A decision that was made; ``at`` is microseconds UTC."""

    n: int
    verdict: Verdict
    note: str
    by: str
    at: int


class PictureOut(msgspec.Struct, frozen=True):
    """A picture or clip of a flag: ``n`` is its number among the session's attachments, to be
    had at ``address`` where it is ``there``: delivered, and not destroyed since.
    """

    n: int
    role: str
    media_type: str
    there: bool
    address: str


class FlagOut(msgspec.Struct, frozen=True):
    """A flag; ``start`` and ``end`` are microseconds of session time. ``counts`` says whether
    it lies in the exam, be it in part. Its clip may be that of the flag ``clip_of``;
    ``left_out`` says why there is less than was due. ``incidents`` are those that it is made
    of; ``proposed`` waits for a second reviewer, ``needs_person`` for anybody; ``follows`` is
    a decided flag that it would have been a part of; ``assigned`` is an account's id.
    """

    id: str
    kind: str
    label: str
    severity: str
    start: int
    end: int | None
    confidence: float
    verdict: Verdict
    version: int
    counts: bool
    incidents: list[str]
    follows: str | None
    proposed: bool
    needs_person: bool
    assigned: str | None
    history: list[DecisionOut]
    attachments: list[PictureOut]
    clip_of: str | None
    left_out: str


class FlagsController(Controller):
    """Flags and decisions as JSON, for programs of the institution's own."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}/flags"
    tags = ("review",)

    @get("/", guards=[require(Role.OBSERVER)])
    async def get_flags(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> list[FlagOut]:
        """A session's flags, in order of time."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await viewed(db, clock(), staff, session, "flags")
            return await flags_out(db, session, await read_flags(db, session))

    @post("/{flag_id:str}/decisions", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_decision(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        data: JSONBody[DecisionDraft],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[FlagOut] | Response[bytes]:
        """Decide. The same again changes nothing; 409 where somebody else was quicker."""
        staff = current_account(request)
        ask = Ask(flag_id, data.verdict, data.note.strip(), data.version)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            shown = await flag_decided(db, clock(), staff, session, ask)
        if isinstance(shown, Rejection):
            return shown.response()
        return Response(shown, headers=PRIVATE)


async def flag_decided(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, ask: Ask
) -> FlagOut | Rejection:
    """Decide about a flag: as it stands then, or why nothing was written."""
    outcome = await decide(db, now, staff, session, ask)
    match outcome:
        case Decided():
            await refresh_one(db, session, await read_flags(db, session), {ask.flag_id})
            return (await flags_out(db, session, Flags([outcome.flag])))[0]
        case Superseded() | Refused():
            return Rejection("about:blank", 409, outcome.words)
        case NoFlag():
            why = "This session has no such flag, or not that version of it."
            return Rejection("about:blank", 404, why)


async def flags_out(db: AsyncSession, session: ExamSession, flags: Flags) -> list[FlagOut]:
    """Flags as programs read them."""
    phases, reach = await read_phases(db, session), extent(session)
    pictures = await read_pictures(db, session, flags)
    return [
        _flag_out(
            session,
            flag,
            pictures.get(flag.id, Pictures()),
            counts=phases.counts(flag, reach),
        )
        for flag in flags
    ]


def _flag_out(session: ExamSession, flag: Flag, pictures: Pictures, *, counts: bool) -> FlagOut:
    return FlagOut(
        id=flag.id,
        kind=flag.kind.value,
        label=flag.kind.label,
        severity=flag.severity.value,
        start=flag.start,
        end=flag.end,
        confidence=flag.confidence,
        verdict=flag.verdict,
        version=flag.version,
        counts=counts,
        incidents=list(flag.covers),
        follows=flag.follows,
        proposed=flag.proposed is not None,
        needs_person=flag.needs_person,
        assigned=flag.assigned.to_id if flag.assigned else None,
        history=[DecisionOut(d.n, d.verdict, d.note, d.by, d.at) for d in flag.history],
        attachments=[
            PictureOut(
                n=one.n,
                role=one.role,
                media_type=one.media_type,
                there=one.there,
                address=f"/media/{session.id}/attachments/{one.n}",
            )
            for one in (pictures.snapshot, pictures.clip)
            if one is not None
        ],
        clip_of=pictures.clip_of,
        left_out=pictures.left_out,
    )
