"""What one session is made of, and what its first record says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from recorder.calibrating import Calibrating
from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.clock_watch import ClockWatch
from recorder.course import Course
from recorder.enrolling import Enrolling
from recorder.evidence.encoder_thread import EncoderThread
from recorder.evidence.writer import EvidenceWriter
from recorder.heartbeat import UnobservedTime
from recorder.locking import Locking
from recorder.losses import LossRecorder
from recorder.preview import LivePreview
from recorder.reporter import Reporter
from recorder.status import Delivery
from recorder.surroundings import Surroundings
from recorder.talk import Talk
from shared.policy import Policy
from shared.records import Detail, Model


class Detection(Protocol):
    """The detectors in their own process."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Report what is open and end."""
        ...

    def describe(self) -> Detail:
        """Counters and pace, for the heartbeat."""
        ...

    @property
    def slowed(self) -> bool:
        """Whether much less is looked at, because the computer is busy."""
        ...


class Delivering(Protocol):
    """What brings evidence to the server."""

    def start(self) -> None:
        """Begin to deliver."""
        ...

    def wake(self) -> None:
        """Something new was committed."""
        ...

    def delivery(self) -> Delivery:
        """How far it is."""
        ...

    def last_words(self) -> None:
        """The chain is about to be closed: say what is still to be said."""
        ...

    def hasten(self) -> None:
        """All is committed: send it without lingering for more."""
        ...

    def stop(self) -> None:
        """Deliver no more."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one session is made of; ``assembly`` builds it."""

    policy: Policy
    folder: Path
    writer: EvidenceWriter
    reporter: Reporter
    losses: LossRecorder
    unobserved: UnobservedTime
    preview: LivePreview
    pumps: Mapping[StreamName, CapturePump[Any]]
    encoders: Mapping[StreamName, EncoderThread[Any]]
    detection: Detection
    surroundings: Surroundings
    locking: Locking
    clocks: ClockWatch
    delivering: Delivering
    course: Course
    enrolling: Enrolling
    calibrating: Calibrating
    talk: Talk


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first record says, and of which session.

    ``resumed`` where that was an earlier run's, and its ``resume`` is written already.
    """

    session: str
    build: Detail
    models: tuple[Model, ...]
    devices: Detail
    consent: Detail
    unwatched: tuple[str, ...]
    resumed: bool = False
