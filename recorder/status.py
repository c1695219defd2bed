"""What the session tells whoever shows it: values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.policy import Policy


class Stage(StrEnum):
    """Where a session is, from the code to the receipt."""

    OFFERED = "offered"
    CHECKING = "checking"
    RECORDING = "recording"
    CLOSING = "closing"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    DECLINED = "declined"
    FAILED = "failed"


class Light(StrEnum):
    """The status light; always shown with words, never by colour alone."""

    GOOD = "good"
    ATTENTION = "attention"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording that an earlier run left on this computer.

    It was never closed, and can go on or be handed in as it is; or, where ``closed``, it
    waits only to be delivered. ``begun_us`` and ``last_us`` are the wall clock (µs since
    1970 UTC) of its first and its last record; where it has none yet (``records`` is 0),
    of when its store was made. ``planned_end_us`` is the exam's end by its policy.
    """

    folder: Path
    session: str
    server: str
    title: str
    institution: str
    begun_us: int
    last_us: int
    closed: bool
    waiting_records: int
    waiting_bytes: int
    records: int
    planned_end_us: int


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A recording that was saved as a file: what is in it, and what could not be.

    ``damaged`` pieces are not on this computer's disk as they were committed.
    """

    path: Path
    session: str
    records: int
    pieces: int
    bytes: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An exam a code opens, before the candidate has agreed to anything.

    ``server`` is the address without a trailing slash; ``key_fingerprint`` is the SHA-256
    (hex) of the institution's signing key that the policy verified under. ``resumes`` is the
    unfinished recording that this goes on with; consent to it was given when it began.
    """

    server: str
    code: str
    policy: Policy
    key_fingerprint: str
    resumes: Interrupted | None = None


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream now: ``working`` is false while its device is lost."""

    stream: str
    device: str
    working: bool
    frames: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has been made and what the server has signed for. Bytes are sealed bytes."""

    records_made: int
    records_sent: int
    blobs_made: int
    blobs_sent: int
    bytes_made: int
    bytes_sent: int
    online: bool
    note: str = ""

    @property
    def done(self) -> bool:
        """Whether the server holds everything, by signed receipt."""
        return self.records_sent == self.records_made and self.blobs_sent == self.blobs_made

    @property
    def fraction(self) -> float:
        """Share delivered, 0 to 1, records counted as a kilobyte each."""
        made = self.bytes_made + 1024 * self.records_made
        sent = self.bytes_sent + 1024 * self.records_sent
        return 1.0 if made == 0 else min(1.0, sent / made)


@dataclass(frozen=True, slots=True)
class Status:
    """One look at a session, made a few times a second."""

    stage: Stage
    light: Light
    words: str
    elapsed_s: float
    streams: tuple[StreamHealth, ...]
    delivery: Delivery
    sound_level: float = 0.0
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the candidate, from the proctor or from the recorder itself."""

    text: str
    source: str
    warning: bool = False
