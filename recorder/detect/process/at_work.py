"""Which detector is at work, as the detector process leaves word of it.

A model that ends the process natively says nothing any more: which it was is read from the
memory that outlives the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.setup import AtWork, Beside

_DETECTORS: tuple[Beside, ...] = get_args(Beside)

NOBODY = 0


def noting(memory: FrameMemory) -> AtWork:
    """In the detector process: note who is at work for as long as it is."""

    @contextmanager
    def at_work(detector: Beside) -> Iterator[None]:
        memory.note = 1 + _DETECTORS.index(detector)
        try:
            yield
        finally:
            memory.note = NOBODY

    return at_work


def take_noted(memory: FrameMemory) -> Beside | None:
    """In the recorder, once the process has gone: who was at work, and nobody from now on."""
    noted, memory.note = memory.note, NOBODY
    return _DETECTORS[noted - 1] if 0 < noted <= len(_DETECTORS) else None
