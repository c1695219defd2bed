"""One measured accuracy beside what it must reach, with how often and how surely."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

# Two-sided 95 %.
Z = 1.96

# Resamplings of a bootstrap; enough for two digits of an interval.
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """``reached`` is ``None`` where nothing is required; ``count`` says of how many what."""

    what: str
    measured: str
    interval: str
    count: str
    required: str = ""
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One detector's figures; ``note`` says what they were measured on and what was tried."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


def wilson(hits: int, of: int) -> Interval:
    """The interval of a share (Wilson, JASA 22, 1927); all of it where there is no trial."""
    if of == 0:
        return Interval(0.0, 1.0)
    share, weight = hits / of, Z * Z / of
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(share * (1 - share) / of + weight / (4 * of))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def bootstrap(
    values: Sequence[float], statistic: Callable[[np.ndarray], float], seed: int = 0
) -> Interval:
    """The interval of a statistic of independent values (percentile bootstrap)."""
    dice, taken = np.random.default_rng(seed), np.asarray(values, np.float64)
    drawn = [
        statistic(taken[dice.integers(0, len(taken), len(taken))]) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(low), float(high))


def share(what: str, hits: int, of: int, least: float | None = None) -> Row:
    """A share that should be at least ``least``, 0..1."""
    row = _share(what, hits, of)
    if least is None:
        return row
    return replace(row, required=f"≥ {least:g}", reached=_ratio(hits, of) >= least)


def rate(what: str, hits: int, of: int, most: float | None = None) -> Row:
    """A share that should be at most ``most``, 0..1."""
    return _at_most(_share(what, hits, of), _ratio(hits, of), most)


def mean_error(what: str, errors: Sequence[float], unit: str, most: float | None = None) -> Row:
    """The mean of absolute errors, which should be at most ``most``."""
    size = np.abs(np.asarray(errors, np.float64))
    inside = bootstrap(list(size), lambda drawn: float(drawn.mean()))
    value = float(size.mean())
    row = Row(
        what, f"{value:.2f}{unit}", f"{inside.low:.2f} … {inside.high:.2f}", f"{len(size):,}"
    )
    return _at_most(row, value, most, unit)


def per_hour(what: str, count: int, hours: float, most: float | None = None) -> Row:
    """How often something comes in an hour, which should be at most ``most``; the interval
    is Byar's approximation to the exact Poisson one (Breslow & Day, IARC 82, 1987).
    """
    low, high = _poisson(count)
    value = count / hours
    row = Row(
        what,
        f"{value:.2f}",
        f"{low / hours:.2f} … {high / hours:.2f}",
        f"{count:,} in {hours * 60:.0f} minutes",
    )
    return _at_most(row, value, most)


def _share(what: str, hits: int, of: int) -> Row:
    inside = wilson(hits, of)
    spread = f"{inside.low:.3f} … {inside.high:.3f}"
    return Row(what, f"{_ratio(hits, of):.3f}", spread, f"{hits:,} of {of:,}")


def _ratio(hits: int, of: int) -> float:
    return hits / of if of else 0.0


def _at_most(row: Row, value: float, most: float | None, unit: str = "") -> Row:
    if most is None:
        return row
    return replace(row, required=f"≤ {most:g}{unit}", reached=value <= most)


def _poisson(count: int) -> tuple[float, float]:
    above = count + 1
    high = above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3
    if count == 0:
        return 0.0, high
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3
    return low, high
