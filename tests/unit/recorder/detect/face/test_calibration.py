"""A candidate made of numbers looks at nine points, well and badly."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.detect.face.calibration import (
    LEAST_LOOKS,
    NINE_POINTS,
    Calibrated,
    Look,
    Looks,
    NotCalibrated,
    Point,
    Trouble,
    calibrate,
    screen_from,
    to_detail,
)
from recorder.detect.face.screen import Screen

Sight = Callable[[Point], tuple[float, float]]

# A laptop below its camera: the candidate's right is the picture's left.
MIDDLE, HALVES = (2.0, -9.0), (14.0, 8.0)


def on_screen(point: Point) -> tuple[float, float]:
    return (
        MIDDLE[0] - 2 * HALVES[0] * (point.x - 0.5),
        MIDDLE[1] - 2 * HALVES[1] * (point.y - 0.5),
    )


def looked(
    sight: Sight = on_screen, spread: float = 0.8, looks: int = 15, seed: int = 1
) -> list[Looks]:
    dice = np.random.default_rng(seed)
    return [
        Looks(
            point,
            tuple(
                Look(*(np.array(sight(point)) + dice.normal(0, spread, 2)), 1.5, -4.0)
                for _ in range(looks)
            ),
        )
        for point in NINE_POINTS
    ]


def test_finds_the_candidates_own_screen_and_how_the_head_is_held() -> None:
    found = calibrate(looked())
    assert isinstance(found, Calibrated)
    screen = found.screen
    assert (screen.yaw, screen.pitch) == pytest.approx(MIDDLE, abs=0.4)
    assert (screen.half_yaw, screen.half_pitch) == pytest.approx(HALVES, abs=0.6)
    assert (screen.head_yaw, screen.head_pitch) == (1.5, -4.0)
    assert screen.calibrated
    assert found.quality > 0.8
    assert found.points == 9
    assert not found.mirrored
    assert not found.advice


def test_a_measure_that_shrinks_and_shifts_gives_a_region_in_its_own_degrees() -> None:
    found = calibrate(looked(lambda p: (on_screen(p)[0] * 0.6 + 5, on_screen(p)[1] * 0.5 - 3)))
    assert isinstance(found, Calibrated)
    edge = on_screen(Point(0.0, 0.5))
    measured = (edge[0] * 0.6 + 5, edge[1] * 0.5 - 3)
    assert found.screen.beyond(*measured) == pytest.approx(0, abs=0.6)
    assert found.screen.beyond(measured[0] + 7, measured[1]) == pytest.approx(7, abs=0.7)


def test_a_picture_that_the_driver_mirrors_is_said_to_be_so() -> None:
    found = calibrate(looked(lambda p: (-on_screen(p)[0], on_screen(p)[1])))
    assert isinstance(found, Calibrated)
    assert found.mirrored


def test_one_point_at_which_the_candidate_looked_elsewhere_does_not_tilt_the_screen() -> None:
    astray = NINE_POINTS[3]
    found = calibrate(looked(lambda p: (30.0, 20.0) if p == astray else on_screen(p)))
    assert isinstance(found, Calibrated)
    assert (found.screen.yaw, found.screen.pitch) == pytest.approx(MIDDLE, abs=1.5)
    assert found.quality < 0.9


def test_eyes_that_wander_rarely_pass() -> None:
    passed = 0
    for seed in range(60):
        dice = np.random.default_rng(seed)
        found = calibrate(
            looked(lambda _, dice=dice: tuple(dice.uniform(-15, 15, 2)), seed=seed)
        )
        passed += isinstance(found, Calibrated)
    assert passed <= 1


@pytest.mark.parametrize(
    ("looks", "trouble", "words"),
    [
        (looked(lambda _: (2.0, -9.0)), Trouble.EYES_STILL, "hardly moved"),
        (looked(spread=9.0), Trouble.UNSTEADY, "not steady"),
        (
            looked(lambda p: on_screen(Point(p.y, p.x * p.y))),
            Trouble.NOT_FOLLOWED,
            "did not follow",
        ),
        (
            [Looks(point, unseen=20) for point in NINE_POINTS],
            Trouble.NO_FACE,
            "not seen, or not alone, at 9 of 9 points",
        ),
        (
            [*looked()[:5], *(Looks(point, unseen=20) for point in NINE_POINTS[5:])],
            Trouble.NO_FACE,
            "at 4 of 9 points",
        ),
        (
            [Looks(point, shut=20, unseen=3) for point in NINE_POINTS],
            Trouble.EYES_SHUT,
            "shut at 9 of 9 points",
        ),
        ([], Trouble.NO_FACE, "at 0 of 0 points"),
    ],
)
def test_what_is_no_calibration_has_a_name_and_words(
    looks: list[Looks], trouble: Trouble, words: str
) -> None:
    found = calibrate(looks)
    assert isinstance(found, NotCalibrated)
    assert found.trouble is trouble
    assert words in found.advice
    assert 0 <= found.quality < 0.5


def test_two_points_without_looks_are_borne_and_said() -> None:
    seen = looked()
    seen[4] = Looks(seen[4].point, seen[4].looks[: LEAST_LOOKS - 1])
    seen[7] = Looks(seen[7].point, unseen=30)
    found = calibrate(seen)
    assert isinstance(found, Calibrated)
    assert found.points == 7
    assert "7 of 9" in found.advice


angles = st.floats(-89, 89)


@settings(max_examples=40)
@given(st.lists(st.lists(st.tuples(angles, angles), max_size=8), max_size=9))
def test_no_looks_are_ever_an_error(places: list[list[tuple[float, float]]]) -> None:
    seen = [
        Looks(point, tuple(Look(yaw, pitch, 0, 0) for yaw, pitch in looks))
        for point, looks in zip(NINE_POINTS, places, strict=False)
    ]
    found = calibrate(seen)
    assert 0 <= found.quality <= 1
    detail = json.loads(json.dumps(to_detail(found)))
    assert (screen_from(detail) is not None) == isinstance(found, Calibrated)


def test_the_record_gives_the_screen_back() -> None:
    found = calibrate(looked())
    assert isinstance(found, Calibrated)
    back = screen_from(json.loads(json.dumps(to_detail(found))))
    assert back is not None
    for name in ("yaw", "pitch", "half_yaw", "half_pitch", "head_yaw", "head_pitch"):
        assert getattr(back, name) == pytest.approx(getattr(found.screen, name), abs=0.01)
    assert back.calibrated


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"calibrated": False},
        {"half_yaw": "wide"},
        {"half_yaw": True},
        {"yaw": None},
        {"yaw": float("nan")},
        {"pitch": 400.0},
        {"half_pitch": 0.0},
        {"half_yaw": -20.0},
    ],
)
def test_a_record_that_no_calibration_wrote_gives_no_screen(change: dict[str, object]) -> None:
    assert screen_from(to_detail(calibrate(looked())) | change) is None
    assert screen_from(None) is None
    assert screen_from({}) is None


def test_without_a_calibration_the_screen_is_a_typical_one() -> None:
    assert not Screen().calibrated
    assert Screen().half_yaw == Screen().half_pitch == 10
