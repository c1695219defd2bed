"""From observations to incidents: one cause, one incident."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from recorder.detect.face.screen import Screen
from recorder.detect.incidents.blind_time import UNOBSERVED_PIECE_NS
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import (
    Blindness,
    FaceObservation,
    Finding,
    Incident,
    Unobserved,
    VoiceObservation,
)
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, OFF, Rule

NS = 1_000_000_000
FPS = 30
FACE = FaceObservation(0, 1, 45.0, None, 0.0, 0.0, 0.0, 0.0, 0.0)
NOBODY = FaceObservation(0, 0, 45.0)
BLACK = FaceObservation(0, 0, 1.0, Blindness.COVERED)


def core(
    rules: dict[Kind, Rule] | None = None, calibration: Screen | None = None
) -> DetectionCore:
    chosen = DEFAULT_RULES if rules is None else rules
    ids = itertools.count()
    return DetectionCore(
        lambda kind: chosen.get(kind, OFF), lambda: f"id-{next(ids)}", calibration
    )


def play(watcher: DetectionCore, *spans: tuple[float, FaceObservation]) -> list[Finding]:
    """Show an observation at 30 a second for each (seconds, observation); then finish."""
    found: list[Finding] = []
    frame = 0
    for seconds, observation in spans:
        for _ in range(round(seconds * FPS)):
            found += watcher.camera(replace(observation, monotonic_ns=frame * NS // FPS))
            frame += 1
    return found + watcher.finish("camera", frame * NS // FPS)


def over(found: Iterable[Finding]) -> list[Incident]:
    return [each for each in found if isinstance(each, Incident) and each.end_ns is not None]


def kinds(found: Iterable[Finding]) -> list[Kind]:
    return [each.kind for each in over(found)]


def looks(yaw: float, pitch: float = 0.0) -> FaceObservation:
    return replace(FACE, gaze_yaw=yaw, gaze_pitch=pitch)


def test_a_candidate_who_works_is_nothing() -> None:
    glances = [(1.0, looks(6)), (1.0, looks(-6, -4)), (2.0, looks(20)), (5.0, FACE)]
    assert play(core(), (5, FACE), *glances, *glances) == []


def test_eyes_off_the_screen_are_one_incident_with_numbers_and_words() -> None:
    (incident,) = over(play(core(), (5, FACE), (6, looks(-20)), (8, FACE)))
    assert incident.kind is Kind.GAZE_AWAY
    assert (incident.start_ns / NS, incident.end_ns and incident.end_ns / NS) == (5, 11)
    assert incident.severity is Severity.MEDIUM
    assert incident.confidence > 0.7
    assert incident.detail["degrees"] == pytest.approx(20, abs=1)
    assert incident.detail["reason"] == "eyes 20° left of the screen's middle for 6.0 s"


def test_eyes_off_the_screen_for_less_than_five_seconds_weigh_little() -> None:
    (incident,) = over(play(core(), (5, FACE), (4, looks(20)), (8, FACE)))
    assert incident.severity is Severity.LOW


def test_a_head_that_turns_while_the_eyes_hold_the_screen_is_nothing() -> None:
    turned = replace(FACE, yaw=25.0, gaze_yaw=-22.0)
    assert play(core(), (5, FACE), (10, turned), (8, FACE)) == []


def test_a_turned_head_is_one_incident_whatever_the_eyes_do() -> None:
    turned = replace(FACE, yaw=45.0, gaze_yaw=15.0)
    (incident,) = over(play(core(), (5, FACE), (6, turned), (8, FACE)))
    assert incident.kind is Kind.LOOKING_AWAY
    assert incident.detail["reason"] == "head turned 45° right for 6.0 s"


def test_with_the_head_kind_off_a_turned_head_does_not_become_a_gaze() -> None:
    rules = {**DEFAULT_RULES, Kind.LOOKING_AWAY: OFF}
    assert play(core(rules), (5, FACE), (6, replace(FACE, yaw=45.0)), (8, FACE)) == []


def test_nobody_is_one_incident() -> None:
    assert kinds(play(core(), (5, FACE), (6, NOBODY), (8, FACE))) == [Kind.FACE_MISSING]


def test_a_look_aside_while_leaving_is_not_the_absence_too() -> None:
    leaving = replace(FACE, yaw=50.0)
    assert kinds(play(core(), (5, FACE), (1, leaving), (6, NOBODY), (8, FACE))) == [
        Kind.FACE_MISSING
    ]


def test_a_covered_camera_is_one_incident_and_unobserved_time() -> None:
    found = play(core(), (5, FACE), (6, BLACK), (8, FACE))
    assert kinds(found) == [Kind.CAMERA_BLOCKED]
    assert [each for each in found if isinstance(each, Unobserved)] == [
        Unobserved("camera", 5 * NS, 11 * NS, Blindness.COVERED)
    ]


def test_a_dim_picture_below_the_policys_threshold_is_covered_too() -> None:
    dim = replace(NOBODY, contrast=5.0)
    assert kinds(play(core(), (5, FACE), (6, dim), (8, FACE))) == [Kind.CAMERA_BLOCKED]


def test_with_the_camera_kind_off_a_covered_camera_is_still_unobserved() -> None:
    rules = {**DEFAULT_RULES, Kind.CAMERA_BLOCKED: OFF}
    found = play(core(rules), (5, FACE), (6, BLACK), (8, FACE))
    assert [type(each) for each in found] == [Unobserved]


def test_covering_the_camera_does_not_end_a_look_aside() -> None:
    away = looks(-25)
    found = play(core(), (5, FACE), (4, away), (6, BLACK), (4, away), (8, FACE))
    assert sorted(kinds(found)) == [Kind.CAMERA_BLOCKED, Kind.GAZE_AWAY]
    gaze = next(each for each in over(found) if each.kind is Kind.GAZE_AWAY)
    assert gaze.detail["seconds"] == pytest.approx(8, abs=0.1)
    assert gaze.detail["unobserved_seconds"] == pytest.approx(6, abs=0.1)


def test_a_second_face_is_an_incident_beside_the_first_ones_gaze() -> None:
    two = replace(FACE, faces=2, confidence=0.8)
    (incident,) = over(play(core(), (5, FACE), (3, two), (8, FACE)))
    assert incident.kind is Kind.MULTIPLE_FACES
    assert incident.confidence == 0.8
    assert incident.detail["reason"] == "2 faces in the picture for 3.0 s"


def test_a_missed_scan_does_not_split_a_second_face() -> None:
    two = replace(FACE, faces=2)
    found = play(core(), (5, FACE), (0.8, two), (0.2, FACE), (0.8, two), (8, FACE))
    assert kinds(found) == [Kind.MULTIPLE_FACES]


def test_blinks_do_not_end_a_look_aside_and_are_none_themselves() -> None:
    shut = replace(FACE, gaze_yaw=None, gaze_pitch=None)
    found = play(core(), (5, FACE), (2, looks(20)), (0.2, shut), (2, looks(20)), (8, FACE))
    assert kinds(found) == [Kind.GAZE_AWAY]
    assert play(core(), (5, FACE), *[(2.0, FACE), (0.2, shut)] * 5) == []


def test_a_camera_far_above_or_below_is_learnt_as_the_screens_place() -> None:
    for pitch in (-18.0, 18.0):
        assert play(core(), (60, replace(FACE, pitch=pitch))) == []


def test_a_calibration_decides_where_the_screen_is() -> None:
    beside = looks(25)
    assert over(play(core(), (8, beside)))
    assert not over(play(core(calibration=Screen(yaw=20.0)), (8, beside)))


def test_with_a_calibration_the_reason_counts_from_the_screens_edge() -> None:
    wide = Screen(yaw=4.0, half_yaw=20.0, half_pitch=12.0, calibrated=True)
    (gaze,) = over(play(core(calibration=wide), (8, replace(FACE, gaze_yaw=37.0))))
    assert gaze.detail["beyond"] == pytest.approx(13, abs=0.5)
    assert gaze.detail["degrees"] == pytest.approx(33, abs=0.5)
    assert "13° right of the screen's edge" in str(gaze.detail["reason"])
    (gaze,) = over(play(core(), (8, replace(FACE, gaze_yaw=37.0))))
    assert "beyond" not in gaze.detail
    assert "right of the screen's middle" in str(gaze.detail["reason"])


def test_a_head_that_is_held_aside_at_its_own_screen_is_not_turned_away() -> None:
    aside = replace(FACE, yaw=-38.0, gaze_yaw=20.0)
    seat = Screen(yaw=-18.0, head_yaw=-38.0, calibrated=True)
    assert not over(play(core(calibration=seat), (8, aside)))
    assert kinds(play(core(), (8, aside))) == [Kind.LOOKING_AWAY]


def test_an_off_kind_is_never_reported() -> None:
    assert play(core({}), (5, FACE), (6, NOBODY), (6, looks(40))) == []


def test_an_absent_stream_is_unobserved_since_its_last_observation() -> None:
    watcher = core()
    watcher.camera(FACE)
    assert watcher.absent("camera", 2 * NS, Blindness.NO_INPUT) == []
    assert watcher.unobserved_ns("camera", 3 * NS) == 3 * NS
    found = watcher.camera(replace(FACE, monotonic_ns=4 * NS))
    assert found == [Unobserved("camera", 0, 4 * NS, Blindness.NO_INPUT)]
    assert watcher.unobserved_ns("camera", 9 * NS) == 4 * NS


def test_long_unobserved_time_comes_in_pieces_that_touch() -> None:
    watcher, found = core(), []
    for second in range(35):
        found += watcher.absent("microphone", second * NS, Blindness.DETECTOR_DOWN)
    found += watcher.finish("microphone", 35 * NS)
    assert all(isinstance(each, Unobserved) for each in found)
    spans = [(each.start_ns, each.end_ns) for each in found if isinstance(each, Unobserved)]
    assert spans[0][0] == 0
    assert spans[-1][1] == 35 * NS
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert all(end - start <= UNOBSERVED_PIECE_NS for start, end in spans)


def test_another_reason_begins_another_piece() -> None:
    watcher = core()
    watcher.absent("camera", 0, Blindness.NO_INPUT)
    (piece,) = watcher.absent("camera", NS, Blindness.DETECTOR_DOWN)
    assert piece == Unobserved("camera", 0, NS, Blindness.NO_INPUT)


def hear(watcher: DetectionCore, seconds: float, speech: Callable[[float], float]):
    found: list[Finding] = []
    for window in range(round(seconds / 0.032)):
        at = window * 0.032
        found += watcher.microphone(VoiceObservation(round(at * NS), speech(at)))
    return found + watcher.finish("microphone", round(seconds * NS))


def test_speech_with_its_pauses_is_one_incident() -> None:
    found = hear(core(), 20, lambda at: 0.9 if 2 < at < 8 and at % 1 < 0.7 else 0.1)
    (incident,) = over(found)
    assert incident.kind is Kind.SPEECH
    assert incident.start_ns / NS == pytest.approx(2, abs=0.05)
    assert incident.end_ns is not None
    assert incident.end_ns / NS == pytest.approx(7.7, abs=0.05)


def test_a_cough_is_no_speech() -> None:
    assert hear(core(), 20, lambda at: 0.95 if 2 < at < 2.4 else 0.05) == []
