"""Records the microphone for a moment, in memory alone, and plays it back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock
from recorder.capture.portaudio import PORTAUDIO
from recorder.capture.pump import CapturePump
from recorder.capture.timeline import BLOCK_SAMPLES, SOUND_RATE
from recorder.detect.voice.sound_input import FULL_SCALE, STILL_STEPS
from recorder.doctor.finding import Finding, State
from recorder.doctor.judging import MICROPHONE, Levels, judge_levels
from recorder.faults import EnvironmentFault
from recorder.preview import loudness

# Long enough to say one's name and hear how it sounds.
RECORD_S = 3.0

# A microphone that gives less than this in that time and as much again has stopped.
PATIENCE = 2.0

Play = Callable[[bytes, int], None]


def levels(samples: NDArray[np.int16]) -> Levels:
    """How loud 48 kHz samples (n,) are.

    The loudest block of 20 ms counts, so that pauses between words do not.
    """
    if len(samples) == 0:
        return Levels(0.0, 0.0, dead=True)
    whole = samples[: len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES]
    blocks = whole.reshape(-1, BLOCK_SAMPLES) if len(whole) else samples.reshape(1, -1)
    edge = np.count_nonzero((samples >= FULL_SCALE) | (samples <= -FULL_SCALE))
    still = int(samples.max()) - int(samples.min()) <= STILL_STEPS
    return Levels(
        loudest=max(loudness(block) for block in blocks),
        clipped=edge / len(samples),
        dead=still,
    )


def listen(pump: CapturePump[AudioBlock], seconds: float = RECORD_S) -> NDArray[np.int16]:
    """The next seconds of a running microphone, (n,) at 48 kHz; less where it stops."""
    blocks: list[NDArray[np.int16]] = []
    enough = threading.Event()
    wanted = round(seconds * SOUND_RATE)

    def take(block: AudioBlock) -> None:
        blocks.append(block.samples)
        if sum(map(len, blocks)) >= wanted:
            enough.set()

    pump.add_sink(take)
    try:
        enough.wait(seconds * PATIENCE)
    finally:
        pump.remove_sink(take)
    return np.concatenate(blocks)[:wanted] if blocks else np.zeros(0, np.int16)


def play_back(
    pump: CapturePump[AudioBlock] | None,
    *,
    seconds: float = RECORD_S,
    play: Play = PORTAUDIO.play,
) -> Finding:
    """Record and play; what is well is a question to the person. Takes twice ``seconds``."""
    if pump is None:
        return MICROPHONE.fault(
            EnvironmentFault("The microphone is not open.", "Choose one, then try again.")
        )
    samples = listen(pump, seconds)
    finding = judge_levels(levels(samples), spoken=True)
    try:
        play(samples.tobytes(), SOUND_RATE)
    except EnvironmentFault as fault:
        # Nothing keeps an exam from going on without a loudspeaker.
        return MICROPHONE.remark(fault) if finding.state is State.ASKING else finding
    return finding
