"""The packaged models on real photographs: what is a face, and which way is which."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.blocks import blocks

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.observations import FaceObservation
from recorder.detect.voice.speech import VoiceAnalyzer

Picture = NDArray[np.uint8]


def seen(graphs: FaceGraphs, picture: Picture) -> FaceObservation:
    return FaceAnalyzer(graphs).observe(np.ascontiguousarray(picture), 1)


def rotated(picture: Picture, clockwise: float) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -clockwise, 1)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height)), np.uint8)


def test_a_photograph_shows_one_face_that_looks_into_the_camera(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    face = seen(graphs, photograph)
    assert face.faces == 1
    assert face.observable
    angles = (face.yaw, face.pitch, face.roll, face.gaze_yaw)
    assert all(angle is not None and abs(angle) < 10 for angle in angles)
    # How high one's lids stand is one's own: pitch counts from a middle that is learnt.
    assert face.gaze_pitch is not None
    assert abs(face.gaze_pitch) < 25


def test_a_mirrored_face_turns_the_other_way(graphs: FaceGraphs, photograph: Picture) -> None:
    face, mirrored = seen(graphs, photograph), seen(graphs, photograph[:, ::-1])
    assert face.yaw is not None
    assert face.roll is not None
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=3)
    assert mirrored.roll == pytest.approx(-face.roll, abs=3)
    assert mirrored.pitch == pytest.approx(face.pitch, abs=3)


@pytest.mark.parametrize("clockwise", [-30, -15, 15, 30])
def test_a_rotated_picture_rolls_the_head(
    graphs: FaceGraphs, photograph: Picture, clockwise: float
) -> None:
    upright, turned = seen(graphs, photograph), seen(graphs, rotated(photograph, clockwise))
    assert upright.roll is not None
    assert turned.roll == pytest.approx(upright.roll + clockwise, abs=4)


def test_two_people_are_two_faces(graphs: FaceGraphs, photograph: Picture) -> None:
    both = np.concatenate([photograph, photograph[:, ::-1]], axis=1)
    assert seen(graphs, both).faces == 2


def test_a_small_second_person_in_the_back_is_seen(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    picture = np.full((512, 600, 3), 90, np.uint8)
    picture[:, :512] = photograph
    picture[:256, 344:] = cv2.resize(photograph, (256, 256), interpolation=cv2.INTER_AREA)
    analyzer = FaceAnalyzer(graphs)
    faces = [analyzer.observe(picture, number * 33_000_000).faces for number in range(30)]
    assert faces[-1] == 2


def test_a_room_without_people_has_no_face(graphs: FaceGraphs, photograph: Picture) -> None:
    nobody = np.concatenate([photograph[:, 300:], photograph[:, 300:]], axis=1)[:100]
    assert seen(graphs, nobody).faces == 0


def test_half_a_face_at_the_edge_is_no_second_one(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    for cut in range(140, 260, 20):
        assert seen(graphs, photograph[:, cut:]).faces <= 1


def test_following_a_face_agrees_with_finding_it_anew(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    analyzer = FaceAnalyzer(graphs)
    for number in range(20):
        moved = np.roll(photograph, 4 * number, axis=1)
        followed = analyzer.observe(moved, number * 33_000_000)
    found = seen(graphs, moved)
    assert followed.faces == found.faces == 1
    assert followed.yaw is not None
    assert followed.yaw == pytest.approx(found.yaw, abs=4)


def test_a_read_only_picture_will_do(graphs: FaceGraphs, photograph: Picture) -> None:
    lent = np.frombuffer(photograph.tobytes(), np.uint8).reshape(photograph.shape)
    assert seen(graphs, lent).faces == 1


def test_loading_brings_no_plotting_and_no_window_along_and_stays_silent() -> None:
    code = (
        "import sys, recorder.detect.process.worker;"
        "from recorder.detect.face.graphs import FaceGraphs;"
        "FaceGraphs(); print([m for m in ('matplotlib', 'PySide6', 'jax') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_noise_and_tones_are_no_speech() -> None:
    rng = np.random.default_rng(4)
    at = np.arange(16_000 * 5)
    sounds = (
        rng.normal(0, 2000, len(at)),
        8000 * np.sin(2 * np.pi * 440 * at / 16_000),
        np.zeros(len(at)),
    )
    for sound in sounds:
        voice = VoiceAnalyzer()
        heard = [
            window.observation.speech
            for block in blocks(sound.astype(np.int16), 16_000)
            for window in voice.observe(block)
        ]
        assert len(heard) > 150
        assert np.mean(np.array(heard) > 0.5) < 0.05
