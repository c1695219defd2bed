"""Whole numbers as addresses and forms bring them."""

from __future__ import annotations


def whole(text: str, most: int) -> int | None:
    """The number from 0 to ``most`` that ``text`` is; ``None`` for anything else.

    Only the digits 0 to 9 count, and no more of them than ``most`` has: Python refuses, with an
    exception, to read a number of thousands.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None
