"""How fast one session may deliver: a token bucket for each, in this process's memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from server.clock import MICROS_PER_SECOND

SECONDS_PER_MINUTE = 60

# Buckets kept in memory; a forgotten one starts full again, which a flood of other
# sessions would have to pay for.
MAX_BUCKETS = 20_000


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
