"""Do camera, microphone and screen work? Each is opened, read for a moment and let go."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.reading import Ended, Idle, ItemT, Lost, Source
from recorder.doctor.check import Check, Topic
from recorder.faults import EnvironmentFault

CAMERA = Topic("camera", "Camera", "The exam records the candidate's picture.")
MICROPHONE = Topic("microphone", "Microphone", "The exam records the room's sound.")
SCREEN = Topic("display", "Screen", "The exam records what is on the screen.")

# A slow webcam's first picture takes some 5 s; a sleeping sound server wakes after 2 s.
FIRST_ITEM_S = 8.0

# Half a second of sound tells a muted microphone from a quiet room.
BLOCKS = 25

# Mean of the 8-bit picture below which a face cannot be made out.
DARK = 28

_NOTHING_CAME = "It opens, but nothing comes from it."

Clock = Callable[[], float]


def check_camera(source: Source[Frame] | None, clock: Clock = time.monotonic) -> Check:
    """The camera gives a picture that is not dark."""
    if source is None:
        return CAMERA.skipped("not used")
    try:
        frames = _read(source, 1, clock)
    except EnvironmentFault as fault:
        return CAMERA.fault(fault)
    if not frames:
        return CAMERA.fail(_NOTHING_CAME, "Close other programs that use the camera.")
    image = frames[0].image
    found = f"{source.name}, {image.shape[1]} × {image.shape[0]}{_note(source)}"
    if image.mean() < DARK:
        return CAMERA.warn(
            f"{found}, very dark", "Open the camera's cover, or switch a light on."
        )
    return CAMERA.ok(found)


def check_microphone(source: Source[AudioBlock] | None, clock: Clock = time.monotonic) -> Check:
    """The microphone gives sound, not only noughts."""
    if source is None:
        return MICROPHONE.skipped("not used")
    try:
        blocks = _read(source, BLOCKS, clock)
    except EnvironmentFault as fault:
        return MICROPHONE.fault(fault)
    if not blocks:
        return MICROPHONE.fail(_NOTHING_CAME, "Plug it in again, or choose another one.")
    loudest = max(int(np.abs(block.samples.astype(np.int32)).max()) for block in blocks)
    if loudest == 0:
        return MICROPHONE.warn(
            f"{source.name}{_note(source)}, complete silence",
            "Unmute the microphone in the system's sound settings and on the device.",
        )
    return MICROPHONE.ok(f"{source.name}{_note(source)}")


def check_screen(source: Source[Frame] | None, clock: Clock = time.monotonic) -> Check:
    """The screen can be seen."""
    if source is None:
        return SCREEN.skipped("not used")
    try:
        frames = _read(source, 1, clock)
    except EnvironmentFault as fault:
        return SCREEN.fault(fault)
    if not frames:
        return SCREEN.fail(_NOTHING_CAME, "See that the desktop session is running.")
    return SCREEN.ok(f"{source.name}{_note(source)}")


def _note(source: Source[ItemT]) -> str:
    return f", {source.note}" if source.note else ""


def _read(source: Source[ItemT], count: int, clock: Clock) -> list[ItemT]:
    """Up to ``count`` items, in bounded time; the device is let go in any case.

    Raises:
        EnvironmentFault: it cannot be opened, or goes away.
    """
    items: list[ItemT] = []
    try:
        source.open()
        deadline = clock() + FIRST_ITEM_S
        while len(items) < count and clock() < deadline:
            match source.read():
                case Idle():
                    continue
                case Lost(reason):
                    raise EnvironmentFault(reason, "Plug it in again, or choose another one.")
                case Ended():
                    break
                case item:
                    items.append(item)
    finally:
        source.close()
    return items
