"""The recorder's WebSocket, and what staff see and send through it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, WebSocket, get, post, websocket
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.config import Settings
from server.enrolment.tokens import Tokens
from server.live.service import CommandDraft, Live
from server.network import AnyRequest, client_address
from shared.wire import API_PREFIX, LiveState

# A state is some 300 bytes, and 64 ids of done commands.
MAX_STATE_BYTES = 16_384

# WebSocket close codes (RFC 6455, 7.4; 4000 and up are the application's own).
TOO_BIG = 1009
NOT_A_STATE = 4400
NOT_ADMITTED = 4401

LIVE_PATH = f"{API_PREFIX}/sessions/{{session_id:str}}/live"

_states = msgspec.json.Decoder(LiveState)


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
    sent: set[str] = set()

    async def send_commands(_: bytes = b"") -> None:
        for command in await live.pending(session_id):
            if command.id not in sent:
                sent.add(command.id)
                await socket.send_text(msgspec.json.encode(command))

    async with channels.start_subscription(channel(session_id)) as subscriber:
        # Subscribed first: a command that comes now is sent by one way or the other.
        await send_commands()
        async with subscriber.run_in_background(send_commands, join=False):
            await _take_states(socket, session_id, live)


async def _take_states(socket: WebSocket[Any, Any, Any], session_id: str, live: Live) -> None:
    kept = 0
    async for text in socket.iter_data(mode="text"):
        if len(text) > MAX_STATE_BYTES:
            await socket.close(TOO_BIG, "a state is at most 16 KiB")
            return
        try:
            state = _states.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            await socket.close(NOT_A_STATE, "not a state")
            return
        kept = await live.report(session_id, state, kept)


class LiveController(Controller):
    """The staff's side."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}"
    tags = ("staff",)

    @get("/live", guards=[require(Role.OBSERVER)])
    async def get_live(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        live: NamedDependency[Live],
    ) -> dict[str, Any]:
        """The recorder's newest state; ``null`` before the first."""
        seen = await live.seen(current_account(request), session_id)
        return {
            "state": seen.state if seen else None,
            "time": seen.time if seen else None,
        }

    @post("/commands", status_code=202, guards=[require(Role.PROCTOR)])
    async def post_command(
        self,
        data: JSONBody[CommandDraft],
        request: AnyRequest,
        session_id: FromPath[str],
        live: NamedDependency[Live],
        channels: NamedDependency[ChannelsPlugin],
        settings: NamedDependency[Settings],
    ) -> dict[str, str]:
        """Send a message or a warning, or end the session. It is kept until it was done."""
        address = client_address(request, proxied=settings.trusted_proxy)
        row = await live.command(current_account(request), session_id, data, address)
        await channels.wait_published(b"", channel(session_id))
        return {"id": row.id}
