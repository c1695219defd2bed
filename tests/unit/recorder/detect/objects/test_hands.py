from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.objects.hands import HandSampler, at_ear
from recorder.detect.objects.turn import NS
from recorder.detect.observations import Blindness, Box, FaceObservation

PICTURE = np.zeros((480, 640, 3), np.uint8)
ASPECT = 640 / 480

# A face 100 pixels wide and high in the middle of the picture.
FACE = Box(270 / 640, 190 / 480, 100 / 640, 100 / 480)
SEEN = FaceObservation(0, 1, 50.0, box=FACE, roll=0.0)


def hand(right: float, up: float, roll: float = 0.0) -> NDArray[np.float64]:
    """Landmarks within a third of a face's width around a place, in widths from the face's
    middle, as they lie in the picture where the head is tilted by ``roll``.
    """
    spread = np.linspace(-0.3, 0.3, 21)
    places = np.column_stack([right + 0.2 * spread, up + spread])
    turn = math.radians(roll)
    tilted = np.column_stack(
        [
            places[:, 0] * math.cos(turn) + places[:, 1] * math.sin(turn),
            -places[:, 0] * math.sin(turn) + places[:, 1] * math.cos(turn),
        ]
    )
    return np.array([320.0, 240.0]) / (640, 480) + tilted * (100, -100) / np.array([640, 480])


@pytest.mark.parametrize("right", [-0.6, 0.6])
@pytest.mark.parametrize("roll", [-25.0, 0.0, 25.0])
def test_a_hand_at_either_ear_is_sure_however_the_head_is_tilted(
    right: float, roll: float
) -> None:
    assert at_ear([hand(right, 0.0, roll)], FACE, roll, ASPECT) == 1.0


@pytest.mark.parametrize(
    ("where", "right", "up"),
    [
        ("before the mouth", 0.0, -0.3),
        ("under the chin", 0.2, -0.9),
        ("on the desk", 0.8, -2.0),
        ("raised beside the head", 1.6, 0.2),
        ("above the head", 0.5, 1.4),
    ],
)
def test_a_hand_elsewhere_is_not_at_the_ear(where: str, right: float, up: float) -> None:
    assert at_ear([hand(right, up)], FACE, 0.0, ASPECT) == 0.0, where


@pytest.mark.parametrize(("fingers", "sure"), [(2, 0.0), (3, 1.0)])
def test_three_fingers_are_asked_for_not_two_that_reach_up_from_the_cheek(
    fingers: int, sure: float
) -> None:
    """Three joints of a finger each at the ear, the rest of the hand at the jaw."""
    places = np.tile([0.6, -0.9], (21, 1))
    places[: 3 * fingers] = 0.6, 0.05
    held = np.array([320.0, 240.0]) / (640, 480) + places * (100, -100) / np.array([640, 480])
    assert at_ear([held], FACE, 0.0, ASPECT) == sure


def test_the_nearest_of_several_hands_counts() -> None:
    far, near = hand(2.0, -1.0), hand(0.6, 0.0)
    assert at_ear([far, near], FACE, 0.0, ASPECT) == at_ear([near], FACE, 0.0, ASPECT)
    assert at_ear([], FACE, 0.0, ASPECT) == 0.0


def test_it_is_less_sure_the_farther_the_hand_is() -> None:
    sure = [at_ear([hand(0.6 + away, 0.0)], FACE, 0.0, ASPECT) for away in (0, 0.2, 0.3, 0.8)]
    assert sure == sorted(sure, reverse=True)
    assert 0 < sure[2] < sure[1] < 1


class Hands:
    """Models that see the same hands in every picture."""

    def __init__(self, *hands: NDArray[np.float64]) -> None:
        self.hands = list(hands)

    def find(self, image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        return self.hands


def look(sampler: HandSampler, face: FaceObservation):
    return sampler.look(PICTURE, face, None)  # pyright: ignore[reportArgumentType]


def test_it_looks_as_often_as_it_is_asked_to() -> None:
    sampler = HandSampler(0.5, Hands())
    assert sampler.overdue_s(SEEN) == 0.0
    look(sampler, SEEN)
    assert sampler.overdue_s(replace(SEEN, monotonic_ns=4 * NS // 10)) is None
    assert sampler.overdue_s(replace(SEEN, monotonic_ns=7 * NS // 10)) == pytest.approx(0.2)
    sampler.every_s = 2.0
    look(sampler, SEEN)
    assert sampler.overdue_s(replace(SEEN, monotonic_ns=NS)) is None


def test_it_does_not_look_at_what_shows_nothing() -> None:
    dark = replace(SEEN, faces=0, blind=Blindness.DARK, box=None)
    assert HandSampler(0.5, Hands()).overdue_s(dark) is None


def test_without_a_face_hands_are_counted_and_at_no_ear() -> None:
    sampler = HandSampler(0.5, Hands(hand(0.6, 0.0)))
    seen = look(sampler, SEEN)
    assert (seen.hands, seen.at_ear) == (1, 1.0)
    gone = look(sampler, replace(SEEN, faces=0, box=None))
    assert (gone.hands, gone.at_ear) == (1, 0.0)
