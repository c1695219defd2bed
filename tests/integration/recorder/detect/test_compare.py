"""``invigil-recorder compare`` and ``analyze --reference`` with the real models."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder import cli

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Run:
    """How a run of the command ended."""

    status: int
    lines: list[dict]
    errors: str


Command = Callable[..., Run]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["invigil-recorder", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        lines = [json.loads(line) for line in said.out.splitlines()]
        return Run(int(ended.value.code or 0), lines, " ".join(said.err.split()))

    return run


def write(path: Path, image: Picture) -> Path:
    cv2.imwrite(str(path), image[:, :, ::-1] if image.ndim == 3 else image)
    return path


@pytest.fixture
def album(tmp_path: Path, photograph: Picture, hopper: Picture) -> Path:
    """A folder of pictures of two people, and of none."""
    dim = cv2.convertScaleAbs(photograph, alpha=0.4, beta=0)
    write(tmp_path / "collins.png", photograph)
    write(tmp_path / "dim.jpg", np.asarray(dim, np.uint8))
    write(tmp_path / "on its side.png", np.rot90(photograph))
    write(tmp_path / "close.png", photograph[60:210, 165:285])
    write(tmp_path / "grey.png", np.asarray(cv2.cvtColor(hopper, cv2.COLOR_RGB2GRAY), np.uint8))
    write(tmp_path / "hopper.jpg", hopper)
    write(tmp_path / "both.png", np.hstack([hopper[40:552], photograph]))
    write(tmp_path / "wall.png", np.full((200, 300, 3), 90, np.uint8))
    small = cv2.resize(photograph[:280, 80:360], (40, 40), interpolation=cv2.INTER_AREA)
    write(tmp_path / "tiny.png", np.asarray(small, np.uint8))
    (tmp_path / "text.jpg").write_text("no picture")
    return tmp_path


def test_one_person_and_two(command: Command, album: Path) -> None:
    same = command("compare", album / "collins.png", album / "dim.jpg")
    assert (same.status, same.errors) == (0, "")
    (line,) = same.lines
    assert line["a"] == str(album / "collins.png")
    assert (line["same"], line["threshold"]) == (True, 0.55)
    assert 0 < line["distance"] < 0.35
    (line,) = command("compare", album / "collins.png", album / "hopper.jpg").lines
    assert line["same"] is False
    assert line["distance"] > 0.6


def test_a_list_goes_on_past_what_cannot_be_compared(command: Command, album: Path) -> None:
    rows = [
        "one,other,label",
        "collins.png,on its side.png,1",
        "collins.png,close.png,1",
        "hopper.jpg,grey.png,1",
        "collins.png,hopper.jpg,0",
        "collins.png,wall.png,",
        "gone.png,collins.png,",
        "text.jpg,collins.png,",
        "tiny.png,collins.png,",
        "collins.png",
        "dim.jpg,hopper.jpg,0",
    ]
    (album / "pairs.csv").write_text("\n".join(rows))
    run = command("compare", "--pairs", album / "pairs.csv")
    assert run.status == 2
    assert "5 of 10 pairs could not be compared" in run.errors
    same = [line.get("same") for line in run.lines]
    assert same == [True, True, True, False, None, None, None, None, None, False]
    errors = [line["error"] for line in run.lines if "error" in line]
    for words, error in zip(
        ("no face", "no file", "decoded", "tiny.png", "Line 10"), errors, strict=True
    ):
        assert words in error
    assert run.lines[4]["a"] == "collins.png"


def test_of_several_faces_the_largest_is_taken_and_said(command: Command, album: Path) -> None:
    (line,) = command("compare", album / "both.png", album / "hopper.jpg").lines
    assert line["same"] is True
    assert "shows 2 faces; the largest was taken" in line["note"]


def test_the_policy_says_where_the_limit_is(command: Command, album: Path) -> None:
    policy = album / "policy.json"
    policy.write_text('{"kinds": {"identity_mismatch": {"threshold": 0.01}}}')
    pair = (album / "collins.png", album / "dim.jpg")
    (line,) = command("compare", *pair, "--policy", policy).lines
    assert (line["same"], line["threshold"]) == (False, 0.01)


def test_the_lines_go_into_a_file_but_never_over_a_picture(
    command: Command, album: Path
) -> None:
    pair = (album / "collins.png", album / "dim.jpg")
    assert command("compare", *pair, "--output", album / "found.jsonl").lines == []
    assert json.loads((album / "found.jsonl").read_text())["same"] is True
    before = pair[0].read_bytes()
    run = command("compare", *pair, "--output", pair[0])
    assert (run.status, pair[0].read_bytes()) == (2, before)


@pytest.mark.parametrize("arguments", [(), ("one.jpg",), ("a.jpg", "b.jpg", "c.jpg")])
def test_what_makes_no_pair_is_said(command: Command, arguments: tuple) -> None:
    run = command("compare", *arguments)
    assert run.status == 2
    assert "--pairs" in run.errors
    assert "Traceback" not in run.errors


def film(path: Path, *spans: tuple[float, Picture]) -> Path:
    """A film of stills that move a little, 10 a second, for so many seconds each."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width = stream.height = 512
        stream.pix_fmt, stream.options = "yuv420p", {"preset": "ultrafast", "crf": "18"}
        number = 0
        for seconds, still in spans:
            for _ in range(round(seconds * 10)):
                shift = np.array([[1, 0, 2 * np.sin(number)], [0, 1, 2 * np.cos(number / 2)]])
                moved = cv2.warpAffine(still, shift, (512, 512), borderMode=1)
                frame = av.VideoFrame.from_ndarray(np.asarray(moved, np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                out.mux(stream.encode(frame))
                number += 1
        out.mux(stream.encode(None))
    return path


def test_another_person_who_sits_down_is_an_incident(
    command: Command, album: Path, photograph: Picture, hopper: Picture
) -> None:
    other = np.asarray(hopper[40:552], np.uint8)
    video = film(album / "film.mp4", (1, photograph), (4, other))
    run = command("analyze", video, "--reference", album / "dim.jpg")
    assert run.status == 0
    looks = [line for line in run.lines if "distance" in line]
    assert looks[0]["t"] == 0
    assert looks[0]["distance"] < 0.5 < looks[-1]["distance"]
    (incident,) = [line for line in run.lines if line.get("kind") == "identity_mismatch"]
    assert incident["severity"] == "critical"
    assert incident["start"] == pytest.approx(1.0, abs=0.5)
    assert incident["end"] == pytest.approx(5.0, abs=0.5)
    assert "face-embedding" in run.lines[-1]["models"]


def test_the_person_of_the_reference_is_none(
    command: Command, album: Path, photograph: Picture
) -> None:
    video = film(album / "film.mp4", (3.5, photograph))
    run = command("analyze", video, "--reference", album / "dim.jpg")
    assert [line for line in run.lines if line.get("kind") == "identity_mismatch"] == []
    assert sum("distance" in line for line in run.lines) == 1


@pytest.mark.parametrize("name", ["wall.png", "gone.png", "text.jpg", "tiny.png"])
def test_a_reference_without_a_face_is_said_before_anything_is_analysed(
    command: Command, album: Path, photograph: Picture, name: str
) -> None:
    run = command("analyze", album / "collins.png", "--reference", album / name)
    assert (run.status, run.lines) == (2, [])
    assert "photograph" in run.errors
    assert name in run.errors


def test_a_reference_needs_a_picture_and_a_policy_that_asks(
    command: Command, album: Path
) -> None:
    run = command("analyze", "--audio", album / "x.wav", "--reference", album / "dim.jpg")
    assert run.status == 2
    off = album / "off.json"
    off.write_text('{"kinds": {"identity_mismatch": {"enabled": false}}}')
    run = command(
        "analyze", album / "dim.jpg", "--reference", album / "collins.png", "--policy", off
    )
    assert "the reference is not used" in run.errors
    assert not any("distance" in line for line in run.lines)
