"""How fast is the way to the server? A few megabytes of random bytes, thrown away there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import translate
from recorder.evidence import room
from recorder.faults import EnvironmentFault
from recorder.sync.address import read_address
from recorder.sync.answers import Reply, read_failure
from recorder.sync.enrolment_faults import failed
from recorder.sync.transport import Transport
from shared.policy import Policy
from shared.wire import CODE_HEADER, MAX_SPEED_BYTES, SPEED_PATH

UPLOAD = Topic(
    "upload",
    translate("doctor", "Upload speed"),
    translate("doctor", "Evidence is delivered while the exam goes on."),
)

_LATER = translate(
    "doctor",
    "The recording waits on this computer and is delivered after the exam: leave the computer "
    "on until Invigil says that all is delivered. Nothing is lost.",
)

# The first body, and how much larger each next one is: a slow line shows with the first one
# already, a fast one needs more to fill what is on the way.
FIRST_BYTES = 16_384
GROWTH = 4

# A body that took this long says enough.
ENOUGH_S = 1.0

# Evidence that takes up to this share of the line leaves room for the exam itself.
COMFORTABLE = 0.5

_BITS = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """``kbit_s`` to the server, and the bytes that were sent to find out."""

    kbit_s: float
    sent: int


def needed_kbit_s(policy: Policy) -> float:
    """What a session makes at most, as the policy bounds its streams."""
    return room.rates(policy)[room.Step.ALL] * _BITS / 1000


def measure(
    transport: Transport,
    code: str,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
    noise: Callable[[int], bytes] = os.urandom,
) -> Measured:
    """Send bodies, each larger than the last, until one took a second or is the largest.

    The time there and back, of an empty body, is taken off. Noise cannot be compressed on
    the way.

    Raises:
        EnvironmentFault: the server cannot be reached, or refuses.
    """
    empty = _timed(transport, code, b"", monotonic, wall)
    size, sent = FIRST_BYTES, 0
    while True:
        taken = _timed(transport, code, noise(size), monotonic, wall)
        sent += size
        if taken >= ENOUGH_S or size * GROWTH > MAX_SPEED_BYTES:
            # A clock's tick is some milliseconds; nothing is faster than that.
            line_s = max(taken - empty, 1e-3)
            return Measured(size * _BITS / 1000 / line_s, sent)
        size *= GROWTH


def _timed(
    transport: Transport,
    code: str,
    body: bytes,
    monotonic: Callable[[], float],
    wall: Callable[[], float],
) -> float:
    began = monotonic()
    reply = transport.request(
        "POST",
        SPEED_PATH,
        content=body,
        headers={CODE_HEADER: code, "Content-Type": "application/octet-stream"},
    )
    taken = monotonic() - began
    if not isinstance(reply, Reply):
        raise failed(transport.server, reply)
    if (failure := read_failure(reply, wall())) is not None:
        raise failed(transport.server, failure)
    return taken


def judge_upload(measured: Measured, needed: float) -> Finding:
    """The line against what the exam makes; a slow one never keeps an exam from going on."""
    found = translate(
        "doctor", "{speed} Mbit/s; the exam needs up to {needed}. {mb} MB were sent for it."
    ).format(speed=measured.kbit_s / 1000, needed=needed / 1000, mb=measured.sent / 1e6)
    if measured.kbit_s * COMFORTABLE >= needed:
        return UPLOAD.ok(found)
    if measured.kbit_s >= needed:
        return UPLOAD.attention(
            found,
            translate(
                "doctor",
                "It is just enough. Have others pause downloads and films during the exam.",
            ),
        )
    return UPLOAD.attention(found, _LATER)


def too_slow() -> Finding:
    """No body came through in the time there is."""
    return UPLOAD.attention(
        translate("doctor", "The line is very slow: the test did not end."), _LATER
    )


def check_upload(
    server: str,
    code: str,
    policy: Policy,
    *,
    allow_plain: bool = False,
    adapter: httpx.BaseTransport | None = None,
) -> Finding:
    """Measure and judge; what goes wrong is a remark."""
    try:
        transport = Transport(read_address(server, allow_plain=allow_plain), adapter=adapter)
    except EnvironmentFault as fault:
        return UPLOAD.remark(fault)
    try:
        return judge_upload(measure(transport, code), needed_kbit_s(policy))
    except EnvironmentFault as fault:
        return UPLOAD.remark(fault)
    finally:
        transport.close()
