"""What the machine has left: battery, memory, processors."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Power:
    """``percent`` is of the battery; ``left_s`` is the system's guess, ``None`` for none."""

    percent: float
    plugged_in: bool
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of main memory; ``free`` could be had without swapping."""

    total: int
    free: int


def read_power() -> Power | None:
    """The battery; ``None`` where there is none, or the system does not tell."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None:
        return None
    left = battery.secsleft
    known = isinstance(left, int | float) and left > 0
    plugged_in = battery.power_plugged is not False
    return Power(round(battery.percent, 1), plugged_in, float(left) if known else None)


def read_memory() -> Memory:
    """The main memory."""
    memory = psutil.virtual_memory()
    return Memory(memory.total, memory.available)
