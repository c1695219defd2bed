"""How fast one session may deliver, and how much at once: in this process's memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.clock import MICROS_PER_SECOND
from server.problems import Rejection
from shared.wire import ProblemType

SECONDS_PER_MINUTE = 60

# Buckets kept in memory; a forgotten one starts full again, which a flood of other
# sessions would have to pay for.
MAX_BUCKETS = 20_000

# When a session may try again whose own requests are in the way, and one that others'
# are, in seconds: a request takes a part of a second, a flood some.
RETRY_AFTER_OWN_S = 1
RETRY_AFTER_OTHERS_S = 5


@dataclass(slots=True)
class _Bucket:
    level: float
    time: int


class RateLimit:
    """At most ``per_minute`` on average, and that many at once."""

    def __init__(self, per_minute: int) -> None:
        """Take the rate, which is also the burst."""
        self._capacity = float(per_minute)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, amount: int, now: int) -> int:
        """Take ``amount`` from ``key``'s bucket at ``now`` (microseconds).

        Returns:
            0 where it was there; else nothing is taken, and after so many seconds it
            will be.
        """
        # More than the burst would never be there.
        amount = min(amount, int(self._capacity))
        bucket = self._buckets.pop(key, None) or _Bucket(self._capacity, now)
        self._buckets[key] = bucket
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        rate = self._capacity / SECONDS_PER_MINUTE
        passed = max(0, now - bucket.time) / MICROS_PER_SECOND
        bucket.level = min(self._capacity, bucket.level + passed * rate)
        bucket.time = now
        if bucket.level >= amount:
            bucket.level -= amount
            return 0
        return max(1, round((amount - bucket.level) / rate + 0.5))


class InFlight:
    """What is on its way in, counted in ``unit``: at most ``each`` of one session, ``all_`` of
    all together.
    """

    def __init__(self, each: int, all_: int, unit: str = "bytes") -> None:
        """Take the bounds, and what a refusal calls what they count."""
        self._each = each
        self._left = all_
        self._unit = unit
        self._held: dict[str, int] = {}

    def refusal(self, key: str, size: int) -> Rejection | None:
        """Why ``size`` more of ``key`` may not come now, if they may not. A session
        that sends nothing else may always send one thing.
        """
        held = self._held.get(key, 0)
        if held and held + size > self._each:
            already = f"{held} {self._unit}"
            why = f"this session sends {already} already; let some of it be answered first"
            return Rejection(ProblemType.BUSY, 429, why, retry_after=RETRY_AFTER_OWN_S)
        if size > self._left:
            why = "too much is on its way to this server at once"
            return Rejection(ProblemType.BUSY, 503, why, retry_after=RETRY_AFTER_OTHERS_S)
        return None

    @contextmanager
    def holding(self, key: str, size: int) -> Iterator[None]:
        """Count ``size`` as ``key``'s for as long as the context lasts."""
        self._left -= size
        self._held[key] = self._held.get(key, 0) + size
        try:
            yield
        finally:
            self._left += size
            self._held[key] -= size
            if not self._held[key]:
                del self._held[key]
