"""The few ISO base media boxes that playback has to look into (ISO/IEC 14496-12).

A fragment says its time from its own epoch's zero (``tfdt``); a viewer gets it on session
time instead. Only the copy on its way to the viewer is changed, never the evidence.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from server.review.durations import MICROS

_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
HEADER_BYTES = 8

# What a player needs of a fragment; indexes (``sidx``) would be wrong once joined.
_KEPT = frozenset({b"moof", b"mdat"})


class MalformedMedia(ValueError):
    """The bytes are not the CMAF piece that the record says; the message says why."""


class Box(NamedTuple):
    """A box's type and where its payload lies: ``data[start:end]``; ``at`` its header."""

    type: bytes
    at: int
    start: int
    end: int


def boxes(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes of ``data[start:end]``, not what is inside them.

    Raises:
        MalformedMedia: a size that does not fit.
    """
    end = len(data) if end is None else end
    while start < end:
        if end - start < HEADER_BYTES:
            raise MalformedMedia("cut short within a box's header")
        (size,) = _U32.unpack_from(data, start)
        kind, header = bytes(data[start + 4 : start + 8]), HEADER_BYTES
        if size == 1:
            if end - start < HEADER_BYTES + 8:
                raise MalformedMedia("cut short within a box's header")
            (size,), header = _U64.unpack_from(data, start + 8), 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            raise MalformedMedia(f"the box {kind!r} does not fit")
        yield Box(kind, start, start + header, start + size)
        start += size


def _inside(data: bytes | bytearray, box: Box, path: tuple[bytes, ...]) -> Iterator[Box]:
    """Every box at ``path`` below ``box``."""
    for child in boxes(data, box.start, box.end):
        if child.type == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from _inside(data, child, path[1:])


def timescale(init: bytes) -> int:
    """The ticks a second of an init segment's one track.

    Raises:
        MalformedMedia: not an init segment of one track.
    """
    found: list[int] = []
    for moov in (box for box in boxes(init) if box.type == b"moov"):
        for mdhd in _inside(init, moov, (b"trak", b"mdia", b"mdhd")):
            # version 1 has 64-bit times before the timescale, version 0 has 32-bit ones
            at = mdhd.start + (20 if init[mdhd.start : mdhd.start + 1] == b"\1" else 12)
            if at + 4 > mdhd.end:
                raise MalformedMedia("mdhd is too short")
            found.append(_U32.unpack_from(init, at)[0])
    if len(found) != 1 or found[0] == 0:
        raise MalformedMedia(f"an init segment has one track with a timescale, not {found}")
    return found[0]


def retimed(fragment: bytes, offset: int, ticks: int) -> bytes:
    """A copy of a fragment that plays ``offset`` microseconds later (or earlier, not before
    zero), with ``ticks`` a second; only what a player needs is kept.

    Raises:
        MalformedMedia: not a fragment, or a time that its 32 bits cannot say.
    """
    data = bytearray(fragment)
    kept = [box for box in boxes(data) if box.type in _KEPT]
    times = [
        tfdt
        for moof in kept
        if moof.type == b"moof"
        for tfdt in _inside(data, moof, (b"traf", b"tfdt"))
    ]
    if not times:
        raise MalformedMedia("a fragment without a time (tfdt)")
    for tfdt in times:
        _shift(data, tfdt, round(offset * ticks / MICROS))
    return b"".join(bytes(data[box.at : box.end]) for box in kept)


def _shift(data: bytearray, tfdt: Box, by: int) -> None:
    wide = data[tfdt.start : tfdt.start + 1] == b"\1"
    number, at = (_U64 if wide else _U32), tfdt.start + 4
    if at + number.size > tfdt.end:
        raise MalformedMedia("tfdt is too short")
    try:
        number.pack_into(data, at, max(0, number.unpack_from(data, at)[0] + by))
    except struct.error as error:
        raise MalformedMedia("a time beyond the 32 bits that the fragment has") from error
