"""Is the institution's server there, does it know the code, and what time does it have?"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import msgspec

from recorder.doctor.asked import Asked
from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.sync.address import read_address
from recorder.sync.answers import Reply, Strange, read_body, read_failure
from recorder.sync.client import Inspection, ServerClient
from recorder.sync.enrolment_faults import failed, not_invigil
from recorder.sync.transport import Transport

SERVER = Topic(
    "server", translate("doctor", "Server"), translate("doctor", "Evidence is delivered to it.")
)
CODE = Topic(
    "code",
    translate("doctor", "Exam code"),
    translate("doctor", "It opens the exam, whose rules this computer is checked against."),
)

_PRODUCT = "invigil"

# The server's Date is in whole seconds: on average half a second late, and as much out.
_HALF_A_SECOND = 0.5


class _Health(msgspec.Struct, frozen=True):
    """What ``GET /health`` answers."""

    product: str
    status: str


@dataclass(frozen=True, slots=True)
class ServerLook:
    """What the server said: ``offset`` is its clock minus ours and how far that may be out
    (half of the way there and back, and half a second), seconds; where it tells the time.
    """

    finding: Finding
    offset: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CodeLook:
    """Which exam the code opens, where it opens one."""

    finding: Finding
    inspection: Inspection | None = None


def check_server(
    server: str | None,
    *,
    allow_plain: bool,
    wall: Callable[[], float],
    monotonic: Callable[[], float] = time.monotonic,
    adapter: httpx.BaseTransport | None = None,
) -> ServerLook:
    """Ask the server how it is; TLS has proved by then who it is."""
    if not server:
        return ServerLook(
            SERVER.skipped(
                translate("doctor", "no address given"),
                translate("doctor", "Name it with --server."),
            )
        )
    try:
        address = read_address(server, allow_plain=allow_plain)
        transport = Transport(address, adapter=adapter)
        try:
            _judge(address, _ask(transport), wall)  # the first one pays for the connection
            offset = _offset(transport, wall, monotonic)
        finally:
            transport.close()
    except EnvironmentFault as fault:
        return ServerLook(SERVER.fault(fault))
    return ServerLook(SERVER.ok(verbatim(address)), offset)


def check_code(asked: Asked, adapter: httpx.BaseTransport | None = None) -> CodeLook:
    """Look the code up; it is not redeemed, and nothing is changed anywhere."""
    if not asked.code or not asked.server:
        why = translate("doctor", "no code given")
        return CodeLook(
            CODE.skipped(why, translate("doctor", "Name it with --code to check its rules."))
        )
    try:
        client = ServerClient(
            asked.server,
            pinned=asked.pinned,
            allow_plain=asked.allow_plain,
            adapter=adapter,
        )
        try:
            inspection = client.inspect(asked.code)
        finally:
            client.close()
    except EnvironmentFault as fault:
        return CodeLook(CODE.fault(fault))
    exam, institution = inspection.policy.exam, inspection.policy.institution
    found = translate("doctor", "{title}, {institution}").format(
        title=verbatim(exam.title), institution=verbatim(institution.name)
    )
    return CodeLook(CODE.ok(found), inspection)


def _ask(transport: Transport) -> Reply:
    reply = transport.request("GET", "/health")
    if not isinstance(reply, Reply):
        raise failed(transport.server, reply)
    return reply


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


def _offset(
    transport: Transport, wall: Callable[[], float], monotonic: Callable[[], float]
) -> tuple[float, float] | None:
    """The server's clock minus ours, as in SNTP (RFC 4330, 5): half-way through its answer."""
    began = monotonic()
    reply = _ask(transport)
    taken = monotonic() - began
    half_way = wall() - taken / 2
    try:
        date = email.utils.parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None
    return date + _HALF_A_SECOND - half_way, _HALF_A_SECOND + taken / 2
