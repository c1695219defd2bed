"""Sound as a sound card delivers it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock

NS = 1_000_000_000


def blocks(
    samples: NDArray[np.int16], rate: int, *, size: int = 441, start_ns: int = 0, ppm: int = 0
) -> list[AudioBlock]:
    """The samples in blocks; ``ppm`` is by how many millionths the card's clock is slow."""
    return [
        AudioBlock(
            stream="microphone",
            epoch=0,
            seq=at // size,
            pts=at,
            time_base=Fraction(1, rate),
            monotonic_ns=start_ns + at * NS // rate * (1_000_000 + ppm) // 1_000_000,
            rate=rate,
            samples=samples[at : at + size],
        )
        for at in range(0, len(samples), size)
    ]
