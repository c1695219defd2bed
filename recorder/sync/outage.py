"""Outages as incidents of kind ``network_lost``: pure, driven by the policy's rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recorder.detect.observations import Incident
from shared.flags import Kind
from shared.policy import Rule

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Outage:
    id: str
    start: float
    end: float | None = None


class OutageWatch:
    """Turns *down* and *up* into incidents: one at the onset, one when it is over.

    An outage that begins within the rule's merge time of the last one's end is the same;
    so the end is reported when that time has passed. Times are monotonic seconds and must
    not fall.
    """

    def __init__(self, rule: Rule, new_id: Callable[[], str]) -> None:
        """Take the rule for the kind, and where ids come from."""
        self._rule = rule
        self._new_id = new_id
        self._reported: _Outage | None = None

    def look(self, down_since: float | None, now: float, why: str = "") -> list[Incident]:
        """What is to be reported now.

        Args:
            down_since: since when the server is out of reach; ``None`` while it is there.
            now: the present.
            why: what is wrong, for the reviewer.
        """
        if not self._rule.enabled:
            return []
        if down_since is None:
            return self._up(now)
        return self._down(down_since, now, why)

    def finish(self, now: float) -> list[Incident]:
        """The end of the session: an outage that was reported ends here."""
        held, self._reported = self._reported, None
        if held is None:
            return []
        end = now if held.end is None else held.end
        return [self._incident(held, end, end, "")]

    def _down(self, since: float, now: float, why: str) -> list[Incident]:
        held = self._reported
        if held is not None and held.end is not None:
            if since - held.end <= self._rule.merge_s:
                self._reported = _Outage(held.id, held.start)
                return []
            return [*self.finish(now), *self._down(since, now, why)]
        if held is not None or now - since < self._rule.onset_s:
            return []
        self._reported = _Outage(self._new_id(), since)
        return [self._incident(self._reported, None, now, why)]

    def _up(self, now: float) -> list[Incident]:
        held = self._reported
        if held is None:
            return []
        if held.end is None:
            self._reported = held = _Outage(held.id, held.start, now)
        assert held.end is not None  # set above
        return self.finish(now) if now - held.end > self._rule.merge_s else []

    def _incident(self, outage: _Outage, end: float | None, until: float, why: str) -> Incident:
        seconds = round(until - outage.start, 3)
        reason = (
            why or f"The server was out of reach for {seconds:.0f} s; evidence waited here."
        )
        return Incident(
            id=outage.id,
            kind=Kind.NETWORK_LOST,
            start_ns=round(outage.start * _NS),
            end_ns=None if end is None else round(end * _NS),
            severity=self._rule.severity,
            confidence=1.0,
            detail={"reason": reason, "seconds": seconds},
        )
