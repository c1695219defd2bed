"""One reason at a time, and steady."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.graphs import Roi
from recorder.detect.observations import Blindness
from recorder.detect.picture.repeats import LIVE, Liveness
from recorder.detect.picture.sight import MS, Sight
from recorder.detect.picture.visibility import Light

Picture = NDArray[np.uint8]

SHAPE = (480, 640, 3)
FACE = Roi(320, 240, 120, 120)
DAY = Light(brightest=200, saturated=0.0, shadow=0.2)
NIGHT = Light(brightest=15, saturated=0.0, shadow=1.0)
GLARE = Light(brightest=255, saturated=0.6, shadow=0.0)
# Blocks with sharp edges everywhere.
BLOCKS = np.random.default_rng(1).integers(0, 255, (24, 32, 3), np.uint8)
SHARP = np.asarray(cv2.resize(BLOCKS, (640, 480), interpolation=cv2.INTER_NEAREST), np.uint8)
FRAME_NS = 100 * MS


class Watcher:
    """Plays pictures at ten a second, each of them searched."""

    def __init__(self) -> None:
        self.sight, self.now_ns = Sight(), 0

    def see(
        self,
        frames: int,
        light: Light = DAY,
        box: Roi | None = None,
        picture: Picture = SHARP,
        live: Liveness = LIVE,
        turned: bool = False,
    ) -> Blindness | None:
        for _ in range(frames):
            self.sight.searched(self.now_ns, picture, light, box)
            self.sight.judge(self.now_ns, live, box, SHAPE, turned=turned)
            self.now_ns += FRAME_NS
        return self.sight.blind


def test_a_good_picture_has_no_reason() -> None:
    watcher = Watcher()
    assert watcher.see(30, box=FACE) is None
    assert watcher.sight.shows_pose
    assert watcher.see(30) is None


@pytest.mark.parametrize(("light", "reason"), [(NIGHT, "too_dark"), (GLARE, "too_bright")])
def test_light_is_a_reason_half_a_second_after_the_face_is_lost(
    light: Light, reason: str
) -> None:
    watcher = Watcher()
    assert watcher.see(5, light) is None
    assert watcher.see(1, light) == reason
    assert not watcher.sight.shows_pose
    assert watcher.see(10) == reason
    assert watcher.see(1) is None


@pytest.mark.parametrize("light", [NIGHT, GLARE])
def test_who_was_seen_in_such_light_is_not_lost_to_it(light: Light) -> None:
    watcher = Watcher()
    watcher.see(10, light, FACE)
    assert watcher.see(50, light) is None


def test_who_is_seen_now_and_then_is_seen_at_the_edge_of_the_light() -> None:
    watcher = Watcher()
    for _ in range(5):
        watcher.see(2, NIGHT, FACE)
        watcher.see(1, NIGHT)
    assert watcher.see(6, NIGHT) is Blindness.DARK


def test_light_that_flickers_is_no_reason() -> None:
    watcher = Watcher()
    assert {watcher.see(1, NIGHT if number % 4 else DAY) for number in range(60)} == {None}


def test_a_face_without_edges_shows_no_pose() -> None:
    watcher = Watcher()
    soft = np.asarray(cv2.GaussianBlur(SHARP, (0, 0), 12), np.uint8)
    assert watcher.see(30, box=FACE, picture=soft) is Blindness.BLURRED
    assert not watcher.sight.shows_pose
    assert watcher.see(30, box=FACE) is None


def test_a_picture_without_a_face_is_blurred_when_all_of_it_is() -> None:
    soft = np.asarray(cv2.GaussianBlur(SHARP, (0, 0), 14), np.uint8)
    assert Watcher().see(30, picture=soft) is Blindness.BLURRED
    half = soft.copy()
    half[:, :320] = SHARP[:, :320]
    assert Watcher().see(30, picture=half) is None


def test_an_empty_wall_is_not_blurred() -> None:
    wall = np.full(SHAPE, 120, np.uint8)
    wall[:, 320:] = 126
    assert Watcher().see(30, picture=wall) is None


def test_small_and_cut_faces_show_no_pose_with_some_leeway() -> None:
    watcher = Watcher()
    assert watcher.see(6, box=Roi(320, 240, 38, 38)) is Blindness.FACE_SMALL
    assert watcher.see(20, box=Roi(320, 240, 42, 42)) is Blindness.FACE_SMALL
    assert watcher.see(6, box=Roi(320, 240, 46, 46)) is None
    assert watcher.see(20, box=Roi(320, 240, 42, 42)) is None
    assert watcher.see(6, box=Roi(30, 240, 120, 120)) is Blindness.FACE_CUT
    assert not watcher.sight.shows_pose
    assert watcher.see(20, box=Roi(42, 240, 120, 120)) is Blindness.FACE_CUT
    assert watcher.see(6, box=Roi(50, 240, 120, 120)) is None


def test_a_picture_that_is_not_live_still_shows_its_pose() -> None:
    watcher = Watcher()
    assert watcher.see(1, box=FACE, live=Liveness(frozen=True)) is Blindness.FROZEN
    assert watcher.sight.shows_pose
    assert watcher.see(1, box=FACE, live=Liveness(loop_s=9.0)) is Blindness.REPEATED
    assert watcher.sight.shows_pose
    assert watcher.see(1, box=FACE) is None


def test_a_small_face_in_a_loop_shows_no_pose() -> None:
    watcher = Watcher()
    small = Roi(320, 240, 30, 30)
    assert watcher.see(10, box=small, live=Liveness(loop_s=9.0)) is Blindness.REPEATED
    assert not watcher.sight.shows_pose


def test_the_gravest_reason_is_given() -> None:
    watcher = Watcher()
    frozen = Liveness(frozen=True)
    assert watcher.see(10, NIGHT, live=frozen, turned=True) is Blindness.DARK
    assert watcher.see(20, live=frozen, turned=True) is Blindness.UPSIDE_DOWN
    watcher.sight.nothing(watcher.now_ns)
    assert watcher.sight.blind is Blindness.COVERED
