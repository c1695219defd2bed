"""Do camera, microphone and screen work? Each is opened, read for a moment and let go."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.reading import Ended, Idle, ItemT, Lost, Source
from recorder.doctor.finding import Finding
from recorder.doctor.judging import (
    CAMERA,
    DISPLAY,
    MICROPHONE,
    Seen,
    judge_camera,
    judge_levels,
)
from recorder.doctor.sounding import levels
from recorder.doctor.wording import translate, verbatim
from recorder.faults import EnvironmentFault

# A slow webcam's first picture takes some 5 s; a sleeping sound server wakes after 2 s.
FIRST_ITEM_S = 8.0

# A webcam's first pictures are dark until its exposure has settled.
PICTURES = 10

# Half a second of sound tells a muted microphone from a quiet room.
BLOCKS = 25

_NOTHING_CAME = translate("doctor", "It opens, but nothing comes from it.")
_NOT_USED = translate("doctor", "not used")

Clock = Callable[[], float]


def check_camera(source: Source[Frame] | None, clock: Clock = time.monotonic) -> Finding:
    """The camera gives pictures that are neither dark nor glaring."""
    if source is None:
        return CAMERA.skipped(_NOT_USED)
    try:
        frames = _read(source, PICTURES, clock)
    except EnvironmentFault as fault:
        return CAMERA.fault(fault)
    if not frames:
        return CAMERA.problem(
            _NOTHING_CAME, translate("doctor", "Close other programs that use the camera.")
        )
    image = frames[-1].image
    device = f"{source.name}, {image.shape[1]} × {image.shape[0]}{_note(source)}"
    seen = Seen(open=True, age_s=0.0, brightness=float(image.mean()), device=device)
    finding = judge_camera(seen)
    assert finding is not None  # a picture has come
    return finding


def check_microphone(
    source: Source[AudioBlock] | None, clock: Clock = time.monotonic
) -> Finding:
    """The microphone gives sound, neither only noughts nor distorted."""
    if source is None:
        return MICROPHONE.skipped(_NOT_USED)
    try:
        blocks = _read(source, BLOCKS, clock)
    except EnvironmentFault as fault:
        return MICROPHONE.fault(fault)
    if not blocks:
        return MICROPHONE.problem(
            _NOTHING_CAME, translate("doctor", "Plug it in again, or choose another one.")
        )
    samples = np.concatenate([block.samples for block in blocks])
    finding = judge_levels(levels(samples), spoken=False)
    device = verbatim(f"{source.name}{_note(source)}")
    said = translate("doctor", "{device}. {found}").format(device=device, found=finding.found)
    # Nothing can be played back from here: the command asks nobody anything.
    return replace(finding, found=said, mends=())


def check_screen(source: Source[Frame] | None, clock: Clock = time.monotonic) -> Finding:
    """The screen can be seen."""
    if source is None:
        return DISPLAY.skipped(_NOT_USED)
    try:
        frames = _read(source, 1, clock)
    except EnvironmentFault as fault:
        return DISPLAY.fault(fault)
    if not frames:
        return DISPLAY.problem(
            _NOTHING_CAME, translate("doctor", "See that the desktop session is running.")
        )
    return DISPLAY.ok(verbatim(f"{source.name}{_note(source)}"))


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
