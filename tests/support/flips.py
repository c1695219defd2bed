"""Flipped bits and cuts, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator


def flipped(data: bytes, bit: int) -> bytes:
    """``data`` with one bit, counted from the first byte's lowest, the other way round."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def some_bits(data: bytes, many: int, dice: random.Random) -> Iterable[int]:
    """``many`` different bits of ``data``, or every one where there are no more."""
    bits = 8 * len(data)
    return range(bits) if many >= bits else dice.sample(range(bits), many)


def some_lengths(data: bytes, many: int, dice: random.Random) -> Iterator[int]:
    """``many`` lengths to cut ``data`` to, from 0 to all but the last byte, longest first."""
    lengths = range(len(data))
    chosen = lengths if many >= len(data) else sorted(dice.sample(lengths, many))
    return reversed(chosen)
