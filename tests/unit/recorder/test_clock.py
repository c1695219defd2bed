"""The evidence clock of each system: it goes on in sleep, and its twin does not."""

from __future__ import annotations

import ctypes
import sys
import time
from types import SimpleNamespace

import pytest

from recorder import clock
from recorder.clock import Pair, clocks_of, now_ns, now_s


def test_linux_counts_sleep_by_the_boot_clock() -> None:
    pair = clocks_of("linux")
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert before <= pair.total() <= time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert pair.awake is time.monotonic_ns


def test_macos_counts_sleep_by_its_raw_clock() -> None:
    pair = clocks_of("darwin")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    assert before <= pair.total() <= time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    assert pair.awake is time.monotonic_ns


def writes(ticks: int):
    def query(pointer: object) -> None:
        pointer._obj.value = ticks  # type: ignore[attr-defined]

    return query


def test_windows_counts_interrupts_in_hundreds_of_nanoseconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = SimpleNamespace(
        QueryInterruptTimePrecise=writes(2**40 + 7),
        QueryUnbiasedInterruptTimePrecise=writes(2**40),
    )
    pair = clocks_of("win32", lambda: kernel)
    assert pair.awake is not None
    assert (pair.total(), pair.awake()) == ((2**40 + 7) * 100, 2**40 * 100)

    asked: list[str] = []
    library = lambda name: asked.append(name) or kernel  # noqa: E731
    monkeypatch.setattr(ctypes, "WinDLL", library, raising=False)
    assert clocks_of("win32").total() == (2**40 + 7) * 100
    assert asked == ["kernelbase"]


def test_a_windows_without_them_and_other_systems_cannot_tell_sleep() -> None:
    assert clocks_of("win32", SimpleNamespace) == Pair(time.monotonic_ns, None)
    assert clocks_of("freebsd14") == Pair(time.monotonic_ns, None)


def test_now_is_the_clock_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clocks_of(sys.platform).total() <= now_ns() <= clocks_of(sys.platform).total()
    monkeypatch.setattr(clock, "THIS_COMPUTER", Pair(lambda: 2_500_000_000, None))
    assert (now_ns(), now_s()) == (2_500_000_000, 2.5)
