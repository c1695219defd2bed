from __future__ import annotations

import pytest

from recorder.detect.incidents.camera_incidents import CAMERA_KINDS
from recorder.detect.incidents.microphone_incidents import MICROPHONE_KINDS
from recorder.detect.incidents.wording import DESCRIBE, direction
from shared.flags import Kind


@pytest.mark.parametrize(
    ("right", "up", "words"),
    [
        (20, 3, "right"),
        (-20, -9, "left"),
        (3, 20, "up"),
        (-4, -20, "down"),
        (20, 15, "up and right"),
        (-20, -20, "down and left"),
    ],
)
def test_names_the_direction_in_the_picture(right: float, up: float, words: str) -> None:
    assert direction(right, up) == words


@pytest.mark.parametrize(
    ("kind", "numbers", "words"),
    [
        (Kind.FACE_MISSING, {}, "no face in the picture for 3.2 s"),
        (Kind.MULTIPLE_FACES, {"faces": 2.6}, "3 faces in the picture for 3.2 s"),
        (
            Kind.LOOKING_AWAY,
            {"degrees": 41.4, "right": -40, "up": 5},
            "head turned 41° left for 3.2 s",
        ),
        (
            Kind.GAZE_AWAY,
            {"degrees": 24, "right": 2, "up": -24},
            "eyes 24° below the screen's middle for 3.2 s",
        ),
        (
            Kind.GAZE_AWAY,
            {"degrees": 38, "right": 38, "up": 2, "beyond": 24},
            "eyes 24° right of the screen's edge for 3.2 s",
        ),
        (
            Kind.CAMERA_BLOCKED,
            {"contrast": 1.24},
            "picture without content (contrast 1.2) for 3.2 s",
        ),
        (Kind.SPEECH, {"speech": 0.914}, "speech for 3.2 s (probability 0.91)"),
        (
            Kind.DETECTOR_DOWN,
            {},
            "nothing was analysed for 3.2 s: the detector had stopped",
        ),
    ],
)
def test_says_what_was_seen(kind: Kind, numbers: dict[str, float], words: str) -> None:
    assert DESCRIBE[kind](numbers, 3.24) == words


def test_every_kind_of_the_core_has_words() -> None:
    assert {*CAMERA_KINDS, *MICROPHONE_KINDS, Kind.DETECTOR_DOWN} <= DESCRIBE.keys()
