"""Until when each stream is accounted for: by its segments, or by a gap that says why not.

A pure reading of the chain, from which a ``resume`` learns what the interruption cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from recorder.evidence.clocks import Reading
from shared.records import Detail, Gap, MediaStream, Open, Record, Resume, Segment

_STREAMS: tuple[MediaStream, ...] = get_args(MediaStream)


class Coverage:
    """What the records so far account for.

    Times are microseconds on the monotonic clock of the last record's boot; what an earlier
    boot recorded is placed on it by the wall clock, and may be negative.
    """

    def __init__(self) -> None:
        self._until: dict[MediaStream, int] = {}
        self._boot = ""
        self._offset = 0
        self.last = 0

    @property
    def streams(self) -> tuple[MediaStream, ...]:
        """Every stream that the session has recorded, or set out to."""
        return tuple(self._until)

    def take(self, record: Record) -> None:
        """Take the next record in."""
        offset = record.wall - record.mono
        if record.boot != self._boot:
            shift = self._offset - offset
            # A wall clock set back would place it in the future, and hide what comes next.
            self._until = {s: min(at + shift, record.mono) for s, at in self._until.items()}
        self._boot, self._offset, self.last = record.boot, offset, record.mono
        match record.body:
            case Open(devices=devices) | Resume(devices=devices):
                self._expect(devices or {}, record.mono)
            case Segment(stream=stream, start=start, duration=duration):
                self._until[stream] = max(self._until.get(stream, 0), start + duration)
            case Gap(stream=stream, start=start, end=end, since=since):
                begun = start if since is None else since - offset
                # One that begins later leaves something before it that is not accounted for.
                if stream != "attachment" and begun <= self._until.get(stream, begun - 1):
                    self._until[stream] = max(self._until[stream], end)
            case _:
                pass

    def _expect(self, devices: Detail, mono: int) -> None:
        for stream in _STREAMS:
            if stream in devices:
                self._until.setdefault(stream, mono)

    def holes(self, boot: str, now: Reading, end: int, reason: str) -> Iterator[Gap]:
        """What an interruption left out of each stream, as gaps.

        Args:
            boot: the boot that the gaps are written in.
            now: its clocks at this moment.
            end: when recording begins again, ``mono`` microseconds.
            reason: why it was interrupted.
        """
        for stream, until in self._until.items():
            if boot == self._boot:
                if until < end:
                    yield Gap(stream=stream, start=until, end=end, reason=reason)
                continue
            since = max(0, until + self._offset)
            last = max(0, end)
            start = min(max(0, since - (now.wall - now.mono)), last)
            yield Gap(stream=stream, start=start, end=last, reason=reason, since=since)

    def interrupted_s(self, boot: str, now: Reading, end: int) -> float:
        """Seconds from the last record to ``end``; by the wall clock across boots."""
        if boot == self._boot:
            return max(0, end - self.last) / 1e6
        return max(0, end + (now.wall - now.mono) - (self.last + self._offset)) / 1e6
