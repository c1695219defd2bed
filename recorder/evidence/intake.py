"""The writer's bounded queue: being full is a named outcome, never a wait and never a loss
that nobody hears of.

Bulk (fragments, attachments) is refused first; records of control keep a reserve of their
own; the last record of a session is always taken.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from recorder.evidence.drafts import Draft, Weight, without_pieces
from recorder.evidence.refusals import Refusals
from shared import records


class Accepted(NamedTuple):
    """The draft is in the queue; ``left_out`` attachments were not taken."""

    left_out: int = 0


class Full(NamedTuple):
    """The draft was refused: lower the quality. A signed gap will say what is missing."""

    items: int
    bytes: int


class Ended(NamedTuple):
    """Nothing is taken any more, and why."""

    why: str


Outcome = Accepted | Full | Ended


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait for the disk.

    A session makes about one piece of some 20 kB a second, so the bytes are for bursts of
    clips and the items for minutes without a disk; ``reserve`` is for records of control.
    """

    items: int = 512
    bytes: int = 64 * 1024 * 1024
    reserve: int = 256


class Waiting(NamedTuple):
    """How much is in the queue."""

    items: int
    bytes: int


class Intake:
    """A queue from any thread to the writer's, with calls to be made there beside it."""

    def __init__(self, limits: Limits, refusals: Refusals, mono: Callable[[], int]) -> None:
        """Make an empty queue; ``mono`` reads the monotonic clock in microseconds."""
        self._limits = limits
        self._refusals = refusals
        self._mono = mono
        self._changed = threading.Condition()
        self._drafts: deque[Draft] = deque()
        self._bytes = 0
        self._errands: deque[Callable[[], None]] = deque()
        self._ended: str | None = None
        self.stopping = False

    @property
    def waiting(self) -> Waiting:
        """What is not on disk yet."""
        with self._changed:
            return Waiting(len(self._drafts), self._bytes)

    def put(self, draft: Draft) -> Outcome:
        """Queue a draft, or say why not. Returns at once."""
        with self._changed:
            if self._ended is not None:
                return Ended(self._ended)
            left_out = 0
            if not self._fits(draft) and isinstance(draft.body, records.Incident):
                bare = without_pieces(draft)
                if draft.pieces and self._fits(bare):
                    self._refusals.note_attachments(draft)
                    draft, left_out = bare, len(draft.pieces)
            if not self._fits(draft):
                self._refusals.note(draft, self._mono())
                return Full(len(self._drafts), self._bytes)
            for due in self._refusals.due(draft, self._mono()):
                self._append(due)
            self._append(draft)
            self._changed.notify_all()
            return Accepted(left_out)

    def put_last(self, draft: Draft, why: str) -> Outcome:
        """Queue the session's last draft after all that is still to be said, and end."""
        with self._changed:
            if self._ended is not None:
                return Ended(self._ended)
            for due in self._refusals.rest(self._mono()):
                self._append(due)
            self._append(draft)
            self._ended = why
            self._changed.notify_all()
            return Accepted()

    def end(self, why: str) -> None:
        """Take nothing more; what waits stays."""
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify_all()

    def call(self, errand: Callable[[], None]) -> bool:
        """Have ``errand`` called on the writer's thread; false where that has ended."""
        with self._changed:
            if self.stopping:
                return False
            self._errands.append(errand)
            self._changed.notify_all()
            return True

    def next(self, timeout: float | None, *, drafts: bool) -> Draft | Callable[[], None] | None:
        """The next thing to do: a call, else the oldest draft, which stays in the queue.

        Args:
            timeout: seconds to wait for something to do; ``None`` waits for ever.
            drafts: whether a draft may be tried now.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready(drafts=drafts), timeout)
            if self._errands:
                return self._errands.popleft()
            return self._drafts[0] if drafts and self._drafts else None

    def settle(self) -> None:
        """The oldest draft is on disk: forget it."""
        with self._changed:
            self._bytes -= self._drafts.popleft().cost
            self._changed.notify_all()

    def wait_empty(self, timeout: float) -> bool:
        """Wait until all is on disk; whether that came about within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._drafts, timeout)

    def stop(self) -> None:
        """Let ``next`` return without waiting from now on, and take no more calls."""
        with self._changed:
            self.stopping = True
            self._ended = self._ended or "the recording has ended"
            self._changed.notify_all()

    def _ready(self, *, drafts: bool) -> bool:
        return bool(self._errands) or self.stopping or (drafts and bool(self._drafts))

    def _fits(self, draft: Draft) -> bool:
        if draft.weight is Weight.CONTROL:
            return len(self._drafts) < self._limits.items + self._limits.reserve
        room = self._bytes + draft.cost <= self._limits.bytes
        return room and len(self._drafts) < self._limits.items

    def _append(self, draft: Draft) -> None:
        self._drafts.append(draft)
        self._bytes += draft.cost
