"""The schedule of mesh and search, with scripted models."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.face_model import LANDMARKS, MODEL_POINTS, RIGID
from recorder.detect.face.faces import MS, FaceAnalyzer
from recorder.detect.face.graphs import ROI_SCALE, FittedFace, FoundFace, Roi
from recorder.detect.face.pose import FOCAL_SHARE
from recorder.detect.observations import FaceObservation

FRAME_NS = 33 * MS
PICTURE = np.random.default_rng(2).integers(0, 255, (480, 640, 3), np.uint8)
PICTURE[:, 320:] //= 4

ME = Roi(320, 240, 120, 120)
ELSEWHERE = Roi(80, 100, 60, 60)


def found(box: Roi, score: float = 0.9) -> FoundFace:
    return FoundFace(score, box)


def fitted(box: Roi) -> FittedFace:
    """A model face looking into the camera."""
    focal = FOCAL_SHARE * 640
    camera = np.array([[focal, 0, 320], [0, focal, 240], [0, 0, 1]])
    points = MODEL_POINTS * np.array([1.0, -1.0, -1.0])
    seen, _ = cv2.projectPoints(points, np.zeros(3), np.array([0.0, 0.0, 60.0]), camera, None)
    landmarks = np.zeros((len(LANDMARKS), 2))
    landmarks[:RIGID] = seen[:, 0]
    side = ROI_SCALE * box.width
    return FittedFace(landmarks, Roi(box.x, box.y, side, side))


@dataclass
class Script:
    """Models that see what the test says, and count how often they are asked."""

    faces: list[FoundFace] = field(default_factory=lambda: [found(ME)])
    mesh: bool = True
    in_squares: list[FoundFace] = field(default_factory=list)
    without_mesh: Roi | None = None
    searches: int = 0
    columns: set[tuple[int, int] | None] = field(default_factory=set)
    fits: int = 0

    def find(
        self, image: NDArray[np.uint8], columns: tuple[int, int] | None = None
    ) -> list[FoundFace]:
        self.searches += 1
        self.columns.add(columns)
        in_squares = [] if columns == (0, image.shape[1]) else self.in_squares
        return [*self.faces, *in_squares]

    def fit(self, image: NDArray[np.uint8], roi: Roi) -> FittedFace | None:
        self.fits += 1
        refused = self.without_mesh is not None and roi.overlap(self.without_mesh) > 0
        return fitted(ME) if self.mesh and not refused else None


@dataclass
class Camera:
    """Shows frames at 30 a second to an analyser."""

    script: Script
    now_ns: int = 5_000_000_000

    def __post_init__(self) -> None:
        self.analyzer = FaceAnalyzer(self.script)

    def show(self, frames: int = 1, picture: NDArray[np.uint8] = PICTURE) -> FaceObservation:
        for _ in range(frames):
            seen = self.analyzer.observe(picture, self.now_ns)
            self.now_ns += FRAME_NS
        return seen


def test_one_face_costs_a_mesh_a_frame_or_now_and_then_a_search_in_its_place() -> None:
    script = Script()
    seen = Camera(script).show(300)
    assert seen.faces == 1
    assert seen.yaw == pytest.approx(0, abs=0.5)
    assert seen.confidence == 1
    assert script.searches == 13  # every view of the first picture, then once a second
    assert script.fits == 300 - script.searches + 1


def test_beside_the_followed_face_every_part_is_searched_in_turn() -> None:
    script = Script()
    Camera(script).show(15)
    assert script.columns == {(0, 640), (0, 480), (160, 640)}


def test_the_first_picture_is_searched_and_measured_at_once() -> None:
    seen = Camera(Script()).show()
    assert seen.faces == 1
    assert seen.yaw is not None


def test_a_certain_second_face_counts_at_once() -> None:
    seen = Camera(Script([found(ME), found(ELSEWHERE, 0.8)])).show()
    assert seen.faces == 2
    assert seen.confidence == 0.8


def test_a_doubtful_second_face_counts_at_once_when_the_mesh_sees_it_too() -> None:
    assert Camera(Script([found(ME), found(ELSEWHERE, 0.6)])).show().faces == 2


def test_a_small_doubtful_face_is_not_asked_of_the_mesh() -> None:
    small = Roi(80, 100, 30, 30)
    assert Camera(Script([found(ME), found(small, 0.6)])).show().faces == 1


def test_a_doubtful_second_face_without_a_mesh_counts_when_seen_twice() -> None:
    script = Script([found(ME), found(ELSEWHERE, 0.6)], without_mesh=ELSEWHERE)
    camera = Camera(script)
    assert camera.show().faces == 1
    assert camera.show(3).faces == 1
    assert camera.show().faces == 2
    assert script.searches == 2


def test_a_lookalike_seen_once_never_counts() -> None:
    script = Script([found(ME), found(ELSEWHERE, 0.6)], without_mesh=ELSEWHERE)
    camera = Camera(script)
    camera.show()
    script.faces = [found(ME)]
    assert {camera.show().faces for _ in range(60)} == {1}


def test_a_doubtful_face_in_a_square_counts_when_the_mesh_sees_it_too() -> None:
    script = Script(in_squares=[found(ELSEWHERE, 0.6)])
    assert Camera(script).show(30).faces == 2


def test_a_lookalike_in_a_square_is_refused_by_the_mesh_and_costs_a_look_a_second() -> None:
    script = Script(in_squares=[found(ELSEWHERE, 0.6)], without_mesh=ELSEWHERE)
    camera = Camera(script)
    assert {camera.show().faces for _ in range(300)} == {1}
    assert script.searches == 13
    assert script.fits <= 300 - 13 + 1 + 10


def test_a_certain_face_in_a_square_needs_no_mesh() -> None:
    script = Script(in_squares=[found(ELSEWHERE, 0.8)], without_mesh=ELSEWHERE)
    assert Camera(script).show(30).faces == 2


def test_a_weak_detection_never_counts() -> None:
    script = Script([found(ME), found(ELSEWHERE, 0.45)])
    assert {Camera(script).show().faces for _ in range(60)} == {1}


def test_parts_of_the_same_face_are_no_second_one() -> None:
    parts = [found(Roi(340, 260, 60, 60)), found(Roi(300, 200, 140, 160))]
    assert Camera(Script([found(ME), *parts])).show(20).faces == 1


def test_a_second_face_that_leaves_is_noticed_within_a_fifth_of_a_second() -> None:
    script = Script([found(ME), found(ELSEWHERE)])
    camera = Camera(script)
    camera.show(30)
    script.faces = [found(ME)]
    assert camera.show(5).faces == 1


def test_who_was_seen_in_one_square_and_leaves_is_noticed_within_two_searches() -> None:
    script = Script(in_squares=[found(Roi(40, 100, 60, 60))])
    camera = Camera(script)
    camera.show(40)
    script.in_squares = []
    shown = [camera.show().faces for _ in range(9)]
    assert shown[-1] == 1


def test_a_face_without_a_mesh_is_a_face_without_a_pose() -> None:
    seen = Camera(Script([found(ME, 0.7)], mesh=False)).show()
    assert (seen.faces, seen.yaw, seen.gaze_yaw) == (1, None, None)
    assert seen.confidence == 0.7


def test_two_faces_without_a_mesh_are_two() -> None:
    assert Camera(Script([found(ME), found(ELSEWHERE)], mesh=False)).show().faces == 2


def test_nobody_is_searched_for_ten_times_a_second() -> None:
    script = Script([], mesh=False)
    camera = Camera(script)
    seen = camera.show(300)
    assert seen.faces == 0
    assert seen.confidence == 1
    assert script.fits == 0
    assert 70 <= script.searches <= 100


def test_a_weak_trace_makes_an_absence_less_certain() -> None:
    assert Camera(Script([found(ME, 0.4)], mesh=False)).show().confidence == 0.6


def test_a_lost_face_is_searched_for_in_the_same_frame() -> None:
    script = Script()
    camera = Camera(script)
    camera.show(15)
    searches, script.mesh = script.searches, False
    camera.show()
    assert script.searches == searches + 1


def test_a_face_that_comes_back_is_found() -> None:
    script = Script([], mesh=False)
    camera = Camera(script)
    camera.show(30)
    script.faces, script.mesh = [found(ME)], True
    assert camera.show(5).faces == 1


def test_a_picture_that_changes_much_is_searched_soon() -> None:
    script = Script()
    camera = Camera(script)
    camera.show(4)
    searches = script.searches
    camera.show(1, PICTURE[:, ::-1])
    assert script.searches == searches + 1


def test_a_covered_camera_asks_no_model() -> None:
    script = Script()
    camera = Camera(script)
    camera.show(10)
    asked = (script.fits, script.searches)
    seen = camera.show(30, np.zeros((480, 640, 3), np.uint8))
    assert (seen.observable, seen.faces, seen.yaw) == (False, 0, None)
    assert (script.fits, script.searches) == asked
    assert camera.show().faces == 1


def test_a_place_outside_the_picture_is_not_fitted() -> None:
    script = Script()
    camera = Camera(script)
    camera.show()
    gone = fitted(ME)
    camera.analyzer._followed = FittedFace(gone.landmarks, Roi(-50, 240, 100, 100))
    fits, script.faces = script.fits, []
    assert camera.show().faces == 0
    assert script.fits == fits


def test_overlap_is_a_share_of_the_smaller_box() -> None:
    assert ME.overlap(ME) == 1
    assert ME.overlap(ELSEWHERE) == 0
    assert Roi(0, 0, 10, 10).overlap(Roi(5, 0, 10, 10)) == pytest.approx(0.5)
    assert Roi(0, 0, 2, 2).overlap(Roi(0, 0, 100, 100)) == 1
    assert Roi(0, 0, 0, 0).overlap(ME) == 0
