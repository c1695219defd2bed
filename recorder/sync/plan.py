"""What delivery does next: a pure choice over where it stands.

Records go first, in batches, so that hashes reach the server within seconds; then pieces,
oldest first, and only pieces whose record the server holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from recorder.sync.pacing import Link, Pacing
from shared.wire import MAX_RECORDS


@dataclass(frozen=True, slots=True)
class Progress:
    """Where delivery stands.

    Attributes:
        made: records in the store.
        held: records that the server holds, as far as we know.
        reconciled: whether ``held`` is the server's own word since the start or a doubt.
        in_flight: (start, count) of a batch whose answer never came: sent again exactly
            so, because the same bytes get the same receipt.
        last_batch: when records were last sent; monotonic seconds.
        hold_until: no record is sent before this time, because one was refused.
    """

    made: int
    held: int = 0
    reconciled: bool = False
    in_flight: tuple[int, int] | None = None
    last_batch: float = float("-inf")
    hold_until: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing before ``until``."""

    until: float


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Ask the server where it stands."""


@dataclass(frozen=True, slots=True)
class SendRecords:
    """Send ``count`` records from ``start`` on."""

    start: int
    count: int


@dataclass(frozen=True, slots=True)
class SendPiece:
    """Send the oldest piece that waits, if one does; else wait until ``otherwise``."""

    otherwise: float


Action = Wait | Reconcile | SendRecords | SendPiece

NEVER = float("inf")


def choose(
    progress: Progress, link: Link, now: float, pacing: Pacing, *, urgent: bool
) -> Action:
    """The next thing to do; ``urgent`` lets no record wait for others."""
    if now < link.not_before:
        return Wait(link.not_before)
    if not progress.reconciled:
        return Reconcile()
    waiting = progress.made - progress.held
    at_once = urgent or waiting >= MAX_RECORDS or progress.in_flight is not None
    due = max(progress.hold_until, now if at_once else progress.last_batch + pacing.linger_s)
    if waiting > 0 and now >= due:
        start, count = progress.in_flight or (progress.held, min(waiting, MAX_RECORDS))
        return SendRecords(start, count)
    return SendPiece(otherwise=due if waiting > 0 else NEVER)
