"""Shares with their uncertainty, and how far two readers of the same thing agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The quantile of the normal distribution for 95 % on both sides.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, with the interval that holds the true share in 95 of 100 cases
    (Wilson 1927); all three are ``None`` where there is no whole.
    """

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its bounds. Wilson's keep within 0 and 1, and say something of small numbers, where
        the usual ones do not (Brown, Cai, DasGupta 2001).
        """
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two people said of the same flags: ``both`` confirmed, ``neither``, or one of the
    two; each first and second by time.
    """

    both: int = 0
    neither: int = 0
    first_only: int = 0
    second_only: int = 0

    @property
    def pairs(self) -> int:
        """Flags that two people judged."""
        return self.both + self.neither + self.first_only + self.second_only

    @property
    def share(self) -> Share:
        """How often they agreed."""
        return Share(self.both + self.neither, self.pairs)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance (Cohen 1960): 1 is always, 0 as by chance; ``None`` where
        there is nothing to compare, or chance alone explains all.
        """
        if not self.pairs:
            return None
        n = self.pairs
        first, second = self.both + self.first_only, self.both + self.second_only
        by_chance = (first * second + (n - first) * (n - second)) / (n * n)
        if by_chance >= 1:
            return None
        return ((self.both + self.neither) / n - by_chance) / (1 - by_chance)


def agreement(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    """Count pairs of (first confirmed, second confirmed)."""
    counts = {(a, b): 0 for a in (True, False) for b in (True, False)}
    for pair in pairs:
        counts[pair] += 1
    return Agreement(
        both=counts[True, True],
        neither=counts[False, False],
        first_only=counts[True, False],
        second_only=counts[False, True],
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of all lie at or below, interpolated; ``None`` for none."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])
