"""The sample candidate: a clip and a voice with known incidents, made on the spot."""

from __future__ import annotations

import shutil
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from demo.portrait import Picture, Portrait
from numpy.typing import NDArray

FPS = 15
SIZE = (640, 480)
RATE = 16_000

# Long enough to turn the head without a jump.
_TURN_S = 0.6

TEXT = "What did you get for question three? I think it is forty two, but I am not sure."


@dataclass(frozen=True)
class Scene:
    """From ``start`` to ``end`` (seconds) the candidate does one thing."""

    start: float
    end: float
    act: str
    kind: str


SCRIPT = (
    Scene(9, 16, "looks at something beside the screen", "gaze_away"),
    Scene(24, 29, "leaves", "face_missing"),
    Scene(38, 43, "talks", "speech"),
)
# The other program on the desk; shown by ``desk``, not by the clip.
DESK_SCENE = Scene(18, 22, "opens a messenger", "window_switch")
SECONDS = 48.0

# Degrees of the head, and shares of an iris: together some 22 degrees to the left.
_YAW, _EYES = -22.0, -0.55


def frames(portrait: Portrait, fps: int = FPS, seconds: float = SECONDS) -> Iterator[Picture]:
    """The clip's pictures; the candidate breathes and the sensor is never quite still."""
    sensor = np.random.default_rng(1)
    for number in range(int(seconds * fps)):
        now = number / fps
        away, gone = _share(now, SCRIPT[0]), _share(now, SCRIPT[1])
        picture = portrait.turned(round(_YAW * away), round(_EYES * away, 1))
        breath = 0.004 * np.sin(now * 1.5)
        picture = portrait.moved(picture, 1.1 * gone + breath / 2, breath)
        noise = sensor.integers(-3, 4, picture.shape, dtype=np.int16)
        yield np.clip(picture + noise, 0, 255).astype(np.uint8)


def _share(now: float, scene: Scene) -> float:
    """How far into an act: 0 outside, 1 within, easing over ``_TURN_S``."""
    rise = min((now - scene.start) / _TURN_S, (scene.end - now) / _TURN_S)
    return float(np.clip(rise, 0, 1))


def write_clip(path: Path, pictures: Iterator[Picture], fps: int = FPS) -> None:
    """Encode the pictures as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "20"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, fps)
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def voice(scene: Scene = SCRIPT[2], seconds: float = SECONDS) -> NDArray[np.int16]:
    """Room noise with speech (espeak-ng) in the scene, ``RATE`` hertz, one channel."""
    sound = np.random.default_rng(2).normal(0, 12, int(seconds * RATE))
    program = shutil.which("espeak-ng")
    if program is None:
        raise FileNotFoundError("espeak-ng is not installed")
    spoken = subprocess.run(
        [program, "-v", "en", "-s", "150", "--stdout", TEXT], check=True, capture_output=True
    ).stdout
    data = np.frombuffer(spoken[44:], np.int16)
    rate = int.from_bytes(spoken[24:28], "little")
    steps = np.arange(int(len(data) * RATE / rate)) * rate / RATE
    speech = np.interp(steps, np.arange(len(data)), data)
    start = int(scene.start * RATE)
    speech = speech[: int((scene.end - scene.start) * RATE)]
    sound[start : start + len(speech)] += speech * 0.6
    return np.clip(sound, -32768, 32767).astype(np.int16)


def write_voice(path: Path, sound: NDArray[np.int16]) -> None:
    """Write a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())


def make(folder: Path, fps: int = FPS) -> tuple[Path, Path]:
    """The sample's clip and voice in ``folder``, made once."""
    clip, sound = folder / "candidate.mp4", folder / "candidate.wav"
    folder.mkdir(parents=True, exist_ok=True)
    if not sound.exists():
        write_voice(sound, voice())
    if not clip.exists():
        from skimage.data import astronaut

        partial = clip.with_suffix(".part.mp4")
        write_clip(partial, frames(Portrait(astronaut(), SIZE), fps), fps)
        partial.rename(clip)
    return clip, sound
