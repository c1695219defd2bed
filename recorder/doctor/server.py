"""Is the institution's server there, and what time does it have?"""

from __future__ import annotations

import email.utils
from collections.abc import Callable

import httpx
import msgspec

from recorder.doctor.check import Check, Topic
from recorder.faults import EnvironmentFault
from recorder.sync.address import read_address
from recorder.sync.answers import Reply, Strange, read_body, read_failure
from recorder.sync.enrolment_faults import failed, not_invigil
from recorder.sync.transport import Transport

SERVER = Topic("server", "Server", "Evidence is delivered to it.")

_PRODUCT = "invigil"


class _Health(msgspec.Struct, frozen=True):
    """What ``GET /health`` answers."""

    product: str
    status: str


def check_server(
    server: str | None,
    *,
    allow_plain: bool,
    wall: Callable[[], float],
    adapter: httpx.BaseTransport | None = None,
) -> tuple[Check, float | None]:
    """Ask the server how it is.

    Returns:
        The check, and the server's clock minus ours in seconds where it tells the time.
    """
    if not server:
        return SERVER.skipped("no address given", "Name it with --server."), None
    try:
        address = read_address(server, allow_plain=allow_plain)
        reply, offset = _ask(address, wall, adapter)
        _judge(address, reply, wall)
    except EnvironmentFault as fault:
        return SERVER.fault(fault), None
    return SERVER.ok(address), offset


def _ask(
    address: str, wall: Callable[[], float], adapter: httpx.BaseTransport | None
) -> tuple[Reply, float | None]:
    transport = Transport(address, adapter=adapter)
    try:
        reply = transport.request("GET", "/health")
        now = wall()
    finally:
        transport.close()
    if not isinstance(reply, Reply):
        raise failed(address, reply)
    return reply, _offset(reply.headers.get("date", ""), now)


def _judge(address: str, reply: Reply, wall: Callable[[], float]) -> None:
    health = read_body(reply, _Health)
    ours = not isinstance(health, Strange) and health.product == _PRODUCT
    failure = read_failure(reply, wall())
    if failure is not None:
        raise failed(address, failure)
    if isinstance(health, Strange):
        raise not_invigil(address, health.why)
    if not ours:
        raise not_invigil(address, "another program answers")


def _offset(date: str, now: float) -> float | None:
    """The server's clock minus ours; its Date is whole seconds, on average half one late."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() + 0.5 - now
    except (ValueError, OverflowError):
        return None
