"""What reading a device can give, and what every source of a stream offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.timeline import Timeline

# The longest a read waits before it says Idle, so that a stop is noticed soon.
READ_BOUND_S = 0.25

Clock = Callable[[], int]
"""The evidence clock (``recorder.clock``), nanoseconds."""

Sleep = Callable[[float], None]
"""Waits for seconds."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing new within the read's bound; all is well, read again."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The device went away; ``close`` and ``open`` may bring it back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The source has nothing more to give, by design: a file that does not loop."""


ItemT = TypeVar("ItemT", Frame, AudioBlock)
ItemT_co = TypeVar("ItemT_co", Frame, AudioBlock, covariant=True)


class Source(Protocol[ItemT_co]):
    """One stream's origin. Not thread-safe: one thread opens, reads and closes it."""

    @property
    def stream(self) -> StreamName:
        """Which stream this is."""
        ...

    @property
    def name(self) -> str:
        """The device's or file's name, for people."""
        ...

    @property
    def note(self) -> str:
        """What a person should know of it ("the file is cut short"), or empty."""
        ...

    @property
    def skipped(self) -> int:
        """Items that came too late or too fast and were not handed on, counted."""
        ...

    def open(self) -> None:
        """Take the device. May be called again after ``close``.

        Raises:
            EnvironmentFault: it is absent, busy, forbidden or not what was asked for.
        """
        ...

    def read(self) -> ItemT_co | Idle | Lost | Ended:
        """The next item, waiting for it; bounded (``Idle``) where the device allows it."""
        ...

    def close(self) -> None:
        """Let the device go. Closing twice is allowed."""
        ...

    def rebase(self, timeline: Timeline) -> None:
        """Stamp what comes next in another epoch."""
        ...


FrameSource = Source[Frame]
AudioSource = Source[AudioBlock]
