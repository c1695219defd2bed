"""``analyze`` with an institution's object model: found, and said where it cannot be used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from support.damaged_packages import HANDS, Put, cut_short, damaged
from support.object_networks import colour_network, treacherous_network

from recorder import cli
from recorder.detect.models.model_changes import Described, add_file

FPS = 10

__all__ = ["damaged"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INVIGIL_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Nothing but red boxes."""
    faces = ("face_missing", "multiple_faces", "looking_away", "gaze_away", "camera_blocked")
    rest = ("hand_at_ear", "virtual_camera", "identity_mismatch")
    kinds = {kind: {"enabled": False} for kind in (*faces, *rest)}
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"kinds": kinds, "objects": {"labels": ["Red_Box"]}}))
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Six seconds of a room, with a red box in it from the second to the fourth, and a
    white lamp in the last.
    """
    dice = np.random.default_rng(2)
    path = tmp_path / "room.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264rgb", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "rgb24"
        for number in range(6 * FPS):
            picture = np.zeros((240, 320, 3), np.uint8)
            picture[:] = np.linspace(60, 180, 320).astype(np.uint8)[np.newaxis, :, np.newaxis]
            picture += dice.integers(0, 9, picture.shape, np.uint8)
            if FPS <= number < 4 * FPS:
                cv2.rectangle(picture, (80, 60), (160, 160), (220, 20, 30), -1)
            if number >= 5 * FPS:
                picture[:60] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


Analyze = Callable[[Path, Path], tuple[list[dict], str]]


@pytest.fixture
def analyze(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Analyze:
    def run(film: Path, policy: Path) -> tuple[list[dict], str]:
        arguments = ["invigil-recorder", "analyze", str(film), "--policy", str(policy)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit):
            cli.main()
        said = capsys.readouterr()
        return [json.loads(line) for line in said.out.splitlines()], said.err

    return run


def install(folder: Path, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "boxes.onnx"
    file.write_bytes(data)
    add_file(folder, file, Described("boxes", release="3"))


def test_a_red_box_is_one_incident(
    analyze: Analyze, folder: Path, tmp_path: Path, film: Path, policy: Path
) -> None:
    install(folder, tmp_path, colour_network())
    lines, errors = analyze(film, policy)
    (incident,) = (line for line in lines if line["type"] == "incident")
    assert (incident["kind"], incident["detail"]["label"]) == ("object_seen", "red box")
    assert incident["start"] == pytest.approx(1.0, abs=0.5)
    assert incident["end"] == pytest.approx(4.0, abs=0.5)
    assert incident["confidence"] == pytest.approx(0.9, abs=0.05)
    looks = [line["objects"] for line in lines if "objects" in line]
    assert 10 <= len(looks) <= 13  # twice a second
    assert {thing["label"] for look in looks for thing in look} == {"red box"}
    summary = lines[-1]
    assert set(summary["models"]) >= {"boxes", "face-mesh"}
    assert summary["unwatched"] == []
    assert errors == ""


def test_a_model_that_fails_midway_is_said_and_the_rest_goes_on(
    analyze: Analyze, folder: Path, tmp_path: Path, film: Path, policy: Path
) -> None:
    install(folder, tmp_path, treacherous_network())
    lines, errors = analyze(film, policy)
    (incident,) = (line for line in lines if line["type"] == "incident")
    assert incident["detail"]["label"] == "red box"
    (words,) = lines[-1]["unwatched"]
    assert words.startswith("object_seen: the object model boxes cannot be used: it fails")
    assert words in errors
    assert lines[-1]["frames"] == 6 * FPS


def test_a_packaged_model_that_is_damaged_is_said_and_the_rest_goes_on(
    analyze: Analyze, damaged: Put, film: Path, tmp_path: Path
) -> None:
    damaged(*HANDS, cut_short)
    rules = tmp_path / "hands.json"
    rules.write_text(json.dumps({"kinds": {"hand_at_ear": {"enabled": True}}}))
    lines, errors = analyze(film, rules)
    (words,) = (words for words in lines[-1]["unwatched"] if words.startswith("hand"))
    assert words.startswith("hand_at_ear: The palm-detector at ")
    assert "The palm-detector at " in errors
    assert set(lines[-1]["models"]) == {"face-detector", "face-mesh"}
    assert lines[-1]["frames"] == 6 * FPS
