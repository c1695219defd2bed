"""How much may be spent: so much a second on average, with something saved for a burst."""

from __future__ import annotations

_NS = 1_000_000_000


class Allowance:
    """Bytes that flow in evenly and are spent at once. One thread at a time."""

    def __init__(self, byte_s: float, burst: int) -> None:
        """Let ``byte_s`` bytes a second flow in, and save up to ``burst``; full at first."""
        self._byte_s = byte_s
        self._burst = burst
        self._left = float(burst)
        self._at_ns: int | None = None

    def left(self, now_ns: int) -> int:
        """How many bytes may be spent now; negative where too many were."""
        if self._at_ns is not None:
            flowed = (now_ns - self._at_ns) / _NS * self._byte_s
            self._left = min(self._burst, self._left + max(0.0, flowed))
        self._at_ns = now_ns if self._at_ns is None else max(now_ns, self._at_ns)
        return int(self._left)

    def spend(self, size: int, now_ns: int) -> None:
        """Take ``size`` bytes; what was spent beyond what is left flows in again first."""
        self.left(now_ns)
        self._left -= size
