"""A reader of MP4 boxes for tests, written from the standard and not from our writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Boxes that hold boxes, and how many bytes come before the first of them.
CONTAINERS = {
    **dict.fromkeys(
        (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf"), 0
    ),
    b"stsd": 8,
    b"dref": 8,
    b"avc1": 78,
    b"Opus": 28,
    b"mp4a": 28,
}


class Box(NamedTuple):
    """A box: where it begins in the file, and what is in it."""

    path: str
    start: int
    payload: bytes


class Row(NamedTuple):
    """A sample as its fragment describes it."""

    duration: int
    sync: bool
    data: bytes


@dataclass(frozen=True)
class Described:
    """A fragment as its boxes describe it; times in ticks."""

    sequence: int
    begins: int
    rows: tuple[Row, ...]

    @property
    def ends(self) -> int:
        return self.begins + sum(row.duration for row in self.rows)


def every_box(data: bytes, path: str = "", base: int = 0) -> list[Box]:
    """All boxes, outer before inner; fails where sizes do not add up."""
    found = []
    at = 0
    while at < len(data):
        size, kind = number(data[at : at + 4]), data[at + 4 : at + 8]
        assert 8 <= size <= len(data) - at, f"{path}/{kind!r} at {base + at}: {size} bytes"
        own = f"{path}/{kind.decode('latin-1')}".lstrip("/")
        payload = data[at + 8 : at + size]
        found.append(Box(own, base + at, payload))
        if kind in CONTAINERS:
            skip = CONTAINERS[kind]
            found += every_box(payload[skip:], own, base + at + 8 + skip)
        at += size
    return found


def box(data: bytes, path: str) -> bytes:
    """The payload of the one box at ``path``."""
    (only,) = [found.payload for found in every_box(data) if found.path == path]
    return only


def number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def timescale(init: bytes) -> int:
    """Ticks a second of an init segment's one track (``mdhd``, version 0)."""
    return number(box(init, "moov/trak/mdia/mdhd")[12:16])


def describe(data: bytes) -> Described:
    """Read one fragment: ``moof`` and ``mdat`` and nothing else."""
    assert [found.path for found in every_box(data) if "/" not in found.path] == [
        "moof",
        "mdat",
    ]
    tfhd, tfdt = box(data, "moof/traf/tfhd"), box(data, "moof/traf/tfdt")
    assert tfdt[0] == 1
    assert number(tfhd[1:4]) & 0x020000, "offsets must count from moof"
    return Described(
        sequence=number(box(data, "moof/mfhd")[4:8]),
        begins=number(tfdt[4:12]),
        rows=_rows(data, _defaults(tfhd), box(data, "moof/traf/trun")),
    )


def _defaults(tfhd: bytes) -> dict[str, int]:
    """The fields after the track's number, each there or not by its flag."""
    flags, at, values = number(tfhd[1:4]), 8, {}
    for name, bit, size in (
        ("offset", 0x01, 8),
        ("description", 0x02, 4),
        ("duration", 0x08, 4),
        ("size", 0x10, 4),
        ("flags", 0x20, 4),
    ):
        if flags & bit:
            values[name] = number(tfhd[at : at + size])
            at += size
    assert at == len(tfhd)
    return values


def _rows(data: bytes, defaults: dict[str, int], trun: bytes) -> tuple[Row, ...]:
    flags, count = number(trun[1:4]), number(trun[4:8])
    assert flags & 0x01, "the data's offset is not given"
    offset, at = number(trun[8:12]), 12
    first_flags = None
    if flags & 0x04:
        first_flags, at = number(trun[12:16]), 16
    rows = []
    for place in range(count):
        values = dict(defaults)
        for name, bit in (("duration", 0x100), ("size", 0x200), ("flags", 0x400)):
            if flags & bit:
                values[name], at = number(trun[at : at + 4]), at + 4
        if place == 0 and first_flags is not None:
            values["flags"] = first_flags
        sample = data[offset : offset + values["size"]]
        assert len(sample) == values["size"]
        rows.append(Row(values["duration"], not values["flags"] & 0x10000, sample))
        offset += values["size"]
    assert at == len(trun)
    assert offset == len(data), "mdat holds more or less than the samples"
    return tuple(rows)
