"""Was the wall clock set? Judged at every record and look, and said in records of its own.

Pure: readings and records in, drafts out. Two judgements: the law's (``shared.clock``),
under which small steps add up and hours of drift are let be; and one from look to look, so
that the drift which the law allows cannot hide a jump.
"""

from __future__ import annotations

from collections.abc import Callable

from recorder.durations import spoken
from recorder.evidence.clocks import Reading, stepped
from recorder.evidence.drafts import Draft, draft_body, own_incident
from shared.clock import WallState, judge_wall
from shared.flags import Kind
from shared.policy import Rule
from shared.records import Clock, Incident, Record


class ClockChanges:
    """What a chain's clocks did, record by record, and what is still to be said of it."""

    def __init__(self, rule: Rule, new_id: Callable[[], str]) -> None:
        """Report by the policy's rule for ``clock_jump``; the record is written always."""
        self._rule = rule
        self._new_id = new_id
        self._wall = WallState()
        self._seen: Reading | None = None
        # Incidents whose ``clock`` record is saved, and one whose record may yet fail to be.
        self._owed: dict[str, Draft] = {}
        self._proposed: dict[str, Draft] = {}

    def take(self, record: Record) -> None:
        """The record is part of the chain."""
        if record.boot != self._wall.boot:
            self._owed.clear()  # their times mean nothing on another boot's clock
        if isinstance(record.body, Clock):
            self._owed |= self._proposed
            self._proposed = {}
        self._wall, _ = judge_wall(self._wall, record)
        self._seen = Reading(record.wall, record.mono)
        if isinstance(record.body, Incident):
            self._owed.pop(record.body.id, None)

    def looked(self, now: Reading) -> None:
        """The clocks were compared, and all that was due is saved."""
        self._seen = now

    def due(self, probe: Record) -> list[Draft]:
        """What must be written before a record with the clocks of ``probe``, in order."""
        if self._seen is None or probe.boot != self._wall.boot:
            return []
        now = Reading(probe.wall, probe.mono)
        _, flag = judge_wall(self._wall, probe)
        step = stepped(self._seen, now)
        if flag is None and step is None:
            return list(self._owed.values())
        # The record makes the law's account whole again, drift and small steps included.
        jump = now.offset - self._wall.offset
        reason = "The computer's clock was set."
        if self._rule.enabled:
            self._propose(jump if step is None else step, now.mono)
        incidents = (self._owed | self._proposed).values()
        return [draft_body(Clock(jump=jump, reason=reason)), *incidents]

    def _propose(self, jump: int, mono: int) -> None:
        seconds = round(jump / 1e6, 3)
        way = "forward" if jump > 0 else "back"
        detail = {
            "reason": f"The computer's clock was set {way} by {spoken(abs(seconds))}.",
            "seconds": seconds,
        }
        own = self._new_id()
        incident = own_incident(Kind.CLOCK_JUMP, self._rule, own, mono, mono, detail)
        self._proposed = {own: incident}
