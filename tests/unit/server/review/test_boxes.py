"""Moving a fragment's time, and refusing what is no fragment."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.boxes import MalformedMedia, boxes, retimed, timescale


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def init_segment(ticks: int, version: int = 0, tracks: int = 1) -> bytes:
    times = bytes(16 if version else 8)
    tail = struct.pack(">I", ticks) + bytes(8)
    mdhd = box(b"mdhd", bytes([version, 0, 0, 0]), times, tail)
    trak = box(b"trak", box(b"tkhd", bytes(8)), box(b"mdia", mdhd))
    return box(b"ftyp", b"cmfc") + box(b"moov", box(b"mvhd", bytes(8)), *[trak] * tracks)


def fragment(time: int, version: int = 1) -> bytes:
    tfdt = bytes([version, 0, 0, 0]) + struct.pack(">Q" if version else ">I", time)
    moof = box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfdt", tfdt)))
    return box(b"styp", b"msdh") + box(b"sidx", bytes(20)) + moof + box(b"mdat", b"picture")


def time_of(data: bytes) -> int:
    at = data.index(b"tfdt") + 4
    return int.from_bytes(data[at + 4 : at + (12 if data[at] == 1 else 8)], "big")


@pytest.mark.parametrize("version", [0, 1])
def test_the_timescale_is_the_tracks(version: int) -> None:
    assert timescale(init_segment(48_000, version)) == 48_000


@given(st.integers(0, 2**40), st.integers(-(10**12), 10**12), st.sampled_from([1000, 90_000]))
def test_time_moves_by_the_offset_and_not_before_zero(time: int, by: int, ticks: int) -> None:
    moved = retimed(fragment(time), by, ticks)
    assert time_of(moved) == max(0, time + round(by * ticks / 1_000_000))


def test_only_what_a_player_needs_is_kept_and_it_is_kept_whole() -> None:
    data = retimed(fragment(7), 0, 1000)
    assert [one.type for one in boxes(data)] == [b"moof", b"mdat"]
    assert data == fragment(7)[-len(data) :]


def test_a_short_time_stays_short_or_is_refused() -> None:
    assert time_of(retimed(fragment(10, version=0), 1_000_000, 1000)) == 1010
    with pytest.raises(MalformedMedia, match="32 bits"):
        retimed(fragment(2**32 - 1, version=0), 1_000_000, 1000)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "without a time"),
        (b"\0\0\0", "cut short"),
        (b"\0\0\0\x20mdatxx", "does not fit"),
        (b"\0\0\0\4mdat", "does not fit"),
        (b"\0\0\0\1mdat", "cut short"),
        (box(b"mdat", b"x"), "without a time"),
        (box(b"moof", box(b"traf", box(b"tfdt", b"\1\0\0\0"))), "too short"),
    ],
)
def test_what_is_no_fragment_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedMedia, match=why):
        retimed(data, 0, 1000)


@pytest.mark.parametrize(
    "data", [b"", init_segment(0), init_segment(1000, tracks=2), box(b"moov"), fragment(1)]
)
def test_what_is_no_init_segment_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMedia):
        timescale(data)


def test_an_mdhd_cut_short_is_refused() -> None:
    data = box(b"moov", box(b"trak", box(b"mdia", box(b"mdhd", bytes(4)))))
    with pytest.raises(MalformedMedia, match="too short"):
        timescale(data)


def test_large_and_last_boxes_are_read() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    last = struct.pack(">I4s", 0, b"free") + b"to the end"
    found = [(b.type, (large + last)[b.start : b.end]) for b in boxes(large + last)]
    assert found == [(b"mdat", b"abcd"), (b"free", b"to the end")]


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_be_refused(data: bytes) -> None:
    for read in (lambda: timescale(data), lambda: retimed(data, 5, 1000)):
        with contextlib.suppress(MalformedMedia):
            read()
