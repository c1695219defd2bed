"""Which part of an answer is asked for (RFC 9110, 14): one range of bytes, or all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Longer numbers are beyond any file.
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes from ``first`` to ``last``, both included, of ``size``."""

    first: int
    last: int
    size: int

    @property
    def header(self) -> str:
        """As ``Content-Range`` says it."""
        return f"bytes {self.first}-{self.last}/{self.size}"

    def of(self, data: bytes) -> bytes:
        """These bytes of all."""
        return data[self.first : self.last + 1]


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """There is nothing where the range is."""

    size: int

    @property
    def header(self) -> str:
        """As ``Content-Range`` says it."""
        return f"bytes */{self.size}"


def asked(header: str | None, size: int) -> Range | Unsatisfiable | None:
    """What a ``Range`` header asks of ``size`` bytes; ``None`` for all of them.

    Several ranges, other units and what is not understood are left alone, as a server may.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        wanted = min(int(last), size)
        return Range(size - wanted, size - 1, size) if wanted else Unsatisfiable(size)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    return Range(int(first), end, size) if int(first) < size else Unsatisfiable(size)
