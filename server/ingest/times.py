"""From a session's clocks to seconds since it began: one rule for all who ask."""

from __future__ import annotations

from typing import TypedDict

from server.clock import MICROS_PER_SECOND
from server.ingest.models import ExamSession
from shared.clock import Corridor, WallState


class BootClock(TypedDict):
    """The first record of a boot: its wall and mono clock, in microseconds."""

    wall: int
    mono: int


def session_time(session: ExamSession, boot: str, mono: int) -> float:
    """Seconds since the session's ``open`` for a ``mono`` (microseconds) of ``boot``.

    Within the first boot this is the monotonic difference. A later boot's monotonic clock
    says nothing about the first one's, so it is placed by the wall clock of its first
    record. A boot that no record is of has no place: its times are 0.
    """
    start: BootClock | None = session.boots.get(boot)
    if start is None or session.origin_wall is None:
        return 0.0
    offset = start["wall"] - session.origin_wall
    return (offset + mono - start["mono"]) / MICROS_PER_SECOND


def clock_error(wall: WallState, corridor: Corridor) -> int:
    """By how much, at least, the candidate's clock is ahead of the server's (µs; behind: < 0).

    A clock that is wrong from the start to the end contradicts nothing and is no flag: its
    difference to ``mono`` does not change. But the receipts say between which two bounds the
    server's own difference lies, and a wrong clock lies outside them; 0 is within.
    """
    if wall.boot != corridor.boot:
        return 0
    if corridor.high is not None and wall.offset > corridor.high:
        return wall.offset - corridor.high
    if corridor.low is not None and wall.offset < corridor.low:
        return wall.offset - corridor.low
    return 0
