"""The board for programs and for the page's WebSocket, ``/api/v1/live/board``.

Whoever connects says what it looks at and what it has; from then on it is sent what differs,
as soon as it is ready for it. So a connection that was lost costs nothing: the next one says
what it has and is sent the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Response, WebSocket, get, websocket
from litestar.di import NamedDependency

from server.accounts.controllers import cookie_name
from server.accounts.models import Role
from server.accounts.sign_in import SignIn
from server.accounts.staff import Staff, current_account, require
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.live.board import STATES, Board, Boards, Look, View
from server.live.tiles import Tile
from server.live.watched import Watches
from server.network import AnyRequest, is_elsewhere
from server.numbers import whole
from shared.foreign_json import NotJson, read_json
from shared.wire import API_PREFIX

BOARD_PATH = f"{API_PREFIX}/live/board"
PRIVATE = {"Cache-Control": "private, no-store"}

# A page is told at least so often that all is well (s): proxies close what is silent for a
# minute, and a page that hears nothing connects anew.
BEAT_S = 10.0

# Whoever was signed out meanwhile sees nothing more after this (µs).
CHECKED_EVERY = 5 * MICROS_PER_SECOND

# How long whoever connects may take to say what it looks at (s).
ASK_WITHIN_S = 10.0

# A viewer has a page of tiles, each 32 and 16 characters; with room to spare.
MAX_ASK_BYTES = 65_536

# Beyond this page of the board nobody reads.
MOST_PAGES = 100_000

# WebSocket close codes (RFC 6455, 7.4; 4000 and up are the application's own).
NOT_NOW, NOT_ASKED, SIGNED_OUT, ELSEWHERE = 1011, 4400, 4401, 4403


class Ask(msgspec.Struct, frozen=True):
    """What a viewer looks at, and which tiles it has, each with its revision; ``ask`` is its
    own number for this, said again with every answer.
    """

    exam: Annotated[str, msgspec.Meta(max_length=64)] = ""
    state: Annotated[str, msgspec.Meta(max_length=64)] = ""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    page: Annotated[int, msgspec.Meta(ge=0, le=MOST_PAGES)] = 0
    have: dict[str, str] = {}
    ask: int = 0

    def view(self) -> View:
        """What it looks at."""
        state = self.state if self.state in STATES else ""
        return View(self.exam, state, self.name, self.page)


class Call(msgspec.Struct, frozen=True):
    """A session that needs somebody: what for, in words, and since when (µs UTC)."""

    id: str
    name: str
    need: int
    why: str
    since: int


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a viewer is to show in answer to its ``ask``: ``order`` of its page where that is
    another one than before, the ``tiles`` that it has not, as HTML with their revisions; the
    ``calls`` of all that fit, where they are others, and how many there are (``calling``).
    ``now`` and ``at`` (the last look at the database) are µs UTC.
    """

    ask: int
    now: int
    at: int
    page: int
    pages: int
    total: int
    calling: int
    tiles: dict[str, tuple[str, str]] = {}
    order: tuple[str, ...] | None = None
    calls: tuple[Call, ...] | None = None


class Standing(msgspec.Struct, frozen=True):
    """A running session as a program reads it; times are µs UTC."""

    id: str
    name: str
    exam: str
    need: str
    why: str
    since: int
    phase: str
    connection: str
    ends_at: int | None
    score: int | None
    new_incidents: int
    incidents: int
    warnings: str
    unread: int
    taken_by: str


class BoardOut(msgspec.Struct, frozen=True):
    """A page of the board; ``total`` sessions fit."""

    at: int
    page: int
    pages: int
    total: int
    sessions: list[Standing]


_log = structlog.get_logger("invigil.server")
_news = msgspec.json.Encoder()


@dataclass(slots=True)
class Sent:
    """What a viewer has of the view that it asked for last."""

    ask: int
    view: View
    have: dict[str, str]
    order: tuple[str, ...] | None = None
    calls: tuple[Call, ...] | None = None

    def news(self, look: Look, now: int) -> News:
        """What it lacks of a look; from then on it has that."""
        page = look.page(self.view)
        order = tuple(one.tile.id for one in page.shown)
        calls = tuple(call(one.tile) for one in page.calls)
        tiles = {
            one.tile.id: (one.revision, one.html)
            for one in page.shown
            if self.have.get(one.tile.id) != one.revision
        }
        found = News(
            ask=self.ask,
            now=now,
            at=look.at,
            page=page.page,
            pages=page.pages,
            total=page.total,
            calling=page.calling,
            tiles=tiles,
            order=None if order == self.order else order,
            calls=None if calls == self.calls else calls,
        )
        self.order, self.calls = order, calls
        self.have = {one.tile.id: one.revision for one in page.shown}
        return found


def call(tile: Tile) -> Call:
    """What calls for somebody at a session."""
    return Call(tile.id, tile.name, int(tile.need), tile.why, tile.since)


def asked(request: AnyRequest) -> View:
    """The view that an address names; what is not understood is left out."""
    query = request.query_params
    number = query.get("page", "0")
    return Ask(
        exam=query.get("exam", "")[:64],
        state=query.get("state", "")[:64],
        name=query.get("name", "")[:200],
        page=whole(number, MOST_PAGES) or 0,
    ).view()


