"""The clock's law: what a session's times must agree with, within a tolerance.

Two judgements, both over one *boot* (the monotonic clock means nothing across two):

- wall against mono: their difference stays within ``TOLERANCE`` of what it was, unless a
  ``clock`` record says that it moved, and by how much;
- the anchor corridor: a record was written after the receipt it names (``anchor``) and
  before the first receipt that covers it. So the server's clock minus ``mono`` lies in an
  interval for each record, and all intervals of a boot must have a point in common.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.records import Clock, Record

# Two seconds, in microseconds: above network and scheduling delay, below any useful lie.
TOLERANCE = 2_000_000

# How far two honest quartz clocks drift apart (parts per million), generously.
DRIFT_PPM = 200


@dataclass(frozen=True, slots=True)
class ClockFlag:
    """Where the times stop agreeing, and by how much (microseconds)."""

    seq: int
    excess: int
    why: str


@dataclass(frozen=True, slots=True)
class WallState:
    """The difference wall − mono in force in a boot."""

    boot: str = ""
    offset: int = 0
    since: int = 0


def judge_wall(state: WallState, record: Record) -> tuple[WallState, ClockFlag | None]:
    """Compare a record's wall clock with its monotonic one."""
    offset = record.wall - record.mono
    if record.boot != state.boot:
        return WallState(record.boot, offset, record.mono), None
    if isinstance(record.body, Clock):
        state = replace(state, offset=state.offset + record.body.jump, since=record.mono)
    allowed = TOLERANCE + (record.mono - state.since) * DRIFT_PPM // 1_000_000
    excess = abs(offset - state.offset) - allowed
    if excess <= 0:
        return state, None
    moved = (offset - state.offset) / 1e6
    flag = ClockFlag(record.seq, excess, f"the wall clock moved by {moved:+.1f} s unrecorded")
    return WallState(record.boot, offset, record.mono), flag


@dataclass(frozen=True, slots=True)
class Corridor:
    """The interval in which (server time − mono) must lie, for one boot; microseconds."""

    boot: str = ""
    since: int = 0
    until: int = 0
    low: int | None = None
    high: int | None = None

    def after(self, record: Record, receipt_time: int) -> Corridor:
        """The record names a receipt of ``receipt_time``, so it was written after it."""
        same = self.at(record)
        bound = receipt_time - record.mono
        low = bound if same.low is None else max(same.low, bound)
        return Corridor(same.boot, same.since, same.until, low, same.high)

    def before(self, record: Record, receipt_time: int) -> Corridor:
        """A receipt of ``receipt_time`` covers the record, so it was written before it."""
        same = self.at(record)
        bound = receipt_time - record.mono
        high = bound if same.high is None else min(same.high, bound)
        return Corridor(same.boot, same.since, same.until, same.low, high)

    def at(self, record: Record) -> Corridor:
        """The corridor when the record was written; another boot begins a new one."""
        if record.boot != self.boot:
            return Corridor(record.boot, record.mono, record.mono)
        since, until = min(self.since, record.mono), max(self.until, record.mono)
        return Corridor(self.boot, since, until, self.low, self.high)

    @property
    def excess(self) -> int:
        """By how much the corridor is closed beyond the tolerance; 0 where it is open."""
        if self.low is None or self.high is None:
            return 0
        allowed = TOLERANCE + (self.until - self.since) * DRIFT_PPM // 1_000_000
        return max(0, self.low - self.high - allowed)
