"""The calibration as a page runs it: what is shown, when it goes on, what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from recorder.detect.face.calibration import (
    NINE_POINTS,
    Calibrated,
    NotCalibrated,
    Point,
    Trouble,
)
from recorder.detect.face.calibration_run import (
    LONGEST_S,
    LOOK_S,
    SETTLE_S,
    CalibrationRun,
    Hint,
)
from recorder.detect.face.screen import NS
from recorder.detect.observations import Blindness, FaceObservation

FACE = FaceObservation(0, 1, 30.0, yaw=1.0, pitch=-3.0, roll=0.0, gaze_yaw=0.0, gaze_pitch=0.0)
Seen = Callable[[Point, float], FaceObservation]


def following(point: Point, _at: float) -> FaceObservation:
    return replace(FACE, gaze_yaw=-28 * (point.x - 0.5), gaze_pitch=-6 - 16 * (point.y - 0.5))


def run(seen: Seen, fps: float = 15.0, longest_s: float = 60.0) -> tuple[CalibrationRun, float]:
    """The run when it is over, and how many seconds it took."""
    going, now = CalibrationRun(), 0.0
    while going.target is not None and now < longest_s:
        going.take(replace(seen(going.target, now), monotonic_ns=round(now * NS)))
        now += 1 / fps
    return going, now


@pytest.mark.parametrize("fps", [5.0, 15.0, 30.0])
def test_eyes_that_follow_give_a_screen_in_a_quarter_of_a_minute(fps: float) -> None:
    going, seconds = run(following, fps)
    found = going.outcome()
    assert isinstance(found, Calibrated)
    assert found.screen.half_yaw == pytest.approx(14, abs=0.5)
    assert found.screen.yaw == pytest.approx(1, abs=0.5)
    assert found.screen.pitch == pytest.approx(-9, abs=0.5)
    assert 9 * (SETTLE_S + LOOK_S) <= seconds < 9 * LONGEST_S
    assert going.progress == 1.0


def test_the_points_come_in_order_and_each_fills_up() -> None:
    going = CalibrationRun()
    assert going.target == NINE_POINTS[0]
    shares, shown, now = [], [], 0.0
    while (target := going.target) is not None:
        if not shown or shown[-1] != target:
            shown.append(target)
        going.take(replace(following(target, now), monotonic_ns=round(now * NS)))
        shares.append(going.progress)
        now += 1 / 15
    assert tuple(shown) == NINE_POINTS
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_the_eyes_do_while_the_mark_moves_does_not_count() -> None:
    last: list[tuple[Point, float]] = []

    def late(point: Point, now: float) -> FaceObservation:
        if not last or last[-1][0] != point:
            last.append((point, now))
        settled = now - last[-1][1] > 0.5
        before = last[-2][0] if len(last) > 1 else point
        return following(point if settled else before, now)

    found = run(late)[0].outcome()
    assert isinstance(found, Calibrated)
    assert found.quality > 0.9


@pytest.mark.parametrize(
    ("seen", "hint", "trouble"),
    [
        (replace(FACE, faces=0, yaw=None, gaze_yaw=None), Hint.NO_FACE, Trouble.NO_FACE),
        (replace(FACE, faces=2), Hint.SEVERAL_FACES, Trouble.NO_FACE),
        (
            replace(FACE, gaze_yaw=None, gaze_pitch=None, eyes_shut=True),
            Hint.EYES_SHUT,
            Trouble.EYES_SHUT,
        ),
        (replace(FACE, blind=Blindness.DARK), Hint.NOT_VISIBLE, Trouble.NO_FACE),
        (FACE, None, Trouble.EYES_STILL),
    ],
)
def test_a_candidate_who_cannot_be_seen_is_told_and_it_ends_all_the_same(
    seen: FaceObservation, hint: Hint | None, trouble: Trouble
) -> None:
    going = CalibrationRun()
    going.take(seen)
    assert going.hint is hint
    going, seconds = run(lambda *_: seen)
    assert seconds <= 9 * LONGEST_S + 1
    found = going.outcome()
    assert isinstance(found, NotCalibrated)
    assert found.trouble is trouble


def test_a_blink_at_each_point_costs_a_moment() -> None:
    def blinking(point: Point, now: float) -> FaceObservation:
        shut = now % 2.0 < 0.3
        face = following(point, now)
        return replace(face, gaze_yaw=None, gaze_pitch=None, eyes_shut=True) if shut else face

    assert isinstance(run(blinking)[0].outcome(), Calibrated)


def test_skipping_is_an_outcome_and_can_be_taken_back() -> None:
    going = CalibrationRun()
    going.skip()
    assert going.target is None
    found = going.outcome()
    assert isinstance(found, NotCalibrated)
    assert found.trouble is Trouble.SKIPPED
    going.again()
    assert going.target == NINE_POINTS[0]
    assert going.progress == 0.0


def test_breaking_off_after_two_points_is_no_calibration() -> None:
    going = CalibrationRun()
    now = 0.0
    while going.progress < 2.5 / 9:
        assert going.target is not None
        going.take(replace(following(going.target, now), monotonic_ns=round(now * NS)))
        now += 1 / 15
    assert isinstance(going.outcome(), NotCalibrated)
