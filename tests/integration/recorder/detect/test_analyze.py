"""``invigil-recorder analyze`` on files made on the spot, good and bad."""

from __future__ import annotations

import json
import subprocess
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
from support.clips import cut_short, make_clip, turn

from recorder import cli

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Run:
    """How a run of the command ended."""

    status: int
    lines: list[dict]
    errors: str

    def of(self, kind: str, stream: str | None = None) -> list[dict]:
        found = [line for line in self.lines if line["type"] == kind]
        return [line for line in found if stream is None or line["stream"] == stream]

    @property
    def summary(self) -> dict:
        assert self.lines[-1]["type"] == "summary"
        return self.lines[-1]

    @property
    def kinds(self) -> list[str]:
        return [line["kind"] for line in self.of("incident")]


Analyze = Callable[..., Run]


@pytest.fixture
def analyze(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Analyze:
    """Run the command in this process."""

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["invigil-recorder", "analyze", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        lines = [json.loads(line) for line in said.out.splitlines()]
        return Run(int(ended.value.code or 0), lines, said.err)

    return run


def write(path: Path, pictures: list[Picture], fps: int = 10) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def filmed(pictures: list[Picture]) -> list[Picture]:
    """The pictures as a sensor gives them: never twice the same."""
    dice = np.random.default_rng(6)
    grain = (dice.integers(-4, 5, pictures[0].shape, np.int16) for _ in pictures)
    return [
        np.clip(picture + noise, 0, 255).astype(np.uint8)
        for picture, noise in zip(pictures, grain, strict=True)
    ]


@pytest.fixture
def image(tmp_path: Path, photograph: Picture) -> Path:
    path = tmp_path / "face.png"
    cv2.imwrite(str(path), cv2.cvtColor(photograph, cv2.COLOR_RGB2BGR))
    return path


def test_an_image_is_one_frame(analyze: Analyze, image: Path) -> None:
    run = analyze(image)
    (face,) = run.of("observation")
    assert run.status == 0
    assert list(face) == [
        "type",
        "stream",
        "t",
        "faces",
        "observable",
        "yaw",
        "pitch",
        "roll",
        "gaze_yaw",
        "gaze_pitch",
    ]
    assert (face["t"], face["faces"], face["observable"]) == (0, 1, True)
    assert run.summary["frames"] == 1
    assert run.summary["incomplete"] is False
    assert set(run.summary["models"]) == {"face-detector", "face-mesh"}
    assert "object_seen: no object model is installed" in run.summary["unwatched"]
    assert run.summary["cpu_seconds"] > 0
    assert run.errors == ""


def with_hole(path: Path, pictures: list[Picture], fps: int, hole_s: int) -> Path:
    """A clip in whose middle nothing was recorded for some seconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for place, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.time_base = Fraction(1, fps)
            frame.pts = place + (hole_s * fps if place >= len(pictures) // 2 else 0)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def test_a_hole_in_a_video_is_unobserved(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    clip = with_hole(tmp_path / "hole.mp4", filmed([photograph] * 40), 10, 60)
    run = analyze(clip)
    assert run.status == 0
    assert run.summary["seconds"] == pytest.approx(64, abs=2)
    assert run.summary["unobserved_seconds"] == pytest.approx(60, abs=0.5)


def test_a_video_of_few_pictures_has_no_holes(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    run = analyze(write(tmp_path / "slow.mp4", filmed([photograph] * 5), fps=1))
    assert run.summary["unobserved_seconds"] == 0


def test_a_hole_in_the_sound_is_unobserved(analyze: Analyze, tmp_path: Path) -> None:
    path = tmp_path / "hole.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        noise = np.random.default_rng(3).integers(-300, 300, (1, 1_600), np.int16)
        for place in range(40):
            frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
            frame.rate, frame.time_base = 16_000, Fraction(1, 16_000)
            frame.pts = 1_600 * place + (20 * 16_000 if place >= 20 else 0)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    run = analyze("--audio", path)
    assert run.summary["unobserved_seconds"] == pytest.approx(20, abs=0.5)


def test_what_happens_in_a_clip_becomes_incidents(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    alone = np.concatenate([photograph, np.full((512, 300, 3), 90, np.uint8)], axis=1)
    two = alone.copy()
    two[:, 512:] = photograph[:, ::-1][:, 200:500]
    nobody = np.concatenate([photograph[:, 300:]] * 4, axis=1)[:, :812]
    black = np.zeros_like(alone)
    scenes = [alone] * 20 + [two] * 30 + [alone] * 60 + [nobody] * 30 + [alone] * 10
    clip = write(tmp_path / "clip.mp4", filmed(scenes + [black] * 40))
    run = analyze(clip)
    assert run.status == 0
    assert sorted(run.kinds) == ["camera_blocked", "face_missing", "multiple_faces"]
    spans = {line["kind"]: (line["start"], line["end"]) for line in run.of("incident")}
    assert spans["multiple_faces"] == pytest.approx((2.0, 5.0), abs=0.3)
    assert spans["face_missing"] == pytest.approx((11.0, 14.0), abs=0.3)
    assert spans["camera_blocked"] == pytest.approx((15.0, 19.0), abs=0.3)
    assert run.summary["frames"] == 190
    assert run.summary["seconds"] == pytest.approx(19.0, abs=0.2)
    assert run.summary["unobserved_seconds"] == pytest.approx(4.0, abs=0.3)
    assert all(line["detail"]["reason"] for line in run.of("incident"))


def test_a_clip_on_its_side_is_turned_upright(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    clip = write(tmp_path / "clip.mp4", [np.rot90(photograph, k=1)] * 3)
    on_its_side = analyze(clip).of("observation")[0]
    turn(clip, 90)
    upright = analyze(clip).of("observation")[0]
    assert on_its_side["faces"] == 0 or abs(on_its_side["roll"]) > 60
    assert upright["faces"] == 1
    assert abs(upright["roll"]) < 10


def test_a_clips_own_sound_is_analysed(analyze: Analyze, tmp_path: Path) -> None:
    run = analyze(make_clip(tmp_path / "clip.mp4", seconds=2.0))
    heard = run.of("observation", "microphone")
    assert len(heard) == pytest.approx(62, abs=3)
    assert all(0 <= window["speech"] <= 1 for window in heard)
    assert len(run.of("observation", "camera")) == 60
    assert "voice-detector" in run.summary["models"]


def test_other_sound_replaces_the_clips_own(analyze: Analyze, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=1.0)
    sound = make_clip(tmp_path / "sound.wav", seconds=3.0, video=False)
    run = analyze(clip, "--audio", sound)
    heard = run.of("observation", "microphone")
    assert heard[-1]["t"] == pytest.approx(2.95, abs=0.1)
    assert run.summary["seconds"] == pytest.approx(3.0, abs=0.1)
    times = [line["t"] for line in run.of("observation")]
    assert max(late - early for late, early in zip(times, sorted(times), strict=True)) < 0.2


def test_sound_alone_is_enough(analyze: Analyze, tmp_path: Path) -> None:
    sound = make_clip(tmp_path / "sound.wav", seconds=1.0, video=False)
    run = analyze("--audio", sound)
    assert (run.status, run.summary["frames"]) == (0, 0)
    assert set(run.summary["models"]) == {"voice-detector", "voice-encoder"}


def test_a_policy_changes_the_rules(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    both = np.concatenate([photograph, photograph[:, ::-1]], axis=1)
    clip = write(tmp_path / "clip.mp4", [both] * 15)
    policy = tmp_path / "policy.json"
    assert analyze(clip).kinds == ["multiple_faces"]
    policy.write_text('{"kinds": {"multiple_faces": {"enabled": false}}}')
    assert analyze(clip, "--policy", policy).kinds == []


def test_lines_go_to_a_file_where_one_is_named(
    analyze: Analyze, image: Path, tmp_path: Path
) -> None:
    output = tmp_path / "found.jsonl"
    run = analyze(image, "--output", output)
    assert run.lines == []
    assert [json.loads(line)["type"] for line in output.read_text().splitlines()] == [
        "observation",
        "summary",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.mp4", None, "There is no file"),
        ("empty.mp4", b"", "is empty"),
        ("noise.mp4", bytes(range(256)) * 400, "is not a video"),
        ("text.txt", b"Dear examiner,\n" * 1000, "is not a video"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "is not a video"),
        ("head.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "is not a video"),
    ],
)
def test_what_is_no_recording_is_said_in_two_lines(
    analyze: Analyze, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    run = analyze(path)
    assert (run.status, run.lines) == (2, [])
    what, advice = run.errors.strip().splitlines()
    assert said in what
    assert name in what
    assert advice


def test_a_folder_is_no_recording(analyze: Analyze, tmp_path: Path) -> None:
    run = analyze(tmp_path)
    assert run.status == 2
    assert "is a folder" in run.errors


def test_nothing_to_analyse_is_said(analyze: Analyze) -> None:
    run = analyze()
    assert run.status == 2
    assert "nothing to analyse" in run.errors


def test_a_sound_file_is_no_video_and_a_silent_video_no_sound(
    analyze: Analyze, tmp_path: Path, image: Path
) -> None:
    sound = make_clip(tmp_path / "sound.wav", seconds=0.5, video=False)
    assert "holds no sound" in analyze("--audio", image).errors
    run = analyze(sound)
    assert (run.status, run.lines) == (2, [])
    assert "holds no picture" in run.errors


def test_a_damaged_policy_is_said(analyze: Analyze, image: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text("{")
    run = analyze(image, "--policy", policy)
    assert (run.status, run.lines) == (2, [])
    assert "is not a policy" in run.errors


@pytest.mark.parametrize("name", ["clip.mkv", "clip.mp4"])
def test_of_a_clip_that_is_cut_short_everything_readable_is_analysed(
    analyze: Analyze, tmp_path: Path, photograph: Picture, name: str
) -> None:
    clip = write(tmp_path / name, filmed([photograph] * 30))
    if name.endswith(".mp4"):
        whole = tmp_path / "plain.mp4"
        clip.rename(whole)
        _move_index_to_front(whole, clip)
    cut_short(clip, 0.6)
    run = analyze(clip)
    assert run.status == 2
    assert run.summary["incomplete"] is True
    assert 5 <= run.summary["frames"] < 29
    assert run.summary["frames"] == len(run.of("observation"))
    assert "warning" in run.errors
    assert "cut short at" in run.errors


def test_sound_that_is_cut_short_is_analysed_up_to_there(
    analyze: Analyze, tmp_path: Path
) -> None:
    sound = make_clip(tmp_path / "sound.wav", seconds=3.0, video=False)
    cut_short(sound, 0.5)
    run = analyze("--audio", sound)
    assert (run.status, run.summary["incomplete"]) == (2, True)
    assert run.summary["seconds"] == pytest.approx(1.5, abs=0.1)


def test_an_image_that_is_cut_short_is_told(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    path = tmp_path / "face.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(photograph, cv2.COLOR_RGB2BGR))
    assert analyze(path).status == 0
    cut_short(path, 0.7)
    run = analyze(path)
    assert (run.status, run.summary["incomplete"]) == (2, True)
    assert "damaged or cut short" in run.errors


def test_a_damaged_part_is_left_out_and_told(
    analyze: Analyze, tmp_path: Path, photograph: Picture
) -> None:
    clip = write(tmp_path / "clip.mkv", [photograph] * 30)
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    clip.write_bytes(data)
    run = analyze(clip)
    assert run.summary["incomplete"] is (run.status == 2)
    assert run.summary["frames"] >= 10


def test_the_output_is_never_one_of_the_inputs(analyze: Analyze, image: Path) -> None:
    before = image.read_bytes()
    run = analyze(image, "--output", image)
    assert run.status == 2
    assert "Write to another file" in run.errors
    assert image.read_bytes() == before


def test_an_output_that_cannot_be_written_is_said(
    analyze: Analyze, image: Path, tmp_path: Path
) -> None:
    run = analyze(image, "--output", tmp_path / "no" / "such" / "folder.jsonl")
    assert run.status == 2
    assert "cannot be written" in run.errors


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=20.0, sound=False)
    shown = subprocess.run(
        f"{sys.executable} -m recorder.cli analyze {clip} | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert len(shown.stdout.splitlines()) == 1
    assert shown.stderr == ""


def test_help_teaches_by_examples(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["invigil-recorder", "analyze", "--help"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert "invigil-recorder analyze --audio room.wav" in capsys.readouterr().out


def _move_index_to_front(source: Path, target: Path) -> None:
    """What ``-movflags +faststart`` does: such a file can be read up to where it is cut."""
    with (
        av.open(str(source)) as read,
        av.open(str(target), "w", options={"movflags": "faststart"}) as out,
    ):
        stream = out.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
