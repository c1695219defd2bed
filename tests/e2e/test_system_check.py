"""The system check against a real server: code, clock and line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NO_DEVICES = ("--camera", "none", "--microphone", "none", "--screen", "none")


def doctor(server: str, code: str, folder: Path) -> tuple[int, dict[str, dict[str, str]]]:
    command = [sys.executable, "-m", "recorder.cli", "doctor", "--json", *NO_DEVICES]
    command += ["--server", server, "--code", code, "--store", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    report = json.loads(ended.stdout)
    return ended.returncode, {check["id"]: check for check in report["checks"]}


def test_code_clock_and_line_are_looked_at(recorded, tmp_path: Path) -> None:
    demo = recorded.demo
    status, checks = doctor(demo["server"], demo["code"], tmp_path)
    assert status == 0, checks
    assert next(iter(checks)) == "code"
    assert checks["code"]["status"] == "ok"
    assert (checks["server"]["status"], checks["server"]["found"]) == ("ok", demo["server"])
    assert "the same as the server's" in checks["clock"]["found"]
    assert checks["upload"]["status"] == "ok"
    assert "Mbit/s" in checks["upload"]["found"]


def test_a_code_that_nobody_knows_is_a_problem(recorded, tmp_path: Path) -> None:
    status, checks = doctor(recorded.demo["server"], "NOSUCHCODE22", tmp_path)
    assert status == 1
    assert checks["code"]["status"] == "fail"
    assert "does not know this code" in checks["code"]["found"]
    assert checks["upload"]["status"] == "warn"
