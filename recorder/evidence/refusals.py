"""What was refused because the queue was full, until it is said in a signed record.

A stream's refused pieces become one ``gap`` when the stream is taken again; refused
incidents and heartbeats become one incident of kind ``gap`` that counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from recorder.evidence.drafts import Draft, draft_body, own_incident
from shared import records
from shared.counting import count
from shared.flags import Kind
from shared.policy import Policy


class _Interval(NamedTuple):
    start: int
    end: int
    pieces: int

    def joined(self, start: int, end: int) -> _Interval:
        return _Interval(min(self.start, start), max(self.end, end), self.pieces + 1)


class Refusals:
    """Keeps count; holds at most one interval a stream and one count a type."""

    def __init__(self, policy: Policy, new_id: Callable[[], str]) -> None:
        """Take the policy for the weight of a gap, and where ids come from."""
        self._rule = policy.rule(Kind.GAP)
        self._new_id = new_id
        self._streams: dict[records.StreamName, _Interval] = {}
        self._bodies: Counter[str] = Counter()
        self._since = 0

    def note(self, draft: Draft, mono: int) -> None:
        """The draft was refused at ``mono`` (microseconds)."""
        match draft.body:
            case records.Segment(stream=stream, start=start, duration=duration):
                self._add(stream, start, start + duration)
            case records.Gap(stream=stream, start=start, end=end):
                self._add(stream, start, end)
            case body:
                if not self._bodies:
                    self._since = mono
                self._bodies[type(body).__name__.lower()] += 1

    def note_attachments(self, draft: Draft) -> None:
        """The draft was taken without its attachments."""
        assert isinstance(draft.body, records.Incident)
        end = draft.body.start if draft.body.end is None else draft.body.end
        for _ in draft.pieces:
            self._add("attachment", draft.body.start, max(draft.body.start, end))

    def due(self, draft: Draft, mono: int) -> list[Draft]:
        """What must be written before ``draft``, which is taken at ``mono``."""
        streams = {blob.stream for blob in records.blobs_of(draft.body)}
        due = [self._gap(stream) for stream in list(self._streams) if stream in streams]
        if self._bodies and not isinstance(draft.body, records.Segment):
            due.append(self._count(mono))
        return due

    def attachments(self) -> list[Draft]:
        """The gap of the attachments that were left out, if any were."""
        return [self._gap("attachment")] if "attachment" in self._streams else []

    def rest(self, mono: int) -> list[Draft]:
        """All that was not said yet, for the end of the session."""
        due = [self._gap(stream) for stream in list(self._streams)]
        return [*due, self._count(mono)] if self._bodies else due

    def _add(self, stream: records.StreamName, start: int, end: int) -> None:
        held = self._streams.get(stream)
        joined = held.joined(start, end) if held else _Interval(start, end, 1)
        self._streams[stream] = joined

    def _gap(self, stream: records.StreamName) -> Draft:
        start, end, pieces = self._streams.pop(stream)
        reason = f"{count(pieces, 'piece')} could not be kept: the disk did not keep up"
        return draft_body(records.Gap(stream=stream, start=start, end=end, reason=reason))

    def _count(self, mono: int) -> Draft:
        refused, self._bodies = dict(self._bodies), Counter()
        detail = {
            "reason": "Records could not be kept: the disk did not keep up.",
            "seconds": round((mono - self._since) / 1e6, 3),
            "refused": refused,
        }
        return own_incident(
            Kind.GAP, self._rule, self._new_id(), self._since, max(mono, self._since), detail
        )
