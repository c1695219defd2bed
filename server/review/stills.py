"""The first picture of a fragment, without decoding: its init segment and its first sample.

A fragment of four seconds is mostly what changed since its first picture, which alone is a
third of it; on a slow line that is the difference between seeing and not.
"""

from __future__ import annotations

import struct

from server.review.boxes import Box, MalformedMedia, boxes

_U32 = struct.Struct(">I")
_I32 = struct.Struct(">i")

# Flags of ``tfhd`` and ``trun`` (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
_BASE_OFFSET, _DESCRIPTION, _DURATION, _SIZE = 0x1, 0x2, 0x8, 0x10
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_OFFSET = 0x100, 0x200, 0x400, 0x800
_EACH = (_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_OFFSET)


def first_picture(init: bytes, fragment: bytes) -> bytes:
    """A file with the first sample of a fragment, at time zero.

    Args:
        init: the init segment.
        fragment: ``moof`` and ``mdat`` of one track.

    Raises:
        MalformedMedia: it is not that.
    """
    moof, mdat = _named(fragment, b"moof"), _named(fragment, b"mdat")
    mfhd = _named(fragment, b"mfhd", moof)
    traf = _named(fragment, b"traf", moof)
    tfhd, trun = _named(fragment, b"tfhd", traf), _named(fragment, b"trun", traf)
    start, run, size = _first(fragment, tfhd, trun, moof, mdat)
    if size == 0 or start < mdat.start or start + size > mdat.end:
        raise MalformedMedia("the first sample lies outside of its fragment")
    kept = [fragment[box.at : box.end] for box in (mfhd, tfhd)]
    zero = _box(b"tfdt", b"\1\0\0\0" + bytes(8))

    def made(offset: int) -> bytes:
        flags = _U32.pack(_flags(fragment, trun) | _DATA_OFFSET)
        one = _box(b"trun", flags + _U32.pack(1) + _I32.pack(offset) + run)
        return _box(b"moof", kept[0] + _box(b"traf", kept[1] + zero + one))

    head = made(len(made(0)) + 8)
    return init + head + _box(b"mdat", fragment[start : start + size])


def _first(data: bytes, tfhd: Box, trun: Box, moof: Box, mdat: Box) -> tuple[int, bytes, int]:
    """Where the first sample lies, what its ``trun`` says of it, and its size."""
    if _flags(data, tfhd) & _BASE_OFFSET:
        raise MalformedMedia("a fragment counts from its own beginning (CMAF, 7.3.2.3)")
    flags, at = _flags(data, trun), trun.start + 8
    if _number(data, trun.start + 4, trun) == 0:
        raise MalformedMedia("a fragment without a sample")
    start = mdat.start
    if flags & _DATA_OFFSET:
        start, at = moof.at + _I32.unpack_from(data, at)[0], at + 4
    begin, at = at, at + (4 if flags & _FIRST_FLAGS else 0)
    size = _default_size(data, tfhd)
    for flag in _EACH:
        if flags & flag:
            size = _number(data, at, trun) if flag == _EACH_SIZE else size
            at += 4
    if at > trun.end:
        raise MalformedMedia("trun is too short")
    return start, data[begin:at], size


def _default_size(data: bytes, tfhd: Box) -> int:
    flags, at = _flags(data, tfhd), tfhd.start + 8
    at += 4 * bool(flags & _DESCRIPTION) + 4 * bool(flags & _DURATION)
    return _number(data, at, tfhd) if flags & _SIZE else 0


def _flags(data: bytes, box: Box) -> int:
    return _number(data, box.start, box)


def _number(data: bytes, at: int, box: Box) -> int:
    if at + 4 > box.end:
        raise MalformedMedia(f"the box {box.type!r} is too short")
    return _U32.unpack_from(data, at)[0]


def _named(data: bytes, kind: bytes, within: Box | None = None) -> Box:
    start, end = (0, len(data)) if within is None else (within.start, within.end)
    found = next((box for box in boxes(data, start, end) if box.type == kind), None)
    if found is None:
        raise MalformedMedia(f"a fragment without the box {kind!r}")
    return found


def _box(kind: bytes, payload: bytes) -> bytes:
    return _U32.pack(8 + len(payload)) + kind + payload
