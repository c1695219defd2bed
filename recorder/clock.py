"""The clock of the evidence: monotonic, and it goes on while the computer sleeps.

Frames, sound, incidents and records are all stamped with ``now_ns``, and with no other
clock: one that stops in sleep would part from the wall clock by as long as the sleep, and
two streams stamped by different ones would be torn apart. Waits and time-outs may use
``time.monotonic``.

| system | goes on in sleep (``total``) | stands still (``awake``) |
| --- | --- | --- |
| Linux | ``CLOCK_BOOTTIME`` | ``CLOCK_MONOTONIC`` |
| macOS | ``CLOCK_MONOTONIC_RAW`` (``mach_continuous_time``) | ``mach_absolute_time`` |
| Windows 10 on | ``QueryInterruptTimePrecise`` | ``QueryUnbiasedInterruptTimePrecise`` |

Sources: clock_gettime(2); Apple's clock_gettime(3) and the documentation of
``mach_continuous_time``; Microsoft's pages *Interrupt Time* and of the two functions. None
of these can be set by a user.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

NsClock = Callable[[], int]
"""Nanoseconds from an arbitrary point within one start of the computer."""

# What Windows counts interrupt time in.
_NS_PER_TICK = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clocks that part by as long as the computer sleeps.

    ``awake`` is ``None`` where the system has no such clock: then sleep cannot be told.
    """

    total: NsClock
    awake: NsClock | None


def clocks_of(platform: str, kernel: Callable[[], Any] | None = None) -> Pair:
    """The pair of a system.

    Args:
        platform: as ``sys.platform`` names it.
        kernel: gives Windows' ``kernelbase.dll``; for Windows only.
    """
    match platform:
        case "linux":
            return Pair(partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME), time.monotonic_ns)
        case "darwin":
            # Python's own monotonic clock is mach_absolute_time there.
            raw = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC_RAW)
            return Pair(raw, time.monotonic_ns)
        case "win32":
            return _windows((kernel or _kernelbase)())
        case _:
            return Pair(time.monotonic_ns, None)


def _kernelbase() -> Any:
    return ctypes.WinDLL("kernelbase")  # type: ignore[attr-defined]  # Windows only


def _windows(kernel: Any) -> Pair:
    try:
        total = kernel.QueryInterruptTimePrecise
        awake = kernel.QueryUnbiasedInterruptTimePrecise
    except AttributeError:
        # Before Windows 10. Python's monotonic clock is GetTickCount64, which counts sleep.
        return Pair(time.monotonic_ns, None)
    return Pair(partial(_interrupt_ns, total), partial(_interrupt_ns, awake))


def _interrupt_ns(query: Callable[[Any], object]) -> int:
    ticks = ctypes.c_ulonglong()
    query(ctypes.byref(ticks))
    return ticks.value * _NS_PER_TICK


THIS_COMPUTER = clocks_of(sys.platform)


def now_ns() -> int:
    """The evidence clock, nanoseconds."""
    return THIS_COMPUTER.total()


def now_s() -> float:
    """The evidence clock, seconds."""
    return THIS_COMPUTER.total() / 1e9
