"""Lengths of time as a reviewer reads them."""

from __future__ import annotations

# Below this tenths of a second matter.
TENTHS_BELOW_S = 10.0

_UNITS = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))


def spoken(seconds: float) -> str:
    """A length in the one or two units that matter: ``4.2 s``, ``3 min 5 s``, ``2 d 7 h``."""
    if seconds < TENTHS_BELOW_S:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, size, lower, step in _UNITS:
        if whole >= size:
            rest = whole % size // step
            return f"{whole // size} {unit}" + (f" {rest} {lower}" if rest else "")
    return f"{whole} s"
