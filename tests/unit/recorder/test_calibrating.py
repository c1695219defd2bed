"""A calibration that the session leads: marks, a screen, and what is written of it."""

from __future__ import annotations

from itertools import count

import pytest

from recorder.calibrating import Calibrating
from recorder.detect.face.screen import Screen
from recorder.detect.observations import FaceObservation
from shared.records import Enrolment

NS = 1_000_000_000


class Calibrated:
    """A calibration, and a candidate whose eyes a test moves."""

    def __init__(self) -> None:
        self.written: list[Enrolment] = []
        self.screens: list[Screen] = []
        self.run = Calibrating(self.written.append, self.screens.append)
        self._pictures = count()

    def look(self, *, follow: bool) -> None:
        """Look at the mark until it moves on, or past it."""
        view = self.run.view()
        assert view is not None
        first = view.target
        while (view := self.run.view()) and view.target == first and view.target:
            self._seen(*(view.target if follow else (0.5, 0.5)))

    def look_about(self, seconds: int) -> None:
        """Look at the middle, whatever is shown."""
        for _ in range(seconds * 15):
            self._seen(0.5, 0.5)

    def _seen(self, x: float, y: float) -> None:
        self.run.on_face(
            FaceObservation(
                monotonic_ns=next(self._pictures) * NS // 15,
                faces=1,
                contrast=60.0,
                yaw=0.0,
                pitch=0.0,
                roll=0.0,
                gaze_yaw=-24 * (x - 0.5),
                gaze_pitch=-14 * (y - 0.5),
            )
        )

    def through(self, *, follow: bool) -> str:
        while (view := self.run.view()) and view.outcome == "running":
            self.look(follow=follow)
        assert view is not None
        return view.outcome


@pytest.fixture
def calibrated() -> Calibrated:
    return Calibrated()


def test_eyes_that_follow_give_a_screen_to_measure_from(calibrated: Calibrated) -> None:
    assert calibrated.run.view() is None
    calibrated.run.begin(344.0, 194.0)
    assert calibrated.through(follow=True) == "done"
    (screen,), (body,) = calibrated.screens, calibrated.written
    assert screen.calibrated
    assert screen.half_yaw == pytest.approx(12, abs=1)
    assert body.calibration is not None
    assert body.calibration["display_mm"] == [344.0, 194.0]
    assert body.calibration["quality"] > 0.8


def test_a_poor_one_is_said_not_used_and_may_be_taken_again(calibrated: Calibrated) -> None:
    calibrated.run.begin(None, None)
    assert calibrated.through(follow=False) == "poor"
    view = calibrated.run.view()
    assert view is not None
    assert view.words.startswith("The eyes hardly moved")
    assert calibrated.screens == []
    calibrated.run.begin(None, None)
    assert calibrated.through(follow=True) == "done"
    assert [body.calibration["calibrated"] for body in calibrated.written] == [False, True]  # type: ignore[index]


def test_what_is_stopped_comes_to_nothing_and_the_one_before_stays(
    calibrated: Calibrated,
) -> None:
    calibrated.run.begin(344.0, 194.0)
    calibrated.through(follow=True)
    calibrated.run.begin(344.0, 194.0)
    calibrated.look(follow=False)
    calibrated.run.stop()
    assert calibrated.run.view() is None
    calibrated.look_about(60)
    assert len(calibrated.written) == len(calibrated.screens) == 1


def test_a_poor_one_after_a_good_one_does_not_stand_in_its_place(
    calibrated: Calibrated,
) -> None:
    calibrated.run.begin(344.0, 194.0)
    calibrated.through(follow=True)
    calibrated.run.begin(344.0, 194.0)
    assert calibrated.through(follow=False) == "poor"
    calibrated.run.leave_out()
    (body,) = calibrated.written
    assert body.calibration is not None
    assert body.calibration["calibrated"]
    calibrated.run.begin(344.0, 194.0)
    assert calibrated.through(follow=True) == "done"
    assert len(calibrated.written) == len(calibrated.screens) == 2


def test_one_that_is_over_is_not_stopped(calibrated: Calibrated) -> None:
    calibrated.run.begin(344.0, 194.0)
    calibrated.through(follow=True)
    calibrated.run.stop()
    view = calibrated.run.view()
    assert view is not None
    assert view.outcome == "done"


def test_who_goes_on_without_is_measured_from_what_is_learnt(calibrated: Calibrated) -> None:
    calibrated.run.leave_out()
    view = calibrated.run.view()
    assert view is not None
    assert view.outcome == "left_out"
    (body,) = calibrated.written
    assert body.calibration is not None
    assert body.calibration["trouble"] == "skipped"
