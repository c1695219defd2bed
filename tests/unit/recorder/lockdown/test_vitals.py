from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from recorder.lockdown import processes
from recorder.lockdown.processes import RunningProcesses
from recorder.lockdown.vitals import read_vitals


def test_vitals_are_of_this_machine_and_program(tmp_path: Path) -> None:
    vitals = read_vitals(tmp_path)
    assert (vitals.disk_free or 0) > 0
    assert (vitals.memory or 0) > 1_000_000
    assert (vitals.battery is None) is (vitals.plugged_in is None)


@pytest.mark.parametrize("failing", ["sensors_battery", "Process"])
def test_what_cannot_be_read_takes_nothing_else_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail() -> None:
        raise OSError("a driver's own trouble")

    monkeypatch.setattr(psutil, failing, fail, raising=False)
    vitals = read_vitals(tmp_path)
    assert (vitals.disk_free or 0) > 0
    assert (vitals.memory is None) is (failing == "Process")
    assert read_vitals(tmp_path / "gone").disk_free is None


def test_a_process_that_ends_while_it_is_asked_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone:
        pid = 4

        def oneshot(self) -> object:
            raise psutil.NoSuchProcess(4)

    monkeypatch.setattr(psutil, "process_iter", lambda: iter([Gone(), psutil.Process()]))
    assert [found.pid for found in RunningProcesses().processes()] == [psutil.Process().pid]


@pytest.mark.parametrize("on_windows", [True, False])
def test_a_program_is_suspended_where_the_system_does_that(
    monkeypatch: pytest.MonkeyPatch, on_windows: bool
) -> None:
    stopped = psutil.Process()
    monkeypatch.setattr(stopped, "status", lambda: psutil.STATUS_STOPPED)
    monkeypatch.setattr(psutil, "process_iter", lambda: iter([stopped]))
    monkeypatch.setattr(processes, "_SYSTEM_SUSPENDS", on_windows)
    (found,) = RunningProcesses().processes()
    assert found.suspended is on_windows
