"""Where a session stands: all that judging its next record needs, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.ingest.projection import text
from server.ingest.times import BootClock
from shared.chain import ChainState
from shared.clock import ClockFlag, Corridor, WallState, judge_wall
from shared.records import Record
from shared.wire import MAX_BLOB_BYTES

# A machine that restarts more often than this in one exam is not one that restarts.
MAX_BOOTS = 256

# What the database's columns of microseconds hold with room to add.
MAX_EXCESS = 2**62


@dataclass(frozen=True, slots=True)
class Standing:
    """A session up to its head.

    Attributes:
        chain: see ``shared.chain``.
        policy: hash of the policy that the session is held under.
        grant: hash of its grant.
        wall: the wall clock so far.
        corridor: the receipts' bounds so far, of the newest boot.
        boots: the first record's clocks, by boot.
        bytes_committed: size of all pieces committed to.
        quota: what ``bytes_committed`` may not go beyond.
        most_records: how many records there may be.
    """

    chain: ChainState
    policy: str
    grant: str
    wall: WallState = field(default_factory=WallState)
    corridor: Corridor = field(default_factory=Corridor)
    boots: Mapping[str, BootClock] = field(default_factory=dict[str, BootClock])
    bytes_committed: int = 0
    quota: int = MAX_BLOB_BYTES
    most_records: int = 2**31


def look_at_clocks(
    standing: Standing, record: Record, receipts: Mapping[str, int], now: int
) -> tuple[Standing, tuple[ClockFlag, ...]]:
    """Check (6) where it flags rather than refuses, exactly as the verifier does.

    Args:
        standing: the session before the record.
        record: the next record.
        receipts: the time of the receipt it is anchored to, by hash.
        now: the time of the receipt that will cover it.
    """
    flags: list[ClockFlag] = []
    wall, moved = judge_wall(standing.wall, record)
    if moved is not None:
        flags.append(replace(moved, excess=min(moved.excess, MAX_EXCESS)))
    corridor = standing.corridor
    if record.anchor is not None and record.anchor not in receipts:
        flags.append(ClockFlag(record.seq, 0, "anchored to an unknown receipt"))
    elif record.anchor is not None:
        corridor = corridor.after(record, receipts[record.anchor])
    corridor = corridor.before(record, now)
    if corridor.excess:
        why = f"its time contradicts the receipts around it by {corridor.excess / 1e6:.1f} s"
        flags.append(ClockFlag(record.seq, min(corridor.excess, MAX_EXCESS), why))
        corridor = Corridor()
    boots, boot = standing.boots, text(record.boot)
    if boot not in boots and len(boots) >= MAX_BOOTS:
        flags.append(ClockFlag(record.seq, 0, f"more than {MAX_BOOTS} restarts"))
    elif boot not in boots:
        boots = {**boots, boot: BootClock(wall=record.wall, mono=record.mono)}
    return replace(standing, wall=wall, corridor=corridor, boots=boots), tuple(flags)
