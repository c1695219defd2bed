"""What the devices hand on: pictures and blocks of sound, stamped on arrival."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

StreamName = Literal["camera", "microphone", "screen"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    ``image`` is (height, width, 3) uint8, RGB, and is never written to again;
    ``monotonic_ns`` is the monotonic clock after the read returned. ``pts`` counts in
    ``time_base`` from the epoch's origin and rises strictly; ``seq`` counts in the epoch.
    """

    stream: StreamName
    epoch: int
    seq: int
    pts: int
    time_base: Fraction
    monotonic_ns: int
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """One block of sound: ``samples`` is (n,) int16, one channel, ``rate`` hertz.

    ``monotonic_ns`` is when the block's *first* sample was heard: the stamp taken after the
    read returned, less the device's latency. A block follows on the last one (``pts`` +
    ``len(samples)``) unless sound was lost in between, which shows as a step forward.
    """

    stream: StreamName
    epoch: int
    seq: int
    pts: int
    time_base: Fraction
    monotonic_ns: int
    rate: int
    samples: NDArray[np.int16]
