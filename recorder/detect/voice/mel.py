"""Sound to power in bands of the mel scale, as the voice encoder was trained on it.

The bands are Slaney's (Auditory Toolbox, 1998): linear below 1 kHz and logarithmic above, each
a triangle of area 1. It is what librosa makes by default; powers, not their logarithms.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000

# 25 ms of sound every 10 ms, in 40 bands.
FRAME = 400
HOP = 160
BANDS = 40

# Slaney's scale: 3 mels to 200 Hz up to 1 kHz, then 27 to a factor of 6.4.
_LINEAR_HZ = 200 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27


def samples_for(frames: int) -> int:
    """How many samples hold so many whole frames."""
    return (frames - 1) * HOP + FRAME


def mel_power(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """(frames, 40) of sound at 16 kHz, -1..1; only whole frames."""
    pieces = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    spectrum = np.fft.rfft(pieces * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return (power @ _bands()).astype(np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    """The periodic window, as is right for spectra."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


@cache
def _bands() -> NDArray[np.float32]:
    """(201, 40): each band's weight at each frequency of a frame's spectrum."""
    hertz = np.linspace(0, RATE / 2, FRAME // 2 + 1)
    edges = _hertz(np.linspace(0, _mel(RATE / 2), BANDS + 2))
    widths = np.diff(edges)
    away = edges[:, None] - hertz[None]
    rising, falling = -away[:-2] / widths[:-1, None], away[2:] / widths[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.ascontiguousarray((triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).T).astype(
        np.float32
    )


def _mel(hertz: float) -> float:
    """For frequencies above the break."""
    return float(_BREAK_MEL + np.log(hertz / _BREAK_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mels - _BREAK_MEL))
    return np.where(mels < _BREAK_MEL, mels * _LINEAR_HZ, above)
