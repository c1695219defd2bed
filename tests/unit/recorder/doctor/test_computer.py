from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recorder.doctor import computer
from recorder.doctor.asked import assumed_policy
from recorder.doctor.finding import State
from recorder.lockdown.reserves import Memory, Power

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")
POLICY = assumed_policy()
HOUR = 3600.0


@pytest.mark.parametrize(
    ("platform", "python", "cpus", "state"),
    [
        ("linux", (3, 11), 2, State.OK),
        ("linux", (3, 12), None, State.OK),
        ("linux", (3, 11), 1, State.ATTENTION),
        ("win32", (3, 11), 8, State.ATTENTION),
        ("linux", (3, 13), 8, State.PROBLEM),
    ],
)
def test_system(platform: str, python: tuple[int, int], cpus: int | None, state: State) -> None:
    finding = computer.check_system(platform, "Some-1.0", python, cpus)
    assert finding.state is state
    assert "Some-1.0" in str(finding.found)
    assert bool(finding.remedy) is (state is not State.OK)


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    assert computer.check_store(tmp_path / "not" / "yet").state is State.OK
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said() -> None:
    finding = computer.check_store(Path("/proc/invigil"))
    assert finding.state is State.PROBLEM
    assert "--store" in str(finding.remedy)


def test_a_full_disk_is_called_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(computer.tempfile, "TemporaryFile", refuse)
    finding = computer.check_store(tmp_path)
    assert finding.state is State.PROBLEM
    assert str(finding.remedy).startswith("The disk is full. Delete what you do not need")


def test_the_disk_is_judged_by_the_exam_s_length_and_rates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed, least = computer.needed_bytes(POLICY), computer.least_bytes(POLICY)
    # Four hours and a quarter of 138 kbit/s alone are 310 MB.
    assert 310e6 < needed < 600e6
    assert least < needed / 5
    for free, state in (
        (needed, State.OK),
        (needed - 1, State.ATTENTION),
        (least, State.ATTENTION),
        (least - 1, State.PROBLEM),
    ):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda _path, free=free: Usage(10**12, 0, free)
        )
        finding = computer.check_disk(tmp_path / "not" / "yet", POLICY)
        assert finding.state is state, free
        assert "GB free" in str(finding.found)
        assert bool(finding.remedy) is (state is not State.OK)


@pytest.mark.parametrize(
    ("power", "state"),
    [
        (None, State.OK),
        (Power(3.0, plugged_in=True, left_s=None), State.OK),
        (Power(100.0, plugged_in=False, left_s=2 * HOUR), State.OK),
        (Power(100.0, plugged_in=False, left_s=1.2 * HOUR), State.ATTENTION),
        (Power(90.0, plugged_in=False, left_s=None), State.OK),
        (Power(50.0, plugged_in=False, left_s=None), State.ATTENTION),
    ],
)
def test_a_battery_lasts_for_the_exam_with_a_margin(power: Power | None, state: State) -> None:
    finding = computer.check_power(power, HOUR)
    assert finding.state is state
    assert bool(finding.remedy) is (state is State.ATTENTION)


def test_the_browser_takes_memory_too() -> None:
    memory = Memory(total=4_000_000_000, free=800_000_000)
    assert computer.check_memory(memory, browser=False).state is State.OK
    assert computer.check_memory(memory, browser=True).state is State.ATTENTION


@pytest.mark.parametrize(
    ("now", "offset", "state", "said"),
    [
        (NOW, None, State.OK, "not compared"),
        (NOW, (0.4, 0.5), State.OK, "the same as the server's (± 0.5 s)"),
        (NOW, (3.4, 0.5), State.OK, "3.4 s behind the server's (± 0.5 s)"),
        (NOW, (-20.0, 0.5), State.ATTENTION, "20.0 s ahead of the server's"),
        (NOW, (7200.0, 0.6), State.PROBLEM, "behind"),
        (datetime(1970, 1, 1, tzinfo=UTC), None, State.PROBLEM, "1970"),
    ],
)
def test_clock(
    now: datetime, offset: tuple[float, float] | None, state: State, said: str
) -> None:
    finding = computer.check_clock(now, offset)
    assert finding.state is state
    assert said in str(finding.found)
