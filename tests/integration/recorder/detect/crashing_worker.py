"""The detector process, one of whose detectors ends it at each look, as a broken library does:
``crashing_worker.py DETECTOR TOKEN``.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from recorder.detect.identity.enrolling import FaceEnrolling
from recorder.detect.identity.matching import IdentitySampler
from recorder.detect.objects.finding import ObjectSampler
from recorder.detect.objects.hands import HandSampler
from recorder.detect.process import worker

LOOKS = {
    "enrolling": (FaceEnrolling, "take"),
    "hands": (HandSampler, "look"),
    "identity": (IdentitySampler, "look"),
    "objects": (ObjectSampler, "look"),
}


def crash(*_: object) -> NoReturn:
    """End without a word."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("it outlived its end")


if __name__ == "__main__":
    detector, token = sys.argv[1:]
    setattr(*LOOKS[detector], crash)
    worker.run(token)
