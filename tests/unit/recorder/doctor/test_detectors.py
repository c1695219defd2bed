"""Verdicts on what the detectors noticed."""

from __future__ import annotations

import pytest

from recorder.detect.observations import Blindness
from recorder.doctor.asked import assumed_policy
from recorder.doctor.detectors import (
    judge_detectors,
    judge_face,
    judge_light,
    judge_sound,
    now_seen,
)
from recorder.doctor.finding import State
from recorder.doctor.practice import judge
from recorder.doctor.rehearsal import Noticed
from shared.flags import Kind

FOUND = Noticed(pictures=100, faces=((0, 5), (1, 95)), answer_ms=8.0, ready=True, faces_now=1)


def test_all_is_well() -> None:
    assert judge_detectors(FOUND).state is State.OK
    assert "8 ms" in str(judge_detectors(FOUND).found)
    assert judge_face(FOUND).state is State.OK
    assert judge_light(FOUND).state is State.OK
    assert str(now_seen(FOUND)) == "Your face is found."


def test_detectors_that_do_not_start_or_are_slow_are_a_remark() -> None:
    assert judge_detectors(Noticed()).state is State.ATTENTION
    slow = Noticed(pictures=20, answer_ms=120.0, ready=True)
    assert judge_detectors(slow).state is State.ATTENTION


@pytest.mark.parametrize(
    ("noticed", "said"),
    [
        (Noticed(pictures=10, faces=((0, 10),), ready=True), "No face is found."),
        (Noticed(pictures=10, faces=((1, 5), (2, 5)), ready=True), "More than one face"),
        (Noticed(pictures=10, blind=((Blindness.DARK, 9),), ready=True), "too dark"),
        (
            Noticed(
                pictures=10, faces=((1, 10),), blind=((Blindness.FACE_CUT, 8),), ready=True
            ),
            "cut off",
        ),
    ],
)
def test_why_a_face_is_not_made_out(noticed: Noticed, said: str) -> None:
    finding = judge_face(noticed)
    assert finding.state is State.ATTENTION
    assert said in str(finding.found)
    assert finding.remedy


def test_without_pictures_nothing_is_judged() -> None:
    assert judge_face(Noticed()).state is State.SKIPPED
    assert judge_light(Noticed()).state is State.SKIPPED
    assert not now_seen(Noticed())


def test_every_reason_that_a_picture_gives_is_said() -> None:
    of_sound = {Blindness.SILENT, Blindness.CLIPPED}
    of_us = {Blindness.NO_INPUT, Blindness.DETECTOR_DOWN, Blindness.ASLEEP}
    for reason in set(Blindness) - of_sound - of_us:
        assert now_seen(Noticed(pictures=1, blind_now=reason)), reason


def test_sound() -> None:
    assert judge_sound(Noticed(speech=True)).state is State.OK
    assert judge_sound(Noticed(loudest=0.5)).state is State.OK
    assert judge_sound(Noticed(loudest=0.1)).state is State.ATTENTION


def test_a_practice_run_says_what_would_have_been_reported() -> None:
    noticed = Noticed(
        pictures=10, faces=((1, 10),), ready=True, kinds=(Kind.SPEECH, Kind.GAZE_AWAY)
    )
    found = {one.id: one for one in judge(assumed_policy(), noticed)}
    assert list(found) == [
        "practice_detectors",
        "practice_face",
        "practice_light",
        "practice_sound",
        "practice_reported",
    ]
    assert str(found["practice_reported"].found) == "speech, your eyes were off the screen"
