from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from recorder.lockdown import boot
from recorder.lockdown.processes import RunningProcesses
from recorder.lockdown.vitals import read_vitals


def test_vitals_are_of_this_machine_and_program(tmp_path: Path) -> None:
    vitals = read_vitals(tmp_path)
    assert vitals.disk_free > 0
    assert vitals.memory > 1_000_000
    assert (vitals.battery is None) is (vitals.plugged_in is None)


def test_a_start_of_the_computer_has_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert boot.boot_id() == boot.boot_id()
    monkeypatch.setattr(boot, "_BOOT_ID", tmp_path / "none")
    assert boot.boot_id() == f"started-{int(psutil.boot_time())}"


def test_a_process_that_ends_while_it_is_asked_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone:
        pid = 4

        def oneshot(self) -> object:
            raise psutil.NoSuchProcess(4)

    monkeypatch.setattr(psutil, "process_iter", lambda: iter([Gone(), psutil.Process()]))
    assert [found.pid for found in RunningProcesses().processes()] == [psutil.Process().pid]
