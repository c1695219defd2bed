"""What wakes the supervisor of a detector process."""

from __future__ import annotations

import queue
from dataclasses import dataclass

from recorder.detect.face.screen import Screen
from recorder.detect.process.worker_messages import Answer
from recorder.detect.setup import DetectorSetup


@dataclass(frozen=True, slots=True)
class Wake:
    """Something was offered."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End."""


@dataclass(frozen=True, slots=True)
class Change:
    """Watch for something else from now on."""

    setup: DetectorSetup


@dataclass(frozen=True, slots=True)
class Word:
    """What a detector process said; ``None`` is its last."""

    life: int
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Calibrate:
    """The candidate's screen was found here."""

    screen: Screen


Event = Wake | Stop | Change | Calibrate | Word
Inbox = queue.SimpleQueue[Event]
