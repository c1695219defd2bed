"""The recorder's WebSocket, and what staff see and send through it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, WebSocket, get, post, websocket
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.enrolment.tokens import Tokens
from server.ingest.lookup import session_of
from server.live.conversation import read_asked, read_conversation
from server.live.service import Connected, Live
from server.live.situation import CommandDraft, read_situation
from server.network import AnyRequest
from server.problems import Rejection
from server.storage.database import Database
from shared.foreign_json import NotJson, read_json
from shared.wire import API_PREFIX, LiveState

# A state is some 300 bytes and 64 ids of done commands, and 8 sayings of 2,000 characters, each
# of up to 6 bytes in JSON.
MAX_STATE_BYTES = 131_072

# WebSocket close codes (RFC 6455, 7.4; 4000 and up are the application's own).
TOO_BIG = 1009
NOT_A_STATE = 4400
NOT_ADMITTED = 4401

PRIVATE = {"Cache-Control": "private, no-store"}

LIVE_PATH = f"{API_PREFIX}/sessions/{{session_id:str}}/live"


def channel(session_id: str) -> str:
    """The channel that wakes a session's connection when there is a command."""
    return f"commands-{session_id}"


@websocket(LIVE_PATH)
async def live_link(
    socket: WebSocket[Any, Any, Any],
    session_id: FromPath[str],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
    channels: NamedDependency[ChannelsPlugin],
) -> None:
    """``LiveState`` up every few seconds, ``Command`` down."""
    token_hash = tokens.checked(session_id, socket.headers.get("Authorization"))
    if token_hash is None or await live.admit(session_id, token_hash) is not None:
        await socket.close(NOT_ADMITTED, "not this session's token")
        return
    await socket.accept()
    connected = Connected()

    async def send_commands(_: bytes = b"") -> None:
        for command in await live.unsent(session_id, connected):
            await socket.send_text(msgspec.json.encode(command))

    async with channels.start_subscription(channel(session_id)) as subscriber:
        # Subscribed first: a command that comes now is sent by one way or the other.
        await send_commands()
        async with subscriber.run_in_background(send_commands, join=False):
            await _take_states(socket, session_id, live, connected)


async def _take_states(
    socket: WebSocket[Any, Any, Any], session_id: str, live: Live, connected: Connected
) -> None:
    async for text in socket.iter_data(mode="text"):
        if len(text) > MAX_STATE_BYTES:
            await socket.close(TOO_BIG, "a state is at most 128 KiB")
            return
        try:
            state = read_json(text, LiveState)
        except NotJson:
            await socket.close(NOT_A_STATE, "not a state")
            return
        answers = await live.report(session_id, state, connected)
        if isinstance(answers, Rejection):
            await socket.close(NOT_ADMITTED, answers.detail)
            return
        for answer in answers:
            await socket.send_text(msgspec.json.encode(answer))


class CommandTaken(msgspec.Struct, frozen=True):
    """A command is on its way: of a warning how many have counted, and how many end the
    session.
    """

    id: str
    warnings: int
    limit: int


class SituationOut(msgspec.Struct, frozen=True):
    """How a running session stands: ``state`` is what the recorder last said of itself, at
    ``time`` (µs UTC), ``null`` before the first; ``awaits`` what a proctor is asked and nobody
    has answered; ``limit`` how many warnings end the session (0: none does).
    """

    over: bool
    state: dict[str, Any] | None
    time: int | None
    phase: str
    awaits: str
    paused: bool
    warnings: int
    limit: int
    extra_seconds: float
    asks_for_help: bool


class AskedOut(msgspec.Struct, frozen=True):
    """A command: ``by`` whom and ``at`` when it was given, ``done`` when the recorder said that
    it was obeyed; times in µs UTC.
    """

    id: str
    action: str
    text: str
    seconds: float
    warnings: int
    limit: int
    by: str
    at: int
    done: int | None


class LineOut(msgspec.Struct, frozen=True):
    """What was said: ``by`` the ``candidate`` or a member of staff, ``at`` when (µs UTC).
    ``open`` of a call for help that nobody has answered.
    """

    id: str
    at: int
    by: str
    kind: Literal["message", "warning", "help"]
    text: str
    arrived: bool
    open: bool


class LiveController(Controller):
    """The staff's side."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}"
    tags = ("staff",)

    @get("/live", guards=[require(Role.OBSERVER)])
    async def get_live(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Response[SituationOut]:
        """How the session stands while it runs."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            found = await read_situation(db, session)
            lines = await read_conversation(db, session_id)
        shown = SituationOut(
            over=found.over,
            state=found.state,
            time=found.heard,
            phase=found.phase,
            awaits=found.awaits,
            paused=found.paused,
            warnings=found.warnings,
            limit=found.limit,
            extra_seconds=found.extra_s,
            asks_for_help=any(line.open for line in lines),
        )
        return Response(shown, headers=PRIVATE)

    @get("/commands", guards=[require(Role.OBSERVER)])
    async def get_commands(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Response[list[AskedOut]]:
        """All that staff asked of the recorder, in order."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            asked = [
                msgspec.convert(one, AskedOut, from_attributes=True)
                for one in await read_asked(db, session.id)
            ]
        return Response(asked, headers=PRIVATE)

    @get("/conversation", guards=[require(Role.OBSERVER)])
    async def get_conversation(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[list[LineOut]]:
        """What proctors and candidate said to each other, in order."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await viewed(db, clock(), staff, session, "conversation")
            lines = [
                msgspec.convert(one, LineOut, from_attributes=True)
                for one in await read_conversation(db, session.id)
            ]
        return Response(lines, headers=PRIVATE)

    @post("/commands", status_code=202, guards=[require(Role.PROCTOR)])
    async def post_command(
        self,
        data: JSONBody[CommandDraft],
        request: AnyRequest,
        session_id: FromPath[str],
        live: NamedDependency[Live],
        channels: NamedDependency[ChannelsPlugin],
    ) -> Response[CommandTaken] | Response[bytes]:
        """Ask something of the recorder; it is kept until it was done. 409 where it makes no
        sense now, 422 where a reason or a time is missing.
        """
        row = await live.command(current_account(request), session_id, data)
        if isinstance(row, Rejection):
            return row.response()
        await channels.wait_published(b"", channel(session_id))
        taken = CommandTaken(row.id, row.warnings, row.warnings_limit)
        return Response(taken, status_code=202, headers=PRIVATE)