@get(BOARD_PATH, guards=[require(Role.OBSERVER)], tags=["staff"])
async def get_board(
    request: AnyRequest,
    boards: NamedDependency[Boards],
    watches: NamedDependency[Watches],
) -> Response[BoardOut]:
    """All running sessions, those that need somebody most first, a page at a time; ``exam``
    (an id), ``state``, ``name`` and ``page`` in the address choose.
    """
    staff = current_account(request)
    await watches.note(staff)
    look = await boards.of(staff.institution_id).fresh()
    page = look.page(asked(request))
    sessions = [standing(one.tile) for one in page.shown]
    body = BoardOut(look.at, page.page, page.pages, page.total, sessions)
    return Response(body, headers=PRIVATE)


def standing(one: Tile) -> Standing:
    """A running session as programs read it."""
    return Standing(
        id=one.id,
        name=one.name,
        exam=one.exam,
        need=one.need.name.lower(),
        why=one.why,
        since=one.since,
        phase=one.phase,
        connection=one.connection,
        ends_at=one.ends_at,
        score=one.score,
        new_incidents=one.fresh,
        incidents=one.incidents,
        warnings=one.warnings,
        unread=one.unread,
        taken_by=one.holder,
    )


@websocket(BOARD_PATH, guards=[require(Role.OBSERVER)])
async def board_link(
    socket: WebSocket[Any, Any, Any],
    boards: NamedDependency[Boards],
    watches: NamedDependency[Watches],
    sign_in: NamedDependency[SignIn],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> None:
    """``Ask`` up, whenever a viewer looks at something else; ``News`` down. It is for pages: a
    program with a token reads the board by ``GET``.
    """
    # A WebSocket bears the cookie wherever it comes from, and no token against forgery.
    if is_elsewhere(socket, settings.url):
        await socket.close(ELSEWHERE, "not from this server's own page")
        return
    staff, cookie = current_account(socket), socket.cookies.get(cookie_name(settings))
    # Whether somebody is still signed in is asked by the cookie, for as long as it lasts.
    if cookie is None or staff.token_id is not None:
        await socket.close(SIGNED_OUT, "not signed in on a page")
        return
    await socket.accept()
    viewer = _Viewer(
        socket,
        staff,
        partial(sign_in.find, cookie),
        partial(watches.note, staff),
        boards,
        clock,
    )
    tasks = {asyncio.create_task(viewer.listen()), asyncio.create_task(viewer.send())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for one in ends:
        if isinstance(one, Exception) and viewer.over is None:
            _log.warning("a viewer of the board was lost", why=repr(one)[:200])
            viewer.over = NOT_NOW, "not now"
    # Closed by whom nobody else waits for: a server may not hear of it while one receives.
    if viewer.over is not None:
        # Where the other side has gone already, there is nobody to tell.
        with suppress(Exception):
            await socket.close(*viewer.over)


class _Viewer:
    """One connection of somebody who watches."""

    def __init__(
        self,
        socket: WebSocket[Any, Any, Any],
        staff: Staff,
        find: Callable[[], Awaitable[Staff | None]],
        note: Callable[[], Awaitable[None]],
        boards: Boards,
        clock: WallClock,
    ) -> None:
        self._socket = socket
        self._staff = staff
        self._find = find
        self._note = note
        self._boards = boards
        self._clock = clock
        self._sent: Sent | None = None
        self._asked = asyncio.Event()
        self._checked = clock()
        # Why it is closed from this side, once it is.
        self.over: tuple[int, str] | None = None

    async def listen(self) -> None:
        """Take what is asked, until the page goes away."""
        async for text in self._socket.iter_data(mode="text"):
            try:
                ask = read_json(text if len(text) <= MAX_ASK_BYTES else b"", Ask)
            except NotJson:
                self.over = NOT_ASKED, "not what the board is asked"
                return
            self._sent = Sent(ask.ask, ask.view(), ask.have)
            self._asked.set()

    async def send(self) -> None:
        """Send news, until whoever watches may see no more."""
        try:
            await asyncio.wait_for(self._asked.wait(), ASK_WITHIN_S)
        except TimeoutError:
            self.over = NOT_ASKED, "nothing was asked"
            return
        await self._note()
        async with self._boards.watching(self._staff.institution_id) as board:
            look = await board.fresh()
            while await self._admitted():
                self._asked.clear()
                assert self._sent is not None  # something was asked
                found = self._sent.news(look, self._clock())
                await self._socket.send_text(_news.encode(found).decode())
                look = await self._next(board, look.version)
            self.over = SIGNED_OUT, "signed out"

    async def _next(self, board: Board, version: int) -> Look:
        """The board once there is news, something else is asked, or it is time for a beat."""
        newer = asyncio.create_task(board.newer(version, BEAT_S))
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait({newer, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            newer.cancel()
            asked.cancel()
        return board.look

    async def _admitted(self) -> bool:
        """Whether who watches is still signed in, at the same institution."""
        now = self._clock()
        if now - self._checked < CHECKED_EVERY:
            return True
        self._checked, found = now, await self._find()
        await self._note()
        return found is not None and found.institution_id == self._staff.institution_id
