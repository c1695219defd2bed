from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recorder.doctor import computer
from recorder.doctor.check import Status
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Process, Unsupported, Window

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("platform", "python", "cpus", "status"),
    [
        ("linux", (3, 11), 2, Status.OK),
        ("linux", (3, 12), None, Status.OK),
        ("linux", (3, 11), 1, Status.WARN),
        ("win32", (3, 11), 8, Status.WARN),
        ("linux", (3, 13), 8, Status.FAIL),
    ],
)
def test_system(
    platform: str, python: tuple[int, int], cpus: int | None, status: Status
) -> None:
    check = computer.check_system(platform, "Some-1.0", python, cpus)
    assert check.status is status
    assert "Some-1.0" in check.found
    assert bool(check.remedy) is (status is not Status.OK)


def test_models_that_are_whole_are_named() -> None:
    check = computer.check_models({"b": "0" * 64, "a": "1" * 64})
    assert (check.status, check.found) == (Status.OK, "a, b")


def test_a_model_that_is_missing_is_said() -> None:
    check = computer.check_models(EnvironmentFault("A model is missing.", "Install again."))
    assert (check.status, check.found, check.remedy) == (
        Status.FAIL,
        "A model is missing.",
        "Install again.",
    )


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    assert computer.check_store(tmp_path / "not" / "yet").status is Status.OK
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said() -> None:
    check = computer.check_store(Path("/proc/invigil"))
    assert check.status is Status.FAIL
    assert "--store" in check.remedy


@pytest.mark.parametrize(
    ("free", "status"),
    [(50_000_000_000, Status.OK), (1_000_000_000, Status.WARN), (1_000_000, Status.FAIL)],
)
def test_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: Status
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, free))
    check = computer.check_disk(tmp_path / "not" / "yet")
    assert check.status is status
    assert "GB free" in check.found


class Desk:
    def __init__(self, window: Window | EnvironmentFault | None) -> None:
        self.window = window
        self.closed = False

    def active_window(self) -> Window | None:
        if isinstance(self.window, EnvironmentFault):
            raise self.window
        return self.window

    def processes(self) -> list[Process]:
        if isinstance(self.window, EnvironmentFault):
            raise self.window
        return [Process(1, "init"), Process(2, "TeamViewer.exe")]

    def close(self) -> None:
        self.closed = True


CANNOT = Machine(Unsupported("not on this system"), Unsupported("not on this system"))
FAULT = EnvironmentFault("The display does not answer.", "Look.")


def test_windows() -> None:
    desk = Desk(Window("A page", "Browser", 4))
    check = computer.check_windows(Machine(desk, desk))
    assert (check.status, check.found) == (Status.OK, "A page")
    assert desk.closed
    none = Desk(None)
    assert computer.check_windows(Machine(none, none)).found == "none"


def test_what_cannot_be_told_is_a_remark_not_a_failure() -> None:
    faulty = Desk(FAULT)
    for machine in (CANNOT, Machine(faulty, faulty)):
        assert computer.check_windows(machine).status is Status.WARN
        assert computer.check_programs(machine, ()).status is Status.WARN


def test_programs() -> None:
    desk = Desk(None)
    machine = Machine(desk, desk)
    assert computer.check_programs(machine, ("zoom",)).status is Status.OK
    check = computer.check_programs(machine, ("teamviewer",))
    assert check.status is Status.WARN
    assert "TeamViewer.exe" in check.found


@pytest.mark.parametrize(
    ("now", "offset", "status"),
    [
        (NOW, None, Status.OK),
        (NOW, 0.4, Status.OK),
        (NOW, -20.0, Status.WARN),
        (NOW, 7200.0, Status.FAIL),
        (datetime(1970, 1, 1, tzinfo=UTC), None, Status.FAIL),
    ],
)
def test_clock(now: datetime, offset: float | None, status: Status) -> None:
    check = computer.check_clock(now, offset)
    assert check.status is status
    assert f"{now:%Y-%m-%d}" in check.found
