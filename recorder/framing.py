"""Messages over a pipe: each is its length (4 bytes, big-endian) and its bytes."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LENGTH = struct.Struct(">I")


def write_frame(pipe: BinaryIO, data: bytes) -> None:
    """Write one message and push it out."""
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def read_frame(pipe: BinaryIO, longest: int) -> bytes | None:
    """The next message; ``None`` when the other end has closed the pipe or gone, or talks
    nonsense: a message above ``longest`` bytes."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > longest:
        return None
    data = pipe.read(length)
    return data if len(data) == length else None
