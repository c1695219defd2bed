"""Parcels: what goes in comes out; whatever was cut, changed or added is told, in words."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.parcels import (
    bent,
    entries_of,
    flipped,
    kept,
    load_of,
    packed,
    with_portion,
    zipped,
)
from support.sessions import WALL_ORIGIN, SessionBuilder

from shared.encoding import ZERO_HASH, sha256_hex
from shared.parcel import (
    MANIFEST,
    MAX_PORTION_BYTES,
    MAX_READ_BYTES,
    PARCEL_SUFFIX,
    RECEIPT_SUFFIX,
    RECEIPTS,
    RECORDS,
    DamagedPart,
    NotAParcel,
    Parcel,
    decode_manifest,
)
from shared.sealing import OVERHEAD_BYTES, OpeningKey
from shared.signed import fingerprint, parse_lines, public_bytes
from shared.wire import MAX_BLOB_BYTES, MAX_RECORDS, MAX_RECORDS_BYTES

BUILT = SessionBuilder().honest()
GOOD = packed(load_of(BUILT))
KEY = BUILT.keys.evidence


def small() -> SessionBuilder:
    """The least that is a session: its ``open`` and one piece."""
    built = SessionBuilder()
    built.open()
    built.segment(plain=b"x")
    return built


SMALL = small()
TINY = packed(load_of(SMALL))


def test_files_are_named_and_bounded_as_the_specification_says() -> None:
    assert (PARCEL_SUFFIX, RECEIPT_SUFFIX) == (".invigil", ".receipt")
    # The largest request, sealed as a piece is.
    assert MAX_PORTION_BYTES == MAX_RECORDS_BYTES + OVERHEAD_BYTES


def refused(folder: Path, data: bytes) -> str:
    """Why these bytes are no parcel."""
    with pytest.raises(NotAParcel) as caught:
        Parcel(kept(folder, data))
    return str(caught.value)


def damaged(folder: Path, data: bytes, read: Callable[[Parcel], bytes]) -> str:
    """Why a part of these bytes cannot be read."""
    with closing(Parcel(kept(folder, data))) as parcel, pytest.raises(DamagedPart) as caught:
        read(parcel)
    return str(caught.value)


def lines(parcel: Parcel, kind: str) -> bytes:
    return b"".join(parcel.portion(kind, n, KEY) for n in range(parcel.portions(kind)))


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    with closing(Parcel(kept(tmp_path, GOOD))) as parcel:
        manifest = parcel.manifest
        assert list(parse_lines(lines(parcel, RECORDS))) == BUILT.records
        assert list(parse_lines(lines(parcel, RECEIPTS))) == BUILT.receipts
        assert {name: parcel.piece(name) for name in manifest.pieces} == BUILT.blobs
    assert manifest.session == BUILT.session
    assert manifest.institution == fingerprint(public_bytes(BUILT.keys.signing))
    assert manifest.exported == WALL_ORIGIN
    assert (manifest.records, manifest.head) == (len(BUILT.records), BUILT.records[-1].hash)
    assert manifest.pieces == {name: len(data) for name, data in BUILT.blobs.items()}


def test_portions_are_what_requests_carry(tmp_path: Path) -> None:
    built = small()
    for number in range(MAX_RECORDS):
        built.incident(number)
    data = packed(load_of(built))
    with closing(Parcel(kept(tmp_path, data))) as parcel:
        assert parcel.portions(RECORDS) == 2
        assert parcel.portions(RECEIPTS) == 0
        first = list(parse_lines(parcel.portion(RECORDS, 0, KEY)))
        assert first == built.records[:MAX_RECORDS]
        assert list(parse_lines(parcel.portion(RECORDS, 1, KEY))) == built.records[MAX_RECORDS:]


def test_a_session_without_records_makes_a_parcel_too(tmp_path: Path) -> None:
    data = packed(load_of(SessionBuilder()))
    with closing(Parcel(kept(tmp_path, data))) as parcel:
        assert (parcel.manifest.records, parcel.manifest.head) == (0, ZERO_HASH)
        assert (parcel.portions(RECORDS), parcel.manifest.pieces) == (0, {})


def test_a_finder_reads_no_record_in_it() -> None:
    for told in (b"gaze_away", b"heartbeat", b"microphone", b'"wall"', b"finished"):
        assert told not in GOOD


def test_only_the_institution_opens_records(tmp_path: Path) -> None:
    another = OpeningKey(OpeningKey.generate())
    why = damaged(tmp_path, GOOD, lambda parcel: parcel.portion(RECORDS, 0, another))
    assert why.startswith("records/0 cannot be opened: sealed to key")


def test_a_portion_opens_only_in_its_place(tmp_path: Path) -> None:
    entries = entries_of(GOOD)

    def swapped(manifest: dict[str, Any]) -> None:
        own = manifest["portions"]
        own["records/0"], own["receipts/0"] = own["receipts/0"], own["records/0"]

    moved = entries_of(bent(GOOD, swapped))
    moved |= {"records/0": entries["receipts/0"], "receipts/0": entries["records/0"]}
    why = damaged(tmp_path, zipped(moved), lambda parcel: parcel.portion(RECORDS, 0, KEY))
    assert "not of this place" in why


def test_a_changed_piece_is_named(tmp_path: Path) -> None:
    name, sealed = next(iter(BUILT.blobs.items()))
    changed = zipped(entries_of(GOOD) | {f"blobs/{name}": flipped(sealed)})
    why = damaged(tmp_path, changed, lambda parcel: parcel.piece(name))
    assert f"blobs/{name} was changed" in why
    # The same without zip's own check sum being right again.
    at = GOOD.index(sealed)
    broken = GOOD[:at] + bytes([GOOD[at] ^ 1]) + GOOD[at + 1 :]
    why = damaged(tmp_path, broken, lambda parcel: parcel.piece(name))
    assert f"blobs/{name} is damaged" in why


def test_a_cut_copy_is_noticed_at_every_length(tmp_path: Path) -> None:
    for length in range(len(TINY)):
        assert "save it again" in refused(tmp_path, TINY[:length])
    assert "its end is missing" in refused(tmp_path, TINY[:-1])


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_a_flip_is_told_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    data = bytearray(TINY)
    data[at % len(data)] ^= 1 << bit
    path = kept(tmp_path_factory.getbasetemp(), bytes(data))
    try:
        with closing(Parcel(path)) as parcel:
            found = lines(parcel, RECORDS)
            blobs = {name: parcel.piece(name) for name in parcel.manifest.pieces}
            session, head = parcel.manifest.session, parcel.manifest.head
    except (NotAParcel, DamagedPart):
        return
    assert list(parse_lines(found)) == SMALL.records
    assert (blobs, session, head) == (SMALL.blobs, SMALL.session, SMALL.records[-1].hash)


def test_what_is_no_parcel_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in str(_error(tmp_path / "none"))
    assert "cannot be read" in str(_error(tmp_path))
    assert "no file that Invigil saved" in refused(tmp_path, b"")
    assert "no file that Invigil saved" in refused(tmp_path, b"GIF89a")
    assert "a zip, but no file that Invigil" in refused(tmp_path, zipped({"a.txt": b"a"}))
    assert "a zip, but" in refused(tmp_path, BUILT.bundle(tmp_path / "b").read_bytes())


def _error(path: Path) -> NotAParcel:
    with pytest.raises(NotAParcel) as caught:
        Parcel(path)
    return caught.value


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "blobs/", "a\\b", "x"])
def test_nothing_else_may_be_in_it(tmp_path: Path, name: str) -> None:
    why = refused(tmp_path, zipped(entries_of(GOOD) | {name: b"x"}))
    assert "is in it, and no part of it" in why


def test_everything_named_must_be_in_it_once(tmp_path: Path) -> None:
    entries = entries_of(GOOD)
    blob = next(name for name in entries if name.startswith("blobs/"))
    left = {name: data for name, data in entries.items() if name != blob}
    assert f"{blob} is missing from it" in refused(tmp_path, zipped(left))
    longer = zipped(entries | {blob: entries[blob] + b"x"})
    assert f"{blob} is not as long as" in refused(tmp_path, longer)
    path = kept(tmp_path, GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(blob, entries[blob])
    with pytest.raises(NotAParcel, match="two files of one name"):
        Parcel(path)


def test_nothing_may_be_compressed(tmp_path: Path) -> None:
    entries = entries_of(GOOD)
    manifest = {MANIFEST: entries.pop(MANIFEST)}
    deflated = zipped(entries, zipfile.ZIP_DEFLATED)
    path = kept(tmp_path, deflated)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, manifest[MANIFEST])
    with pytest.raises(NotAParcel, match="is compressed, which Invigil never does"):
        Parcel(path)
    bomb = zipped({MANIFEST: b" " * 1_000_000}, zipfile.ZIP_DEFLATED)
    assert "is none that Invigil writes" in refused(tmp_path, bomb)


def test_entries_may_not_lie_over_each_other(tmp_path: Path) -> None:
    """Many names for the same bytes would be more to read than the file has."""
    pieces = [(f"{n:064x}", b"x" * 9) for n in range(9)]
    data = bytearray(packed(load_of(small(), pieces=pieces)))
    at = data.index(CENTRAL)
    while data[at : at + 4] == CENTRAL:
        if data[at + 46 : at + 52] == b"blobs/":
            struct.pack_into("<LL", data, at + 20, 5_000_000, 5_000_000)
        at += 46 + struct.unpack_from("<H", data, at + 28)[0]
    assert "names more than it holds" in refused(tmp_path, _claiming(bytes(data)))


CENTRAL = b"PK\x01\x02"


def _claiming(data: bytes) -> bytes:
    """The zip, whose last entry is the manifest, saying 5,000,000 bytes for each piece of 9."""
    claimed = data.replace(b'":9', b'":5000000')
    by = len(claimed) - len(data)
    fixed = bytearray(claimed)
    local, central = fixed.rindex(b"PK\x03\x04"), fixed.rindex(CENTRAL)
    size = struct.unpack_from("<L", fixed, local + 22)[0] + by
    check = zlib.crc32(fixed[local + 30 + len(MANIFEST) :][:size])
    struct.pack_into("<LLL", fixed, local + 14, check, size, size)
    struct.pack_into("<LLL", fixed, central + 16, check, size, size)
    end = fixed.rindex(b"PK\x05\x06")
    offset = struct.unpack_from("<L", fixed, end + 16)[0]
    struct.pack_into("<L", fixed, end + 16, offset + by)
    return bytes(fixed)


def test_a_table_of_contents_larger_than_any_is_not_read(tmp_path: Path) -> None:
    """What the zip's end says of its table is believed by nobody."""
    path = tmp_path / "huge"
    size = 20_000_000
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(size)
        file.seek(size)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 0, 0))
    with pytest.raises(NotAParcel, match="its end is missing or damaged") as caught:
        Parcel(path)
    assert str(caught.value.__cause__) == "a part is too large"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"v": 2}, "version 2 is not 1"),
        ({"session": "x"}, "cannot be read"),
        ({"token": "x"}, "unknown field"),
        ({"portions": {"records/00": 1}}, "no portion of a parcel"),
        ({"portions": {"records/1000000": 1}}, "no portion of a parcel"),
        ({"portions": {"notes/0": 1}}, "no portion of a parcel"),
        ({"portions": {"records/0": MAX_PORTION_BYTES + 1}}, "no portion of a parcel"),
        ({"portions": {"records/1": 1}}, "records are not numbered"),
        ({"portions": {"records/0": 1, "receipts/1": 1}}, "receipts are not numbered"),
        ({"pieces": {"a" * 64: MAX_BLOB_BYTES + 1}}, "larger than any piece"),
        ({"pieces": {"../x": 1}}, "cannot be read"),
        ({"records": -1}, "cannot be read"),
    ],
)
def test_a_manifest_that_is_none_is_told(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    def apply(manifest: dict[str, Any]) -> None:
        manifest |= change
        for name, size in manifest["portions"].items():
            if isinstance(size, int):
                manifest["portions"][name] = {"sha256": ZERO_HASH, "size": size}

    assert why in refused(tmp_path, bent(GOOD, apply))


@pytest.mark.parametrize("manifest", [b"", b"[]", b"\xff", b"[" * 10_000, b'{"v":1,"v":1}'])
def test_a_manifest_that_is_not_json_is_told(tmp_path: Path, manifest: bytes) -> None:
    why = refused(tmp_path, zipped(entries_of(GOOD) | {MANIFEST: manifest}))
    assert "manifest.json cannot be read" in why


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    at = GOOD.rindex(b'"session"')
    assert "is damaged" in refused(tmp_path, GOOD[:at] + b"X" + GOOD[at + 1 :])


def test_a_portion_of_other_lines_is_read_as_it_is(tmp_path: Path) -> None:
    """What records say is not judged here."""
    data = with_portion(GOOD, RECORDS, 0, b"not a line", BUILT.keys.sealing)
    with closing(Parcel(kept(tmp_path, data))) as parcel:
        assert parcel.portion(RECORDS, 0, KEY) == b"not a line"
        assert parcel.manifest.portions["records/0"].sha256 == sha256_hex(
            entries_of(data)["records/0"]
        )


AGAIN = "save it again on the candidate's computer and copy it again"


def test_what_is_told_says_what_to_do(tmp_path: Path) -> None:
    name = "x" * 100

    assert refused(tmp_path, TINY[:-1]) == f"its end is missing or damaged; {AGAIN}"
    assert refused(tmp_path, b"GIF89a") == f"no file that Invigil saved; {AGAIN}"
    other = "a zip, but no file that Invigil saved; choose another one"
    assert refused(tmp_path, zipped({"a.txt": b"a"})) == other
    extra = refused(tmp_path, zipped(entries_of(GOOD) | {name: b"x"}))
    assert extra == f"'{name[:80]}' is in it, and no part of it; {AGAIN}"

    def portion(manifest: dict[str, Any]) -> None:
        manifest["portions"] = {name: {"sha256": ZERO_HASH, "size": 1}}

    unknown = refused(tmp_path, bent(GOOD, portion))
    assert unknown == f"'{name[:80]}' is no portion of a parcel; {AGAIN}"


def test_parts_may_be_as_large_as_is_said() -> None:
    """A manifest that names them so; whether they are there is another question."""
    largest = {
        "portions": {"records/0": {"sha256": ZERO_HASH, "size": MAX_PORTION_BYTES}},
        "pieces": {"ab" * 32: MAX_BLOB_BYTES},
    }
    manifest = json.loads(entries_of(GOOD)[MANIFEST]) | largest

    assert decode_manifest(json.dumps(manifest).encode()).pieces == largest["pieces"]


def test_a_manifest_may_be_as_large_as_anything(tmp_path: Path) -> None:
    entries = entries_of(TINY)
    largest = entries[MANIFEST].ljust(MAX_READ_BYTES)
    with closing(Parcel(kept(tmp_path, zipped(entries | {MANIFEST: largest})))) as parcel:
        assert parcel.manifest.session == SMALL.session

    why = refused(tmp_path, zipped(entries | {MANIFEST: largest + b" "}))
    assert why == f"its manifest.json is none that Invigil writes; {AGAIN}"


def test_only_the_last_record_is_the_head(tmp_path: Path) -> None:
    """Written here and now: two portions of records, one of receipts, each its own."""
    built = SessionBuilder()
    built.open()
    for number in range(MAX_RECORDS + 2):
        built.incident(number)
    built.receipt()
    built.receipt()
    with closing(Parcel(kept(tmp_path, packed(load_of(built))))) as parcel:
        assert parcel.manifest.head == built.records[-1].hash
        assert parcel.manifest.records == len(built.records)
        assert set(parcel.manifest.portions) == {"records/0", "records/1", "receipts/0"}
        assert list(parse_lines(lines(parcel, RECEIPTS))) == built.receipts
