"""Camera and microphone to look at, before a recording and while it runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.pump import CapturePump
from recorder.losses import Relay

# A quiet room is about -60 dB below full scale; below it a meter shows nothing.
FLOOR_DB = -60.0
_FULL_SCALE = 32_768.0


def loudness(samples: NDArray[np.int16]) -> float:
    """Root mean square of a block on a dB scale, 0 (``FLOOR_DB``) to 1 (full scale)."""
    if samples.size == 0:
        return 0.0
    power = float(np.mean(np.square(samples.astype(np.float32) / _FULL_SCALE)))
    if power <= 0:
        return 0.0
    return float(np.clip(1 - 10 * np.log10(power) / FLOOR_DB, 0, 1))


class LivePreview:
    """Owns the pumps of camera and microphone until a recording takes them over."""

    def __init__(
        self,
        camera: CapturePump[Frame] | None,
        microphone: CapturePump[AudioBlock] | None,
        relay: Relay,
    ) -> None:
        """Show what running pumps read; ``None`` where there is no such stream.

        ``relay`` is what the pumps tell of their losses.
        """
        self.relay = relay
        self.camera = camera
        self.microphone = microphone
        self._taken = False

    def picture(self) -> NDArray[np.uint8] | None:
        """The newest camera picture, (h, w, 3) uint8 RGB; the same array until a newer."""
        frame = self.camera.latest() if self.camera else None
        return None if frame is None else frame.image

    def sound_level(self) -> float:
        """Loudness of the newest block, 0 to 1."""
        block = self.microphone.latest() if self.microphone else None
        return 0.0 if block is None else loudness(block.samples)

    def take(self) -> None:
        """A recording owns the pumps from now on; ``close`` leaves them alone."""
        self._taken = True

    def close(self) -> None:
        """Let the devices go, unless a recording has them."""
        if self._taken:
            return
        for pump in (self.camera, self.microphone):
            if pump is not None:
                pump.stop()
