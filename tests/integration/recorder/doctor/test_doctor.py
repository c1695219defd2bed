from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.clips import make_clip

from recorder.doctor.asked import Asked
from recorder.doctor.computer import DISK
from recorder.doctor.examination import Examination, Item, bounded, check
from recorder.doctor.finding import Finding, State

IDS = [
    "system", "permissions", "instance", "lockdown", "store", "disk", "power", "memory",
    "models", "institution_models", "policy", "camera", "microphone", "display", "monitors",
    "device_users", "windows", "programs", "screen_reader", "detectors", "face", "server",
    "clock", "upload",
]  # fmt: skip


@pytest.fixture
def clip(tmp_path: Path) -> str:
    return f"file:{make_clip(tmp_path / 'a.mp4', seconds=1.0, shows=lambda _at: True)}"


def asked(clip: str, folder: Path, **changes: object) -> Asked:
    named = {"camera": clip, "microphone": clip, "screen": clip, "store": folder, **changes}
    return Asked(**named)  # type: ignore[arg-type]


def test_everything_is_looked_at_once_and_in_order(clip: str, tmp_path: Path) -> None:
    begun: list[str] = []
    found = list(check(asked(clip, tmp_path), on_begin=lambda topic: begun.append(topic.id)))
    assert [one.id for one in found] == IDS == begun
    by_id = {one.id: one for one in found}
    for name in ("display", "store", "disk", "models", "programs", "detectors", "lockdown"):
        assert by_id[name].state in (State.OK, State.ATTENTION), by_id[name]
    assert by_id["server"].state is State.SKIPPED
    assert by_id["upload"].state is State.SKIPPED
    assert "Started" in str(by_id["detectors"].found)
    # A white picture with a grey corner: bright, and nobody in it.
    assert by_id["camera"].state is State.OK
    assert "a.mp4, 160 × 120" in str(by_id["camera"].found)
    assert by_id["face"].state is State.ATTENTION


def test_each_missing_thing_is_a_finding_of_its_own(clip: str, tmp_path: Path) -> None:
    missing = f"file:{tmp_path / 'gone.mp4'}"
    examination = Examination(
        asked(clip, tmp_path, camera=missing, microphone="nonsense", screen="none")
    )
    camera, microphone = examination.look("camera"), examination.look("microphone")
    assert camera.state is State.PROBLEM
    assert "gone.mp4" in str(camera.found)
    assert microphone.state is State.PROBLEM
    assert "device:0" in str(microphone.remedy)
    assert examination.look("display").state is State.SKIPPED
    assert examination.look("detectors").state is State.SKIPPED


def test_a_screen_is_seen(display: str, clip: str, tmp_path: Path) -> None:
    examination = Examination(asked(clip, tmp_path, screen="display:all"))
    assert str(examination.look("display").found) == "all monitors, 640 × 480"
    assert examination.look("windows").state is State.OK


def test_a_check_that_hangs_or_breaks_is_a_finding() -> None:
    def hangs() -> Finding:
        time.sleep(5)
        raise AssertionError

    def breaks() -> Finding:
        raise ZeroDivisionError("a bug")

    late = bounded(Item(DISK, hangs), 0.05)
    assert (late.state, "No answer" in str(late.found)) == (State.PROBLEM, True)
    known = DISK.skipped(late.found)
    assert bounded(Item(DISK, hangs, known), 0.05) is known
    with capture_logs() as logs:
        assert "a bug" in str(bounded(Item(DISK, breaks), 5).found)
    assert [log["event"] for log in logs] == ["check_failed"]


def test_the_window_s_check_leaves_devices_to_the_window(clip: str, tmp_path: Path) -> None:
    examination = Examination(asked(clip, tmp_path, server="https://x"), live=True)
    ids = [topic.id for topic in examination.items]
    assert set(IDS) - set(ids) == {"camera", "microphone", "display"}
    assert "upload" not in [one.id for one in Examination(Asked(), live=True).items]
    assert "not open" in str(examination.look("detectors").found)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "recorder.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_prints_json_alone_and_ends_with_0(clip: str, tmp_path: Path) -> None:
    sources = ["--camera", "none", "--microphone", clip, "--screen", clip]
    ended = command("--json", "--store", str(tmp_path), *sources)
    report = json.loads(ended.stdout)
    assert report["ok"] is True
    assert [one["id"] for one in report["checks"]] == IDS
    assert {one["status"] for one in report["checks"]} <= {"ok", "warn", "skipped"}
    assert ended.returncode == 0, ended.stderr


def test_the_command_ends_with_1_and_says_what_to_do(tmp_path: Path) -> None:
    ended = command(
        "--camera", f"file:{tmp_path / 'gone.mp4'}", "--microphone", "none",
        "--screen", "none", "--store", str(tmp_path), "--server", "http://127.0.0.1:9",
    )  # fmt: skip
    assert ended.returncode == 1
    assert "fails" in ended.stdout
    assert "Check the path." in ended.stdout
    assert "cannot be recorded yet: Camera, Server." in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_code_without_its_server_is_said(tmp_path: Path) -> None:
    ended = command("--code", "ABCDEFGH", "--store", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--server" in ended.stderr
