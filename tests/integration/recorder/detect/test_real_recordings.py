"""What the detectors must reach on real recordings, where there are any."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from accuracy.gaze_clip import AWAY_S, BACK_S, NAME, as_webcam

from recorder.detect.analysis.analyze import Request, analyze

pytestmark = pytest.mark.media


def analysed(
    tmp_path: Path, video: Path | None = None, audio: Path | None = None
) -> list[dict]:
    output = tmp_path / "found.jsonl"
    assert analyze(Request(video, audio, None, output)) == 0
    return [json.loads(line) for line in output.read_text().splitlines()]


def of(lines: list[dict], kind: str) -> list[dict]:
    return [line for line in lines if line["type"] == kind]


def cameras(lines: list[dict]) -> list[dict]:
    return [line for line in of(lines, "observation") if line["stream"] == "camera"]


def test_eyes_that_leave_the_screen_and_come_back(media: Path, tmp_path: Path) -> None:
    lines = analysed(tmp_path, media / NAME)
    seen = cameras(lines)
    assert len(seen) == 368
    assert sum(face["faces"] == 1 for face in seen) >= 0.99 * len(seen)
    assert [line["kind"] for line in of(lines, "incident")] == ["gaze_away"]
    (gaze,) = of(lines, "incident")
    assert gaze["start"] == pytest.approx(AWAY_S, abs=0.2)
    assert gaze["end"] == pytest.approx(BACK_S, abs=0.2)
    assert "left of the screen" in gaze["detail"]["reason"]


def test_a_webcams_size_and_a_mirrored_picture_give_the_other_side(
    media: Path, tmp_path: Path
) -> None:
    """The same clip mirrored at 640x480, where the face is half as large."""
    clip = tmp_path / "webcam.mp4"
    as_webcam(media / NAME, clip, mirrored=True)
    (gaze,) = of(analysed(tmp_path, clip), "incident")
    assert gaze["kind"] == "gaze_away"
    assert gaze["start"] == pytest.approx(AWAY_S, abs=0.3)
    assert gaze["end"] == pytest.approx(BACK_S, abs=0.3)
    assert "right of the screen" in gaze["detail"]["reason"]


def test_two_people_in_a_clip(media: Path, tmp_path: Path) -> None:
    picture = cv2.imread(str(media / "faces_two_people.jpg"))
    picture = cv2.resize(picture, (640, 376))
    clip = tmp_path / "two.mp4"
    with av.open(str(clip), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(10), options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 640, 376, "yuv420p"
        for _ in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    lines = analysed(tmp_path, clip)
    assert "multiple_faces" in [line["kind"] for line in of(lines, "incident")]
    assert {face["faces"] for face in cameras(lines)} == {2}


@pytest.mark.parametrize("name", ["face_a1.jpg", "face_a2.jpg", "face_b1.jpg"])
def test_a_portrait_is_one_face(media: Path, tmp_path: Path, name: str) -> None:
    (face,) = cameras(analysed(tmp_path, media / name))
    assert face["faces"] == 1
    assert abs(face["yaw"]) < 25
    assert abs(face["pitch"]) < 15


def test_a_conversation_is_speech_where_people_speak(media: Path, tmp_path: Path) -> None:
    lines = analysed(tmp_path, audio=media / "conversation_dev00.wav")
    spoken = np.zeros(3000, bool)
    for line in (media / "conversation_dev00.rttm").read_text().splitlines():
        start, length = (float(field) for field in line.split()[3:5])
        spoken[round(start * 100) : round((start + length) * 100)] = True
    heard = np.zeros(3000, bool)
    for window in of(lines, "observation"):
        at = round(window["t"] * 100)
        heard[at : at + 4] = window["speech"] > 0.5
    hits = np.sum(heard & spoken)
    precision, recall = hits / heard.sum(), hits / spoken.sum()
    assert 2 * precision * recall / (precision + recall) > 0.88
    assert "speech" in [line["kind"] for line in of(lines, "incident")]
