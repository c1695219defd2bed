"""Numbers of things in words."""

from __future__ import annotations


def count(number: int, noun: str, plural: str = "") -> str:
    """A number of things: ``1 flag``, ``1,200 flags``, and ``2 entries`` where that is said."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
