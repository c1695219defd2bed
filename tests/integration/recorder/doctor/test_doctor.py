from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.clips import make_clip

from recorder.doctor import Asked, Check, Status, run_checks
from recorder.doctor.computer import DISK
from recorder.doctor.examination import _bounded

IDS = [
    "system", "models", "store", "disk", "camera", "microphone", "display", "windows",
    "programs", "server", "clock",
]  # fmt: skip


@pytest.fixture
def clip(tmp_path: Path) -> str:
    return f"file:{make_clip(tmp_path / 'a.mp4', seconds=1.0, shows=lambda _at: True)}"


def asked(clip: str, folder: Path, **changes: object) -> Asked:
    named = {"camera": clip, "microphone": clip, "screen": clip, "store": folder, **changes}
    return Asked(**named)  # type: ignore[arg-type]


def test_everything_is_looked_at_once_and_in_order(clip: str, tmp_path: Path) -> None:
    begun: list[str] = []
    checks = run_checks(asked(clip, tmp_path), on_begin=begun.append)
    assert [check.id for check in checks] == IDS
    assert begun == [check.title for check in checks]
    by_id = {check.id: check for check in checks}
    for name in ("camera", "microphone", "display", "store", "models", "programs"):
        assert by_id[name].status is Status.OK, by_id[name]
    assert by_id["server"].status is Status.SKIPPED
    assert "a.mp4, 160 × 120" in by_id["camera"].found


def test_each_missing_thing_is_a_finding_of_its_own(clip: str, tmp_path: Path) -> None:
    missing = f"file:{tmp_path / 'gone.mp4'}"
    checks = run_checks(
        asked(clip, tmp_path, camera=missing, microphone="nonsense", screen="none")
    )
    by_id = {check.id: check for check in checks}
    assert by_id["camera"].status is Status.FAIL
    assert "gone.mp4" in by_id["camera"].found
    assert by_id["microphone"].status is Status.FAIL
    assert "device:0" in by_id["microphone"].remedy
    assert by_id["display"].status is Status.SKIPPED


def test_a_screen_is_seen(display: str, clip: str, tmp_path: Path) -> None:
    checks = run_checks(asked(clip, tmp_path, screen="display:all"))
    by_id = {check.id: check for check in checks}
    assert by_id["display"].found == "all monitors, 640 × 480"
    assert by_id["windows"].status is Status.OK


def test_a_check_that_hangs_or_breaks_is_a_finding() -> None:
    def hangs() -> Check:
        time.sleep(5)
        raise AssertionError

    def breaks() -> Check:
        raise ZeroDivisionError("a bug")

    assert "no answer" in _bounded(DISK, hangs, 0.05).found
    with capture_logs() as logs:
        assert "a bug" in _bounded(DISK, breaks, 5).found
    assert [log["event"] for log in logs] == ["check_failed"]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "recorder.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_prints_json_alone_and_ends_with_0(clip: str, tmp_path: Path) -> None:
    sources = ["--camera", clip, "--microphone", clip, "--screen", clip]
    ended = command("--json", "--store", str(tmp_path), *sources)
    report = json.loads(ended.stdout)
    assert report["ok"] is True
    assert [check["id"] for check in report["checks"]] == IDS
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
