from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import psutil
import pytest

from recorder.lockdown import boot

SESSION = b"5E6FFEBE-1B9A-4C0D-9C53-8F8B6A0D5C11"


class C:
    """macOS' C library: one value by one name."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def sysctlbyname(self, name: bytes, into: Any, size: Any, _new: None, _size: Any) -> int:
        if name != b"kern.bootsessionuuid" or len(self.value) >= size._obj.value:
            return -1
        into.value = self.value
        return 0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When psutil says that the computer started: the wall clock less its running time."""
    started = [1_000_000.0]
    monkeypatch.setattr(psutil, "boot_time", lambda: started[0])
    return started


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> ctypes.c_uint32:
    """Windows' counter."""
    counter = ctypes.c_uint32(41)
    monkeypatch.setattr(boot, "_COUNTER_AT", ctypes.addressof(counter))
    return counter


def test_on_windows_a_clock_that_is_set_is_no_other_start(
    starts: ctypes.c_uint32, clock: list[float]
) -> None:
    before = boot.boot_id("win32")
    clock[0] -= 3600
    assert boot.boot_id("win32") == before
    starts.value += 1
    assert boot.boot_id("win32") != before


def test_on_macos_each_start_has_a_name_of_its_own(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _own: C(SESSION))
    before = boot.boot_id("darwin")
    clock[0] -= 3600
    assert boot.boot_id("darwin") == before == SESSION.decode()


def test_on_linux_the_kernel_names_it() -> None:
    assert boot.boot_id("linux") == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd14"])
def test_where_nobody_names_it_the_time_of_the_start_does(
    platform: str,
    tmp_path: Path,
    starts: ctypes.c_uint32,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts.value = 0  # before Windows 10
    monkeypatch.setattr(boot, "_BOOT_ID", tmp_path / "none")
    monkeypatch.setattr(ctypes, "CDLL", lambda _own: C(SESSION * 2))
    assert boot.boot_id(platform) == "started-1000000"
