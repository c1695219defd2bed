"""What a reason suspends, and what goes on being measured beneath it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import (
    NOT_LIVE,
    Blindness,
    FaceObservation,
    Finding,
    Incident,
    Unobserved,
)
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF

NS = 1_000_000_000
FPS = 30
FACE = FaceObservation(0, 1, 45.0, None, 0.0, 0.0, 0.0, 0.0, 0.0)
TWO = replace(FACE, faces=2)
NOBODY = FaceObservation(0, 0, 45.0)


def play(*spans: tuple[float, FaceObservation]) -> list[Finding]:
    """Each observation for so many seconds, at 30 a second."""
    ids = itertools.count()
    core = DetectionCore(lambda kind: DEFAULT_RULES.get(kind, OFF), lambda: f"{next(ids)}")
    found: list[Finding] = []
    frame = 0
    for seconds, observation in spans:
        for _ in range(round(seconds * FPS)):
            found += core.camera(replace(observation, monotonic_ns=frame * NS // FPS))
            frame += 1
    return found + core.finish("camera", frame * NS // FPS)


def kinds(found: list[Finding]) -> list[Kind]:
    return [each.kind for each in found if isinstance(each, Incident) and each.end_ns]


def reasons(found: list[Finding]) -> set[Blindness]:
    return {each.reason for each in found if isinstance(each, Unobserved)}


@pytest.mark.parametrize("reason", sorted(NOT_LIVE))
def test_an_old_picture_is_said_and_hides_nothing_that_it_shows(reason: Blindness) -> None:
    old = {"blind": reason}
    found = play((5, FACE), (4, replace(TWO, **old)), (8, replace(FACE, **old)))
    assert kinds(found) == [Kind.MULTIPLE_FACES]
    assert reasons(found) == {reason}
    missing = play((5, FACE), (4, replace(NOBODY, **old)), (8, replace(FACE, **old)))
    assert kinds(missing) == [Kind.FACE_MISSING]


def test_a_loop_is_a_virtual_camera_from_five_seconds_on() -> None:
    loop = replace(FACE, blind=Blindness.REPEATED, loop_s=9.0)
    assert kinds(play((5, FACE), (4, loop), (8, FACE))) == []
    assert kinds(play((5, FACE), (6, loop), (8, FACE))) == [Kind.VIRTUAL_CAMERA]


@pytest.mark.parametrize("reason", ["face_small", "face_cut", "blurred"])
def test_a_face_without_a_pose_is_counted(reason: str) -> None:
    poseless = FaceObservation(0, 1, 45.0, Blindness(reason))
    assert kinds(play((5, FACE), (20, poseless), (8, FACE))) == []
    two = replace(poseless, faces=2)
    found = play((5, FACE), (4, two), (8, poseless))
    assert kinds(found) == [Kind.MULTIPLE_FACES]
    assert reasons(found) == {Blindness(reason)}


@pytest.mark.parametrize("reason", ["too_dark", "too_bright", "blurred", "upside_down"])
def test_nobody_in_a_picture_that_could_not_show_anybody_is_not_an_absence(reason: str) -> None:
    found = play((5, FACE), (20, replace(NOBODY, blind=Blindness(reason))), (8, FACE))
    assert kinds(found) == []
    assert sum(
        each.end_ns - each.start_ns for each in found if isinstance(each, Unobserved)
    ) == pytest.approx(20 * NS, abs=0.1 * NS)


def test_a_camera_that_shows_a_face_is_not_blocked_however_dim() -> None:
    assert kinds(play((5, FACE), (20, replace(FACE, contrast=4.5)), (8, FACE))) == []
    dim = replace(NOBODY, contrast=4.5)
    assert kinds(play((5, FACE), (6, dim), (8, FACE))) == [Kind.CAMERA_BLOCKED]


def test_a_dark_room_is_a_blocked_camera_too_where_it_has_no_content() -> None:
    dark = replace(NOBODY, blind=Blindness.DARK)
    assert kinds(play((5, FACE), (6, replace(dark, contrast=8.0)), (8, FACE))) == []
    assert kinds(play((5, FACE), (6, replace(dark, contrast=4.5)), (8, FACE))) == [
        Kind.CAMERA_BLOCKED
    ]
