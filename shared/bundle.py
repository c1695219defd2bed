"""The bundle: one exported session in one zip, for anyone to check.

manifest.signed   the exporter's signed line: session, key, time, hashes of the files
policy.signed     the policy in force              grant.signed   the institution's grant
records.signed    every record, in order           receipts.signed  every receipt, in order
forks.signed      other records signed for a number already taken (empty where none)
decisions.json    what reviewers decided           report.json    the summary
blobs/<sha256>    the sealed pieces, exactly as the records commit to them

certificates.signed  says of pieces that were destroyed; only where some were
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.encoding import HASH_HEX, sha256_hex, to_base64
from shared.records import Count, Hash, Id, Micros
from shared.signed import Domain, Signed, public_bytes, sign
from shared.strict_json import NotStrict, check

BUNDLE_VERSION = 1
MANIFEST = "manifest.signed"
BLOBS = "blobs/"
FILES = (
    "policy.signed",
    "grant.signed",
    "records.signed",
    "receipts.signed",
    "forks.signed",
    "decisions.json",
    "report.json",
)
CERTIFICATES = "certificates.signed"

# A day's session is some 30,000 records of about a kilobyte; this is far above it.
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 1_000_000

# Zip's own time stamps carry nothing; a constant makes equal exports equal bytes.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the bundle as the manifest names it."""

    sha256: Hash
    size: Count


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the exporter signs: the session, the key, and every file but the blobs."""

    v: int = BUNDLE_VERSION
    session: Id
    institution_key: str
    exported: Micros
    files: dict[str, FileEntry]


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle. ``blobs`` yields (SHA-256 hex, sealed bytes)."""

    session: str
    policy: Signed
    grant: Signed
    records: Iterable[Signed]
    receipts: Iterable[Signed]
    forks: Iterable[Signed]
    decisions: bytes
    report: bytes
    blobs: Iterable[tuple[str, bytes]]
    certificates: Iterable[Signed] = ()


class UnreadableBundle(Exception):
    """The file cannot be read as a bundle at all; the message says why."""


def write_bundle(
    file: IO[bytes], contents: Contents, key: Ed25519PrivateKey, exported: int
) -> None:
    """Write a bundle, signed by the institution's ``key`` at ``exported`` (microseconds).

    Blobs are written one at a time, so that memory stays at one blob.
    """
    files = signed_files(contents, key, exported)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        write_entry(archive, MANIFEST, files.pop(MANIFEST))
        for name, data in files.items():
            write_entry(archive, name, data, zipfile.ZIP_DEFLATED)
        for name, data in contents.blobs:
            write_entry(archive, BLOBS + name, data)


def signed_files(contents: Contents, key: Ed25519PrivateKey, exported: int) -> dict[str, bytes]:
    """All that a bundle holds but the blobs, by name, the manifest that signs it included."""
    files = {
        "policy.signed": contents.policy.line(),
        "grant.signed": contents.grant.line(),
        "records.signed": _lines(contents.records),
        "receipts.signed": _lines(contents.receipts),
        "forks.signed": _lines(contents.forks),
        "decisions.json": contents.decisions,
        "report.json": contents.report,
    }
    if certificates := _lines(contents.certificates):
        files[CERTIFICATES] = certificates
    manifest = Manifest(
        session=contents.session,
        institution_key=to_base64(public_bytes(key)),
        exported=exported,
        files={
            name: FileEntry(sha256=sha256_hex(data), size=len(data))
            for name, data in files.items()
        },
    )
    signed = sign(key, Domain.BUNDLE, msgspec.json.encode(manifest))
    return {MANIFEST: signed.line(), **files}


def _lines(signed: Iterable[Signed]) -> bytes:
    return b"".join(one.line() for one in signed)


def write_entry(
    archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_STORED
) -> None:
    """Add an entry that says nothing but its name and its bytes."""
    entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
    entry.compress_type = method
    archive.writestr(entry, data)


class Bundle(Protocol):
    """What a verification needs to see of a bundle, wherever it lies.

    ``duplicated`` says whether a name stands in it more than once.
    """

    duplicated: bool

    def unexpected(self) -> list[str]:
        """Names that no bundle has."""
        ...

    def blob_names(self) -> set[str]:
        """The hashes under ``blobs/``."""
        ...

    def size(self, name: str) -> int | None:
        """An entry's size in bytes, or ``None`` where there is none."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            UnreadableBundle: it cannot be read; the message says why.
        """
        ...


class BundleReader:
    """Reads a bundle without ever unpacking it to disk; every read is bounded."""

    def __init__(self, path: Path) -> None:
        """Open the zip and look at its table of contents.

        Raises:
            UnreadableBundle: there is no such file, or it is not a sound zip.
        """
        try:
            self._archive = zipfile.ZipFile(path)
            entries = self._archive.infolist()
        except FileNotFoundError as error:
            raise UnreadableBundle(f"there is no file {path}") from error
        except DAMAGE as error:
            raise UnreadableBundle(f"{path} is not a zip file: {error}") from error
        if len(entries) > MAX_ENTRIES:
            raise UnreadableBundle(f"{path} names more than {MAX_ENTRIES} files")
        # The name as written: ``filename`` is what zipfile makes of it on this system.
        self._entries: Mapping[str, zipfile.ZipInfo] = {e.orig_filename: e for e in entries}
        self.duplicated = len(entries) != len(self._entries)

    def close(self) -> None:
        """Let the file go."""
        self._archive.close()

    def unexpected(self) -> list[str]:
        """Names that no bundle has: other files, folders, paths out of the bundle."""
        known = {MANIFEST, *FILES, CERTIFICATES}
        return sorted(n for n in self._entries if n not in known and not _is_blob(n))

    def blob_names(self) -> set[str]:
        """The hashes under ``blobs/``."""
        return {n.removeprefix(BLOBS) for n in self._entries if _is_blob(n)}

    def size(self, name: str) -> int | None:
        """An entry's size in bytes, or ``None`` where there is none."""
        entry = self._entries.get(name)
        return None if entry is None else entry.file_size

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            UnreadableBundle: it is missing, too large, encrypted or damaged.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise UnreadableBundle(f"{name} is missing")
        if entry.file_size > MAX_FILE_BYTES:
            raise UnreadableBundle(f"{name} is larger than {MAX_FILE_BYTES} bytes")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableBundle(f"{name} is neither stored nor deflated")
        try:
            data = self._archive.read(entry)
        except DAMAGE as error:
            raise UnreadableBundle(f"{name} is damaged: {error}") from error
        if len(data) != entry.file_size:
            raise UnreadableBundle(f"{name} is damaged: not of the size that the zip names")
        return data


# What zipfile and zlib raise over a damaged, encrypted or exotic zip or entry.
DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


def decode_manifest(data: bytes) -> Manifest:
    """Read the manifest from the bytes of its file's payload.

    Raises:
        UnreadableBundle: it is not a manifest of version 1.
    """
    try:
        check(data, BUNDLE_VERSION)
        return msgspec.json.decode(data, type=Manifest)
    except (NotStrict, msgspec.DecodeError) as error:
        raise UnreadableBundle(f"{MANIFEST} is not a manifest: {error}") from error


def _is_blob(name: str) -> bool:
    return name.startswith(BLOBS) and HASH_HEX.fullmatch(name[len(BLOBS) :]) is not None
