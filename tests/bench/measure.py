"""One measured figure beside its budget, and how a process's cost is taken."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Row:
    """``within`` is ``None`` where there is no budget."""

    what: str
    measured: str
    budget: str
    within: bool | None


def at_most(what: str, value: float, budget: float, unit: str, digits: int = 1) -> Row:
    """A figure that should be at most ``budget``."""
    return Row(
        what,
        f"{value:.{digits}f} {unit}",
        f"≤ {budget:g} {unit}",
        value <= budget,
    )


def at_least(what: str, value: float, budget: float, unit: str, digits: int = 1) -> Row:
    """A figure that should be at least ``budget``."""
    return Row(
        what,
        f"{value:.{digits}f} {unit}",
        f"≥ {budget:g} {unit}",
        value >= budget,
    )


def noted(what: str, value: str) -> Row:
    """A figure without a budget of its own."""
    return Row(what, value, "", None)


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU time used so far, user and system, by processes that are still alive."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def resident(processes: list[psutil.Process]) -> int:
    """Proportional set size in bytes: shared pages are counted once."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total
