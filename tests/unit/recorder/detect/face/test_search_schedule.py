from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.graphs import Roi
from recorder.detect.face.search_schedule import MS, SearchSchedule
from recorder.detect.picture.visibility import look_at

SHAPE = (480, 640, 3)
FACE = Roi(320, 200, 120, 120)
ROOM = np.zeros(SHAPE, np.uint8)
ROOM[:, 320:] = 160


def with_patch(x: int, y: int, side: int = 60, level: int = 90) -> NDArray[np.uint8]:
    """The room with something the size of a small face in it."""
    picture = ROOM.copy()
    picture[y : y + side, x : x + side] = level
    return picture


def due(
    after_ms: int, picture: NDArray[np.uint8], face: Roi | None = FACE, doubt: bool = False
) -> bool:
    schedule = SearchSchedule()
    schedule.searched(0, look_at(ROOM))
    return schedule.is_due(after_ms * MS, look_at(picture), face, SHAPE, doubt=doubt)


def test_the_first_picture_is_searched() -> None:
    schedule = SearchSchedule()
    assert schedule.is_due(0, look_at(ROOM), None, SHAPE, doubt=False)
    schedule.searched(0, look_at(ROOM))
    schedule.forget()
    assert schedule.is_due(1, look_at(ROOM), None, SHAPE, doubt=False)


def test_a_still_room_is_searched_once_a_second() -> None:
    assert not due(990, ROOM)
    assert due(1000, ROOM)


def test_something_new_beside_the_candidate_is_searched_at_once() -> None:
    assert not due(99, with_patch(20, 60))
    assert due(100, with_patch(20, 60))


def test_the_candidates_own_movement_waits_a_third_of_a_second() -> None:
    on_the_face, at_the_arms = with_patch(290, 170), with_patch(200, 400)
    for picture in (on_the_face, at_the_arms):
        assert not due(332, picture)
        assert due(333, picture)


def test_noise_and_a_flickering_lamp_are_no_change() -> None:
    noise = np.random.default_rng(1).integers(-12, 13, SHAPE)
    grainy = np.clip(ROOM + noise, 0, 255).astype(np.uint8)
    assert not due(900, grainy)
    assert not due(900, np.clip(ROOM.astype(int) + 4, 0, 255).astype(np.uint8))


def test_doubt_and_absence_are_searched_ten_times_a_second() -> None:
    for face, doubt in ((None, False), (FACE, True)):
        assert not due(99, ROOM, face, doubt)
        assert due(100, ROOM, face, doubt)


def test_a_change_in_the_dark_counts_by_the_darks_own_contrast() -> None:
    schedule = SearchSchedule()
    dark = (ROOM // 16).astype(np.uint8)
    schedule.searched(0, look_at(dark))
    entered = (with_patch(20, 60) // 16).astype(np.uint8)
    assert schedule.is_due(100 * MS, look_at(entered), FACE, SHAPE, doubt=False)


def test_another_size_of_picture_is_all_changed() -> None:
    schedule = SearchSchedule()
    schedule.searched(0, look_at(ROOM))
    small = np.zeros((240, 320, 3), np.uint8)
    assert schedule.is_due(100 * MS, look_at(small), FACE, small.shape, doubt=False)
