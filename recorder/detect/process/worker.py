"""The detector process: pictures and sound in, observations out.

It holds the models and nothing else: rules, incidents and what was learnt about the
candidate stay with the recorder, so that this process may die at any time.
Run as ``python -m recorder.detect.process.worker TOKEN``; it ends when its input does.
"""

from __future__ import annotations

import os
import signal
import sys
from fractions import Fraction
from typing import BinaryIO

import cv2
import numpy as np

from recorder.capture.frames import AudioBlock
from recorder.detect.pictures import PictureAnalyzer
from recorder.detect.process.at_work import noting
from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.process.worker_messages import (
    Failed,
    Listen,
    Look,
    Prepare,
    Ready,
    Sound,
    receive_request,
    send,
)
from recorder.detect.voice.sounds import SoundAnalyzer
from recorder.heap import keep_small


def run(token: str) -> None:
    """Serve requests from standard input until it ends."""
    # A Ctrl-C in the terminal reaches the whole group; ending is the recorder's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    keep_small()
    answers = _private_stdout()
    try:
        _serve(FrameMemory.attach(token), sys.stdin.buffer, answers)
    except BrokenPipeError:
        return  # the recorder has gone
    except Exception as error:  # the recorder must hear why before this process ends
        send(answers, Failed(f"{type(error).__name__}: {error}"))
        raise


def _serve(memory: FrameMemory, requests: BinaryIO, answers: BinaryIO) -> None:
    at_work = noting(memory)
    pictures, sounds = PictureAnalyzer(at_work=at_work), SoundAnalyzer(at_work=at_work)
    send(answers, Ready())
    while (request := receive_request(requests)) is not None:
        match request:
            case Prepare(setup):
                pictures.prepare(setup)
                sounds.prepare(setup)
            case Look(slot, height, width, monotonic_ns):
                image = memory.read(slot, height, width)
                send(answers, pictures.observe(image, monotonic_ns))
            case Listen(blocks):
                send(answers, sounds.observe(_block(block) for block in blocks))


def _block(sound: Sound) -> AudioBlock:
    return AudioBlock(
        stream="microphone",
        epoch=0,
        seq=0,
        pts=0,
        time_base=Fraction(1, sound.rate),
        monotonic_ns=sound.monotonic_ns,
        rate=sound.rate,
        samples=np.frombuffer(sound.samples, np.int16),
    )


def _private_stdout() -> BinaryIO:
    """The pipe to the recorder, kept from whatever else prints to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    run(sys.argv[1])
