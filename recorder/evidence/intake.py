"""The writer's bounded queue: being full is a named outcome, never a wait and never a loss
that nobody hears of.

Bulk (fragments, attachments) is refused first; records of control keep a reserve of their
own, and are let past bulk that has to wait for the disk; the last record of a session is
always taken.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
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


class Lane(Enum):
    """What may be tried now."""

    NOTHING = "nothing"
    CONTROL = "control"
    ALL = "all"


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
        self._bare = False
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
            heavy = isinstance(draft.body, records.Incident) and bool(draft.pieces)
            if heavy and (self._bare or not self._fits(draft)):
                bare = without_pieces(draft)
                if self._fits(bare):
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

    def leave_out_attachments(self, bare: bool) -> None:
        """Take incidents without their attachments from now on, those that wait, too."""
        with self._changed:
            if bare == self._bare:
                return
            self._bare = bare
            if not bare:
                for gap in self._refusals.attachments():
                    self._append(gap)
            for place, draft in enumerate(self._drafts):
                if bare and isinstance(draft.body, records.Incident) and draft.pieces:
                    self._refusals.note_attachments(draft)
                    self._drafts[place] = without_pieces(draft)
                    self._bytes -= draft.cost
            self._changed.notify_all()

    def give_up_bulk(self) -> None:
        """Forget the pieces that wait, and say so in gaps before what comes last."""
        with self._changed:
            drafts, self._drafts, self._bytes = self._drafts, deque(), 0
            last = (
                [drafts.pop()] if drafts and isinstance(drafts[-1].body, records.Close) else []
            )
            for draft in drafts:
                if draft.pieces:
                    self._refusals.note(draft, self._mono())
                else:
                    self._append(draft)
            for draft in [*self._refusals.rest(self._mono()), *last]:
                self._append(draft)
            self._changed.notify_all()

    def next(self, timeout: float | None, lane: Lane) -> Draft | Callable[[], None] | None:
        """The next thing to do: a call, else the oldest draft, which stays in the queue.

        Args:
            timeout: seconds to wait for something to do; ``None`` waits for ever.
            lane: which drafts may be tried now.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready(lane), timeout)
            return self._errands.popleft() if self._errands else self._oldest(lane)

    def settle(self, draft: Draft) -> None:
        """The draft is on disk: forget it."""
        with self._changed:
            place = next(n for n, waiting in enumerate(self._drafts) if waiting is draft)
            del self._drafts[place]
            self._bytes -= draft.cost
            self._changed.notify_all()

    def wait_empty(self, timeout: float) -> bool:
        """Wait until all is on disk; whether that came about within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._drafts, timeout)

    def wait_light(self, timeout: float) -> bool:
        """Wait until all that brings no pieces is on disk; whether it came about in time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: all(one.pieces for one in self._drafts), timeout
            )

    def stop(self) -> None:
        """Let ``next`` return without waiting from now on, and take no more calls."""
        with self._changed:
            self.stopping = True
            self._ended = self._ended or "the recording has ended"
            self._changed.notify_all()

    def _ready(self, lane: Lane) -> bool:
        return bool(self._errands) or self.stopping or self._oldest(lane) is not None

    def _oldest(self, lane: Lane) -> Draft | None:
        """The oldest draft of a lane.

        Records of control pass whatever brings pieces with it (an init segment, too: it is of
        no use without its fragments, which must follow it); the last record passes nothing.
        """
        if lane is Lane.NOTHING or not self._drafts:
            return None
        if lane is Lane.ALL:
            return self._drafts[0]
        light = next((draft for draft in self._drafts if not draft.pieces), None)
        last = light is not None and isinstance(light.body, records.Close)
        return None if last and light is not self._drafts[0] else light

    def _fits(self, draft: Draft) -> bool:
        if draft.weight is Weight.CONTROL:
            return len(self._drafts) < self._limits.items + self._limits.reserve
        room = self._bytes + draft.cost <= self._limits.bytes
        return room and len(self._drafts) < self._limits.items

    def _append(self, draft: Draft) -> None:
        self._drafts.append(draft)
        self._bytes += draft.cost
