"""How the machine is: power, the room on the disk, and how busy its processors are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import structlog

_log = structlog.get_logger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Vitals:
    """``battery`` is percent, ``None`` where there is none; ``disk_free`` is bytes. What could
    not be read is ``None``."""

    battery: float | None
    plugged_in: bool | None
    disk_free: int | None
    memory: int | None


def read_vitals(folder: Path) -> Vitals:
    """Look at the machine; ``disk_free`` is of the disk that holds ``folder``.

    ``memory`` is this program's resident set with its children's, in bytes.
    """
    battery = _told("battery", _battery)
    return Vitals(
        battery=None if battery is None else round(battery.percent, 1),
        plugged_in=None if battery is None else battery.power_plugged,
        disk_free=_told("disk", lambda: shutil.disk_usage(folder).free),
        memory=_told("memory", _memory),
    )


def _told(what: str, read: Callable[[], _T]) -> _T | None:
    """One of them; drivers and file systems fail in ways of their own, each alone."""
    try:
        return read()
    except Exception as problem:  # noqa: BLE001  (no heartbeat is missed for it)
        _log.info("vitals_not_read", what=what, why=repr(problem))
        return None


def processors_in_use() -> float:
    """The share of all processors that was in use since the last call, 0..1; 0 at first."""
    return psutil.cpu_percent(interval=None) / 100


def _battery() -> Any:
    return psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None


def _memory() -> int:
    own = psutil.Process()
    total = own.memory_info().rss
    for child in own.children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.Error:  # it ended between the listing and the look
            continue
    return total
