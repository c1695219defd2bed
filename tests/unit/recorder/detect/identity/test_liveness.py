"""Hints of life: blinks are counted, and depth is told from a picture of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.face_model import ALIGN_ROWS, LANDMARKS, RIGID
from recorder.detect.identity.embedding import eye_distance
from recorder.detect.identity.liveness import (
    DEPTH,
    FLAT,
    NS,
    HeadLook,
    LivenessHint,
    LivenessWatch,
)
from recorder.detect.identity.parallax import FlatnessTracker

FPS = 20
SIZE = (320, 240)


def texture(seed: int) -> NDArray[np.uint8]:
    dice = np.random.default_rng(seed)
    small = dice.integers(30, 220, (48, 64, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def landmarks(shift: float = 0.0) -> NDArray[np.float64]:
    """A face in the middle; what matters is its outline and its eyes."""
    around = np.linspace(0, 2 * np.pi, RIGID, endpoint=False)
    points = np.full((len(LANDMARKS), 2), (160.0, 120.0))
    points[:RIGID] += 60 * np.stack([np.cos(around), np.sin(around)], axis=1)
    points[list(ALIGN_ROWS)] = [(115, 105), (145, 107), (175, 107), (205, 105), (160, 150)]
    return points + np.array([shift, 0.0])


def plane_moved(number: int) -> NDArray[np.uint8]:
    """A flat picture, turned, tilted and nearer from picture to picture."""
    corners = np.array([(0, 0), (320, 0), (320, 240), (0, 240)], np.float32)
    moved = corners + number * np.array([(1.5, 1), (-1, 2), (0.5, -1.5), (2, 0.5)], np.float32)
    plane = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(texture(1), plane, SIZE, borderMode=1), np.uint8)


def nose_before_a_face(number: int) -> NDArray[np.uint8]:
    """A disc that moves against what is behind it, as a nose does when the head turns."""
    back = cv2.warpAffine(texture(1), np.float32([[1, 0, number], [0, 1, 0]]), SIZE)
    front = cv2.warpAffine(texture(2), np.float32([[1, 0, 2.2 * number], [0, 1, 0]]), SIZE)
    disc = cv2.circle(
        np.zeros(SIZE[::-1], np.uint8), (160 + round(2.2 * number), 125), 28, (255,), -1
    )
    return np.where(disc[:, :, None] > 0, front, back).astype(np.uint8)


def parallax(pictures: list[NDArray[np.uint8]]) -> list[float]:
    tracker = FlatnessTracker()
    found = [
        tracker.take(picture, landmarks(number)) for number, picture in enumerate(pictures)
    ]
    assert found[0] is None
    return [value for value in found if value is not None]


def test_a_plane_explains_a_picture_that_is_moved_in_any_way() -> None:
    found = parallax([plane_moved(number) for number in range(12)])
    assert len(found) == 11
    assert max(found) < FLAT


def test_it_does_not_explain_a_nose() -> None:
    found = parallax([nose_before_a_face(number) for number in range(10)])
    assert len(found) >= 8
    assert found[-1] > DEPTH
    assert found[-1] > found[1]


def test_a_larger_picture_of_the_same_gives_the_same() -> None:
    tracker, found = FlatnessTracker(), None
    for number in range(8):
        large = cv2.resize(nose_before_a_face(number), None, fx=4, fy=4)
        found = tracker.take(np.asarray(large, np.uint8), landmarks(number) * 4)
    small = parallax([nose_before_a_face(number) for number in range(8)])[-1]
    assert found == pytest.approx(small, rel=0.5)


def test_a_picture_without_texture_says_nothing() -> None:
    tracker = FlatnessTracker()
    grey = np.full((240, 320, 3), 128, np.uint8)
    assert [tracker.take(grey, landmarks()) for _ in range(3)] == [None, None, None]


def test_another_size_or_scene_begins_anew() -> None:
    tracker = FlatnessTracker()
    assert tracker.take(texture(1), landmarks()) is None
    assert tracker.take(texture(1), landmarks()) == pytest.approx(0, abs=1e-3)
    assert tracker.take(texture(3)[:200], landmarks()) is None
    assert tracker.take(texture(4)[:200], landmarks()) is None


def watched(shut: str, fps: float = FPS) -> LivenessHint:
    """A hint after pictures in which the eyes are open (.) or shut (#)."""
    watch = LivenessWatch()
    for number, sign in enumerate(shut):
        look = HeadLook(round(number * NS / fps), texture(1), landmarks(), 0.0, sign == "#")
        watch.take(look)
    return watch.hint()


@pytest.mark.parametrize(
    ("shut", "blinks"),
    [
        ("....................", 0),
        (".....###............", 1),
        (".....#..............", 1),
        ("...##....###...#....", 3),
        # Shut for longer than a blink; shut from the first picture on; not open again yet.
        ("..##################....", 0),
        ("....###", 0),
    ],
)
def test_blinks_are_counted_when_the_eyes_are_open_again(shut: str, blinks: int) -> None:
    assert watched(shut).blinks == blinks


def test_how_often_it_blinks() -> None:
    hint = watched("..##......" * 6 + ".")
    assert (hint.blinks, hint.seconds) == (6, 3.0)
    assert hint.blinks_per_minute == 120
    assert LivenessHint(0, 0.0, 0.0, None).blinks_per_minute == 0


def test_nothing_seen_is_nothing_said() -> None:
    hint = LivenessWatch().hint()
    assert hint == LivenessHint(0, 0.0, 0.0, None)
    assert hint.depth is None


@pytest.mark.parametrize(
    ("turn", "parallax", "depth", "words"),
    [
        (30.0, 0.02, True, "the face showed depth when it moved"),
        (2.0, 0.02, True, "the face showed depth when it moved"),
        (30.0, 0.001, False, "no depth, as a flat picture would"),
        (2.0, 0.001, None, "moved too little"),
        (30.0, 0.006, None, "moved too little"),
        (30.0, None, None, "moved too little"),
    ],
)
def test_depth_is_told_only_from_what_moved(
    turn: float, parallax: float | None, depth: bool | None, words: str
) -> None:
    hint = LivenessHint(1, 4.0, turn, parallax)
    assert hint.depth is depth
    assert hint.words.startswith("blinked once in 4 s; ")
    assert words in hint.words


def test_the_record_holds_numbers_and_words() -> None:
    assert LivenessHint(2, 6.04, 31.26, 0.01234).detail() == {
        "blinks": 2,
        "blinks_per_minute": 19.9,
        "seconds": 6.0,
        "turn": 31.3,
        "parallax": 0.0123,
        "hint": "blinked 2 times in 6 s; the face showed depth when it moved",
    }
    assert LivenessHint(2, 6.0, 1.0, None).detail()["parallax"] is None


def test_the_turn_is_from_side_to_side() -> None:
    watch = LivenessWatch()
    for number, yaw in enumerate((0.0, -8.0, 3.0, 11.0, 2.0)):
        watch.take(HeadLook(number * NS, texture(1), landmarks(), yaw, False))
    assert watch.hint().turn == 19.0
    assert eye_distance(landmarks()) == 90
