"""Small recordings made on the spot: a picture that flashes while a tone sounds."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
TONE_HZ = 1000

Shows = Callable[[float], bool]
"""Whether picture and tone are on at a time (seconds)."""


def never(_at: float) -> bool:
    return False


def make_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: int = 30,
    size: tuple[int, int] = (160, 120),
    shows: Shows = never,
    video: bool = True,
    sound: bool = True,
    sound_seconds: float | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a recording of the container that the path's ending names.

    The picture is black, and white while ``shows``; its top left quarter is always grey,
    so that a turn is seen. The sound is silence, and a tone while ``shows``.
    """
    with av.open(str(path), "w", options=options or {}) as out:
        streams = {}
        if video:
            streams["video"] = out.add_stream("libx264", rate=fps)
            streams["video"].width, streams["video"].height = size
            streams["video"].pix_fmt = "yuv420p"
            streams["video"].options = {"preset": "ultrafast", "g": str(fps)}
        if sound:
            codec = "pcm_s16le" if path.suffix == ".wav" else "aac"
            streams["audio"] = out.add_stream(codec, rate=RATE, layout="mono")
        longest = max(seconds, sound_seconds or 0.0)
        for second in range(int(np.ceil(longest))):
            span = (second, min(second + 1.0, seconds))
            if video and second < seconds:
                for frame in _pictures(span, fps, size, shows):
                    out.mux(streams["video"].encode(frame))
            span = (second, min(second + 1.0, sound_seconds or seconds))
            if sound and second < span[1]:
                for frame in _tones(span, shows):
                    out.mux(streams["audio"].encode(frame))
        for stream in streams.values():
            out.mux(stream.encode(None))
    return path


def _pictures(
    span: tuple[float, float], fps: int, size: tuple[int, int], shows: Shows
) -> list[av.VideoFrame]:
    frames = []
    for number in range(round(span[0] * fps), round(span[1] * fps)):
        image = np.full((size[1], size[0], 3), 235 if shows(number / fps) else 16, np.uint8)
        image[: size[1] // 2, : size[0] // 2] = 128
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, fps)
        frames.append(frame)
    return frames


def _tones(span: tuple[float, float], shows: Shows) -> list[av.AudioFrame]:
    samples = np.arange(round(span[0] * RATE), round(span[1] * RATE))
    on = np.array([shows(at) for at in samples[::48] / RATE]).repeat(48)[: len(samples)]
    wave = tone(len(samples), int(samples[0])) * on
    frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts = RATE, int(samples[0])
    frame.time_base = Fraction(1, RATE)
    return [frame]


def tone(count: int, start: int = 0) -> NDArray[np.int16]:
    """So many samples of a loud sine."""
    at = np.arange(start, start + count)
    return (20_000 * np.sin(2 * np.pi * TONE_HZ * at / RATE)).astype(np.int16)


def turn(path: Path, degrees: int) -> None:
    """Write "shown turned right by so much" into an MP4's track header (14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    one = 1 << 16
    matrix = (cos * one, sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30)
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)


def cut_short(path: Path, share: float) -> None:
    """Leave only the file's first bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
