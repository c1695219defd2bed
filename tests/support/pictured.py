"""Snapshots and clips as a recorder makes them, of a picture that can be told by its colour."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from support.filmed import Picture

from recorder.capture.frames import AudioBlock
from recorder.evidence.canvas import Canvas
from recorder.evidence.encode_clip import ClipEncoder
from recorder.evidence.recent import NS
from recorder.evidence.recent import Picture as Recent
from recorder.evidence.snapshots import camera_snapshot


@cache
def snapshot(*, role: str = "snapshot", red: int = 200) -> Picture:
    """A JPEG of 320×240, all of one colour but for a bright box."""
    image = np.full((240, 320, 3), (red, 60, 60), np.uint8)
    image[80:160, 120:200] = 240
    made = camera_snapshot(image)
    return Picture(role, made.media_type, made.data)


@cache
def clip(seconds: float = 4.0) -> Picture:
    """A clip with a box that moves, and a tone."""
    encoder, canvas = ClipEncoder(10), Canvas(320, 240)
    for n in range(int(10 * seconds)):
        image = np.full((240, 320, 3), (60, 60, 200), np.uint8)
        image[80:160, 4 * n : 4 * n + 80] = 240
        canvas.draw(image)
        encoder.add(Recent(n * NS // 10, canvas.picture.copy()))
    made = encoder.finish([_tone(n) for n in range(int(50 * seconds))])
    assert made is not None
    return Picture("clip", made.media_type, made.data)


def _tone(n: int) -> AudioBlock:
    at = np.arange(n * 960, (n + 1) * 960)
    samples = (6_000 * np.sin(2 * np.pi * 440 * at / 48_000)).astype(np.int16)
    base = Fraction(1, 48_000)
    return AudioBlock("microphone", 0, n, n * 960, base, n * NS // 50, 48_000, samples)
