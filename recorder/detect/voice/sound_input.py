"""Could this sound have held a voice? A microphone that is muted, dead or overdriven."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.detect.observations import Blindness

# A microphone that works stirs by several of its 65,536 steps even in a quiet room (a meeting
# room's silence is some 3 in the mean, 20 from peak to peak). One that is muted gives one
# value, or dither of one step around it.
STILL_STEPS = 2

# Noise suppression in microphones and systems may give nothing at all between two words;
# only after this long is it taken for a microphone that is off.
SILENT_AFTER_S = 5.0

# Samples at the very edge of what 16 bits hold. Speech in good order does not touch it.
FULL_SCALE = 32_700

# Clipped is what has more than this share of its samples there: speech that is overdriven by
# 6 dB and more. The share is a mean over some half a second, so that one knock is none.
CLIPPED_SHARE = 0.01
_MEAN_S = 0.5


class SoundInput:
    """Watches the samples as they come from the device, before anything is done to them."""

    def __init__(self) -> None:
        self._still_s = 0.0
        self._value = 0
        self._clipped = 0.0

    def observe(self, samples: NDArray[np.int16], rate: int) -> Blindness | None:
        """What is wrong now, after these samples, ``rate`` hertz."""
        if len(samples) == 0:
            return self._state()
        seconds = len(samples) / rate
        low, high = int(samples.min()), int(samples.max())
        near = max(high, self._value) - min(low, self._value) <= STILL_STEPS
        self._still_s = self._still_s + seconds if near else 0.0
        self._value = int(samples[-1])
        edge = np.count_nonzero((samples >= FULL_SCALE) | (samples <= -FULL_SCALE))
        keep = 0.5 ** (seconds / _MEAN_S)
        self._clipped = keep * self._clipped + (1 - keep) * edge / len(samples)
        return self._state()

    def _state(self) -> Blindness | None:
        if self._still_s >= SILENT_AFTER_S:
            return Blindness.SILENT
        return Blindness.CLIPPED if self._clipped > CLIPPED_SHARE else None
