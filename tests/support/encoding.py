"""Scripted pictures and sound for the encoders, and what became of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray
from support.boxes import Described, describe, timescale

from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.timeline import SOUND_RATE, Timeline
from recorder.evidence.segments import Segment
from shared.records import Gap

ORIGIN_NS = 7_000_000_000_000
TIMELINE = Timeline(0, ORIGIN_NS)
NS = 1_000_000_000
BLOCK = 960


def at_ns(seconds: float) -> int:
    """A time of the epoch on the monotonic clock."""
    return ORIGIN_NS + round(seconds * NS)


def picture(width: int = 160, height: int = 120, level: int = 90, mark: int = 0) -> NDArray:
    """A grey picture with a light square that moves by ``mark``."""
    image = np.full((height, width, 3), level, np.uint8)
    left = mark % max(1, width - 16)
    image[8:24, left : left + 16] = 230
    return image


def frame(
    stream: StreamName, at_s: float, image: NDArray[np.uint8] | None = None, epoch: int = 0
) -> Frame:
    """A picture of a stream at a time of the epoch."""
    return Frame(
        stream=stream,
        epoch=epoch,
        seq=0,
        pts=round(at_s * 90_000),
        time_base=Fraction(1, 90_000),
        monotonic_ns=at_ns(at_s),
        image=picture(mark=int(at_s * 20)) if image is None else image,
    )


def block(
    at_s: float,
    samples: NDArray[np.int16] | None = None,
    epoch: int = 0,
    rate: int = SOUND_RATE,
) -> AudioBlock:
    """Sound from a time of the epoch on; 20 ms of a tone if nothing else is said."""
    return AudioBlock(
        stream="microphone",
        epoch=epoch,
        seq=0,
        pts=round(at_s * SOUND_RATE),
        time_base=Fraction(1, SOUND_RATE),
        monotonic_ns=at_ns(at_s),
        rate=rate,
        samples=tone(at_s, BLOCK) if samples is None else samples,
    )


def tone(at_s: float, length: int, hertz: float = 440.0) -> NDArray[np.int16]:
    """A tone whose phase goes on from block to block."""
    times = at_s + np.arange(length) / SOUND_RATE
    return (8000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def beats(start: float, end: float, a_second: float) -> list[float]:
    """Times from ``start`` to before ``end``."""
    first, last = round(start * a_second), round(end * a_second)
    return [n / a_second for n in range(first, last)]


@dataclass
class Cut:
    """Everything that a recorder made, in order."""

    made: list[Segment | Gap] = field(default_factory=list)

    def __call__(self, item: Segment | Gap) -> None:
        self.made.append(item)

    @property
    def inits(self) -> list[Segment]:
        return [item for item in self.segments if item.part == "init"]

    @property
    def segments(self) -> list[Segment]:
        return [item for item in self.made if isinstance(item, Segment)]

    @property
    def fragments(self) -> list[Segment]:
        return [item for item in self.segments if item.part == "fragment"]

    @property
    def described(self) -> list[Described]:
        return [describe(item.data) for item in self.fragments]

    @property
    def gaps(self) -> list[tuple[float, float, str]]:
        """Start, end (seconds of the epoch) and reason."""
        origin = ORIGIN_NS // 1000
        return [
            (
                round((item.start - origin) / 1e6, 3),
                round((item.end - origin) / 1e6, 3),
                item.reason,
            )
            for item in self.made
            if isinstance(item, Gap)
        ]

    @property
    def ticks(self) -> int:
        return timescale(self.inits[0].data)

    def spans(self) -> list[tuple[float, float]]:
        """When each fragment begins and ends, by its boxes; seconds of the epoch."""
        ticks = self.ticks
        return [(one.begins / ticks, one.ends / ticks) for one in self.described]

    def file(self, since: int = 0, until: int | None = None) -> bytes:
        """The init segment and some of the fragments."""
        return b"".join(item.data for item in (self.inits[0], *self.fragments[since:until]))


def decode(data: bytes) -> list[tuple[float, NDArray]]:
    """Decode a file: (seconds, RGB picture or samples); the decoder must have no complaint."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as complaints, av.open(io.BytesIO(data)) as container:
            stream = container.streams[0]
            decoded = [(float(one.time), _values(one)) for one in container.decode(stream)]
    finally:
        av.logging.set_level(level)
    assert not complaints, complaints
    return decoded


def _values(one: av.VideoFrame | av.AudioFrame) -> NDArray:
    if isinstance(one, av.VideoFrame):
        return one.to_ndarray(format="rgb24")
    values = one.to_ndarray().reshape(-1)
    return values.astype(np.float64) / (32768 if values.dtype == np.int16 else 1)


def heard(decoded: Sequence[tuple[float, NDArray]], is_on: Callable[[float], bool]) -> float:
    """The first time (s) at which a decoded sample's size satisfies ``is_on``."""
    for at, samples in decoded:
        hits = np.flatnonzero([is_on(abs(value)) for value in samples])
        if len(hits):
            return at + float(hits[0]) / SOUND_RATE
    raise AssertionError("never heard")


def push_all(recorder: object, items: Iterable[Frame | AudioBlock]) -> None:
    """Push items one after the other."""
    for item in items:
        recorder.push(item)  # type: ignore[attr-defined]
