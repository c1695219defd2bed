"""The bundle's container: what is written, how it is kept, and where reading it ends."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from support.sessions import WALL_ORIGIN, SessionBuilder

from shared import bundle
from shared.bundle import (
    CERTIFICATES,
    FILES,
    MANIFEST,
    BundleReader,
    Manifest,
    UnreadableBundle,
    decode_manifest,
    write_bundle,
)
from shared.encoding import sha256_hex
from shared.signed import Signed, parse_line

BUILT = SessionBuilder().honest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return BUILT.bundle(tmp_path / "b.zip")


@pytest.fixture
def reader(path: Path):
    made = BundleReader(path)
    yield made
    made.close()


def test_limits_are_those_of_the_specification() -> None:
    assert bundle.MAX_FILE_BYTES == 256 * 2**20
    assert bundle.MAX_ENTRIES == 1_000_000


def test_what_shrinks_is_deflated_and_what_is_sealed_is_not(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        methods = {entry.filename: entry.compress_type for entry in archive.infolist()}

    assert next(iter(methods)) == MANIFEST
    assert {name for name in methods if methods[name] == zipfile.ZIP_DEFLATED} == set(FILES)
    assert methods[MANIFEST] == zipfile.ZIP_STORED
    assert sum(name.startswith("blobs/") for name in methods) == len(BUILT.blobs)


def test_equal_exports_are_equal_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for file in (first, second):
        write_bundle(file, BUILT.contents(), BUILT.keys.signing, WALL_ORIGIN)

    assert first.getvalue() == second.getvalue()
    with zipfile.ZipFile(first) as archive:
        dates = {entry.date_time for entry in archive.infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_the_manifest_names_every_file_as_it_is(path: Path, reader: BundleReader) -> None:
    manifest = decode_manifest(parse_line(reader.read(MANIFEST)).payload)

    assert manifest.v == 1
    assert manifest.session == BUILT.session
    assert set(manifest.files) == set(FILES)
    for name, entry in manifest.files.items():
        assert (entry.sha256, entry.size) == (sha256_hex(reader.read(name)), reader.size(name))


def test_what_is_not_there_has_no_size_and_cannot_be_read(reader: BundleReader) -> None:
    assert reader.size("absent") is None
    with pytest.raises(UnreadableBundle) as refused:
        reader.read("absent")
    assert str(refused.value) == "absent is missing"


def test_blobs_are_named_by_their_hash(reader: BundleReader) -> None:
    assert reader.blob_names() == set(BUILT.blobs)
    assert reader.unexpected() == []
    assert not reader.duplicated


def test_what_no_bundle_has_is_listed_in_order(path: Path) -> None:
    others = ["blobs/" + "AB" * 32, "blobs/" + "ab" * 33, "z", "a/", "blobs/", "ablobs/x"]
    with zipfile.ZipFile(path, "a") as archive:
        for name in others:
            archive.writestr(name, b"x")

    made = BundleReader(path)

    assert made.unexpected() == sorted(others)
    assert made.blob_names() == set(BUILT.blobs)
    made.close()


def test_a_file_may_be_as_large_as_is_said_and_no_larger(reader, monkeypatch) -> None:
    size = reader.size("records.signed")

    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", size)
    assert len(reader.read("records.signed")) == size
    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", size - 1)
    with pytest.raises(UnreadableBundle) as refused:
        reader.read("records.signed")
    assert str(refused.value) == f"records.signed is larger than {size - 1} bytes"


def test_so_many_names_are_read_and_no_more(path: Path, monkeypatch) -> None:
    names = 1 + len(FILES) + len(BUILT.blobs)

    monkeypatch.setattr(bundle, "MAX_ENTRIES", names)
    BundleReader(path).close()
    monkeypatch.setattr(bundle, "MAX_ENTRIES", names - 1)
    with pytest.raises(UnreadableBundle) as refused:
        BundleReader(path)
    assert str(refused.value) == f"{path} names more than {names - 1} files"


def test_what_is_no_zip_says_which_file(tmp_path: Path) -> None:
    absent, text = tmp_path / "absent.zip", tmp_path / "text.zip"
    text.write_bytes(b"text")

    for path, why in (
        (absent, f"there is no file {absent}"),
        (text, f"{text} is not a zip file: File is not a zip file"),
    ):
        with pytest.raises(UnreadableBundle) as refused:
            BundleReader(path)
        assert str(refused.value) == why


def said(**changes: object) -> bytes:
    """A manifest that says something else."""
    members = {
        "v": 1,
        "session": "5e" * 16,
        "institution_key": "k",
        "exported": 0,
        "files": {"a": {"sha256": "ab" * 32, "size": 0}},
    }
    return msgspec.json.encode({**members, **changes})


def test_a_manifest_may_say_more() -> None:
    read = decode_manifest(said(more=1))

    assert read == msgspec.convert(msgspec.json.decode(said()), Manifest)


@pytest.mark.parametrize(
    "changes",
    [
        {"session": "x"},
        {"exported": -1},
        {"exported": 2**53},
        {"files": {"a": {"sha256": "x", "size": 0}}},
        {"files": {"a": {"sha256": "ab" * 32, "size": -1}}},
        {"institution_key": None},
    ],
)
def test_a_manifest_s_members_are_as_specified(changes: dict[str, object]) -> None:
    with pytest.raises(
        UnreadableBundle, match=r"^manifest\.signed is not a manifest: Expected"
    ):
        decode_manifest(said(**changes))


def test_a_manifest_of_another_version_says_so() -> None:
    with pytest.raises(UnreadableBundle) as refused:
        decode_manifest(said(v=2))
    assert str(refused.value) == "manifest.signed is not a manifest: version 2 is not 1"


def test_certificates_are_there_where_there_are_any(tmp_path: Path) -> None:
    line = Signed(b"{}", bytes(64))
    contents = replace(BUILT.contents(), certificates=[line])
    with (tmp_path / "c.zip").open("wb") as file:
        write_bundle(file, contents, BUILT.keys.signing, WALL_ORIGIN)
    made = BundleReader(tmp_path / "c.zip")
    assert made.unexpected() == []
    assert made.read(CERTIFICATES) == line.line()
    assert CERTIFICATES in decode_manifest(parse_line(made.read(MANIFEST)).payload).files
    made.close()
