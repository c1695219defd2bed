from __future__ import annotations

import numpy as np

from recorder.detect.picture.uprightness import NS, Uprightness

PICTURE = np.zeros((4, 4, 3), np.uint8)
PICTURE[0, 0] = 255


class Faces:
    """Finds a face in turned pictures with this score, and counts how often it is asked."""

    def __init__(self, turned: float) -> None:
        self.turned, self.asked = turned, 0

    def best(self, image: np.ndarray) -> float:
        assert image[-1, -1, 0] == 255
        self.asked += 1
        return self.turned


def shown(faces: Faces, scores: list[float], every_s: float = 1.0) -> list[bool]:
    upright = Uprightness(faces.best)
    found = []
    for number, score in enumerate(scores):
        upright.update(round(number * every_s * NS), PICTURE, score)
        found.append(upright.upside_down)
    return found


def test_two_tries_two_seconds_apart_must_agree() -> None:
    faces = Faces(0.9)
    assert shown(faces, [0.0] * 4) == [False, False, True, True]
    assert faces.asked == 2


def test_a_face_found_for_certain_is_upright_and_costs_no_try() -> None:
    faces = Faces(0.9)
    assert not any(shown(faces, [0.8] * 10))
    assert faces.asked == 0


def test_a_doubtful_face_that_is_surer_upside_down_is_upside_down() -> None:
    assert shown(Faces(0.9), [0.7] * 3)[-1]
    assert not any(shown(Faces(0.8), [0.7] * 10))


def test_nobody_either_way_is_upright() -> None:
    assert not any(shown(Faces(0.5), [0.0] * 10))


def test_an_upright_face_ends_it() -> None:
    assert shown(Faces(0.9), [0.0, 0.0, 0.0, 0.9])[-1] is False
