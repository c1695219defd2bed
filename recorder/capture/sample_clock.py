"""When each sample was heard, although the sound card's clock is not ours.

A sound card counts its own seconds, some 50 parts in a million off: 180 ms in an hour, too
much for sound and picture to stay in step. And each block's own time jitters by the delay
of its delivery. So samples are laid end to end, their time is compared with the estimates
that come with them, and a lasting difference is removed by leaving out or repeating single
samples, which nobody hears; a real loss of sound shows as one step forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from recorder.capture.timeline import BLOCK_SAMPLES, NS_PER_S, SOUND_RATE

# Estimates before the first is believed: a sound server's first blocks are late by up to
# 90 ms (PulseAudio 16, measured); the median of 10 (0.2 s) is not.
WARM_UP_BLOCKS = 10

# Beyond this an estimate is either an outlier or a loss. Half of the 80 ms in which sound
# and picture must stay in step.
JUMP_NS = 40_000_000

# So many estimates in a row beyond it are a loss, not jitter (0.1 s).
JUMP_BLOCKS = 5

# Share of a new estimate in the running difference: a time constant of 50 blocks, 1 s.
FILTER_SHARE = 0.02

# A running difference beyond this is corrected, a sample a block (1 part in 960, 17 cents
# were it lasting; at 50 parts in a million it is one block in twenty).
CORRECT_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples heard without a break; the first at ``first_ns``."""

    first_ns: int
    samples: NDArray[np.int16]


class SampleClock:
    """Lays blocks end to end on the monotonic clock. ``losses`` counts steps forward."""

    def __init__(self, rate: int = SOUND_RATE) -> None:
        self.losses = 0
        self._rate = rate
        self._held: list[Stretch] = []
        self._next_ns: float | None = None
        self._difference = 0.0
        self._beyond: list[float] = []
        self._surplus = 0

    def feed(self, estimate_ns: int, samples: NDArray[np.int16]) -> list[Stretch]:
        """Take a block whose first sample was heard at about ``estimate_ns``.

        Returns:
            What can be placed in time: nothing while warming up, then all of it.
        """
        if self._next_ns is None:
            self._held.append(Stretch(estimate_ns, samples))
            if len(self._held) < WARM_UP_BLOCKS:
                return []
            return self._anchor()
        if self._surplus:
            samples = self._without_surplus(samples)
        else:
            samples = self._correct(estimate_ns - self._next_ns, samples)
        return [self._lay(samples)] if len(samples) else []

    def _anchor(self) -> list[Stretch]:
        starts: list[float] = []
        before = 0
        for held in self._held:
            starts.append(held.first_ns - before * NS_PER_S / self._rate)
            before += len(held.samples)
        self._next_ns = median(starts)
        blocks, self._held = self._held, []
        return [self._lay(held.samples) for held in blocks]

    def _lay(self, samples: NDArray[np.int16]) -> Stretch:
        assert self._next_ns is not None
        stretch = Stretch(round(self._next_ns), samples)
        self._next_ns += len(samples) * NS_PER_S / self._rate
        return stretch

    def _correct(self, error: float, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Bring the time of what comes next nearer to the estimates."""
        if abs(error) > JUMP_NS:
            self._beyond.append(error)
            return self._jump(samples) if len(self._beyond) >= JUMP_BLOCKS else samples
        self._beyond.clear()
        self._difference += FILTER_SHARE * (error - self._difference)
        return self._nudge(samples)

    def _nudge(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        one = NS_PER_S / self._rate
        if self._difference > CORRECT_NS:
            self._difference -= one
            return np.append(samples, samples[-1:])
        if self._difference < -CORRECT_NS:
            self._difference += one
            return samples[:-1]
        return samples

    def _jump(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Sound was lost (step forward) or came twice (leave the surplus out)."""
        assert self._next_ns is not None
        step = median(self._beyond)
        self._beyond.clear()
        self._difference = 0.0
        if step < 0:
            self._surplus = round(-step * self._rate / NS_PER_S)
            return self._without_surplus(samples)
        self._next_ns += step
        self.losses += 1
        return samples

    def _without_surplus(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        left_out = min(self._surplus, len(samples))
        self._surplus -= left_out
        return samples[left_out:]


class Reblocker:
    """Cuts stretches into blocks of one length; pads the last before a break with silence."""

    def __init__(self, block: int = BLOCK_SAMPLES, rate: int = SOUND_RATE) -> None:
        self._block = block
        self._rate = rate
        self._rest = Stretch(0, np.zeros(0, np.int16))

    def feed(self, stretch: Stretch) -> Iterator[Stretch]:
        """Give all whole blocks that there are now."""
        rest = self._rest
        if len(rest.samples):
            follows_at = rest.first_ns + len(rest.samples) * NS_PER_S // self._rate
            if abs(stretch.first_ns - follows_at) > _BREAK_NS:
                yield self._padded(rest)
            else:
                joined = np.concatenate((rest.samples, stretch.samples))
                stretch = Stretch(rest.first_ns, joined)
        whole = len(stretch.samples) // self._block * self._block
        for at in range(0, whole, self._block):
            yield self._cut(stretch, at, at + self._block)
        self._rest = self._cut(stretch, whole, len(stretch.samples))

    def _cut(self, stretch: Stretch, start: int, end: int) -> Stretch:
        first_ns = stretch.first_ns + start * NS_PER_S // self._rate
        return Stretch(first_ns, stretch.samples[start:end])

    def _padded(self, rest: Stretch) -> Stretch:
        samples = np.zeros(self._block, np.int16)
        samples[: len(rest.samples)] = rest.samples
        return Stretch(rest.first_ns, samples)


# Above rounding (1 ns a block), below the shortest break there is (JUMP_NS).
_BREAK_NS = 1_000_000
