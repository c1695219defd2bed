"""The parcel: what a recording has to deliver, as one file, where there is no network.

manifest.json     session, institution, the chain's head; what else there is, by hash and size
records/<n>       every record from the first on, as the requests that would carry them
receipts/<n>      every receipt that the recorder holds, in like portions
blobs/<sha256>    the sealed pieces that no receipt lists yet

Records prove themselves, so a parcel needs no signature; the manifest's hashes are there so
that a copy that was cut or damaged on the way is noticed. A stick can be lost: ``records/``
and ``receipts/`` are sealed to the institution's evidence key as the pieces are. Whoever finds
one reads the session's id, the institution's fingerprint, when it was saved, and how many
records and pieces of which sizes there are; no token and no private key is in it.

Nothing is compressed: sealed bytes do not shrink, and so no entry can grow.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from shared.bundle import BLOBS, DAMAGE, FileEntry, write_entry
from shared.encoding import ZERO_HASH, sha256_hex
from shared.records import Count, Hash, Id, Micros
from shared.sealing import OVERHEAD_BYTES, OpeningKey, Place, SealError, SealingKey
from shared.signed import Signed, fingerprint
from shared.strict_json import NotStrict, check
from shared.wire import MAX_BLOB_BYTES, MAX_RECORDS_BYTES, batches

PARCEL_VERSION = 1

# How the files are called: <session>.invigil on the way there, <session>.receipt back.
PARCEL_SUFFIX = ".invigil"
RECEIPT_SUFFIX = ".receipt"

MANIFEST = "manifest.json"
RECORDS = "records"
RECEIPTS = "receipts"

# A piece is the largest thing that is read at once; neither may the zip's table of contents
# or the manifest be larger. It names 140,000 pieces then, which two days of exam would make.
MAX_READ_BYTES = MAX_BLOB_BYTES
MAX_PORTION_BYTES = MAX_RECORDS_BYTES + OVERHEAD_BYTES

_PORTION = re.compile(rf"(?:{RECORDS}|{RECEIPTS})/(?:0|[1-9][0-9]{{0,5}})")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a parcel says of itself, for anyone to read.

    ``institution`` is the fingerprint of the institution's signing key, ``exported`` the
    recorder's clock; ``records`` counts the chain and ``head`` is its last record's hash.
    ``portions`` names the sealed files, ``pieces`` the blobs: hash to size in bytes.
    """

    v: int = PARCEL_VERSION
    session: Id
    institution: Hash
    exported: Micros
    records: Count
    head: Hash
    portions: dict[str, FileEntry]
    pieces: dict[Hash, Count]


@dataclass(frozen=True, slots=True)
class Load:
    """What goes into a parcel; ``pieces`` yields (SHA-256 hex, sealed bytes).

    ``institution_key`` is raw, ``sealing`` the institution's evidence key.
    """

    session: str
    institution_key: bytes
    sealing: SealingKey
    records: Iterable[Signed]
    receipts: Iterable[Signed]
    pieces: Iterable[tuple[str, bytes]]


class NotAParcel(Exception):
    """The file cannot be taken as a parcel at all; the message says why and what to do."""


class DamagedPart(Exception):
    """One part of a parcel cannot be used; the message names it and says why."""


def write_parcel(file: IO[bytes], load: Load, exported: int) -> Manifest:
    """Write a parcel, a portion or piece in memory at a time.

    Args:
        file: where to write; can seek.
        load: what to write; read once, in the order of its fields.
        exported: the recorder's clock, microseconds.
    """
    portions: dict[str, FileEntry] = {}
    pieces: dict[str, int] = {}
    records, head = 0, ZERO_HASH
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for n, batch in enumerate(batches(load.records)):
            portions |= _write_portion(archive, load, (RECORDS, n), batch)
            records, head = records + len(batch), batch[-1].hash
        for n, batch in enumerate(batches(load.receipts)):
            portions |= _write_portion(archive, load, (RECEIPTS, n), batch)
        for name, data in load.pieces:
            write_entry(archive, BLOBS + name, data)
            pieces[name] = len(data)
        manifest = Manifest(
            session=load.session,
            institution=fingerprint(load.institution_key),
            exported=exported,
            records=records,
            head=head,
            portions=portions,
            pieces=pieces,
        )
        write_entry(archive, MANIFEST, msgspec.json.encode(manifest))
    return manifest


def _write_portion(
    archive: zipfile.ZipFile, load: Load, where: tuple[str, int], batch: list[Signed]
) -> dict[str, FileEntry]:
    kind, n = where
    plain = b"".join(signed.line() for signed in batch)
    sealed = load.sealing.seal(plain, Place(load.session, kind, n))
    write_entry(archive, f"{kind}/{n}", sealed)
    return {f"{kind}/{n}": FileEntry(sha256=sha256_hex(sealed), size=len(sealed))}


class Parcel:
    """Reads a parcel without unpacking it; every read is bounded."""

    def __init__(self, path: Path) -> None:
        """Open the file and compare what is in it with what its manifest says.

        Raises:
            NotAParcel: it is missing, cut, damaged, something else, or of a newer version.
        """
        self._file, self._archive = _open(path)
        try:
            entries = self._archive.infolist()
            # The name as written: ``filename`` is what zipfile makes of it on this system.
            self._entries = {entry.orig_filename: entry for entry in entries}
            self.manifest = self._read_manifest()
            self._check_entries(len(entries), path.stat().st_size)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the file go."""
        self._archive.close()
        self._file.close()

    def portions(self, kind: str) -> int:
        """How many portions of ``RECORDS`` or ``RECEIPTS`` there are."""
        return sum(name.startswith(f"{kind}/") for name in self.manifest.portions)

    def portion(self, kind: str, n: int, key: OpeningKey) -> bytes:
        """The signed lines of the ``n``-th portion of a kind, counted from 0.

        Raises:
            DamagedPart: it was changed, or is sealed to another key.
        """
        name = f"{kind}/{n}"
        sealed = self._read(name, self.manifest.portions[name].sha256)
        try:
            return key.open(sealed, Place(self.manifest.session, kind, n))
        except SealError as error:
            raise DamagedPart(f"{name} cannot be opened: {error}") from error

    def piece(self, sha256: str) -> bytes:
        """A sealed piece.

        Raises:
            DamagedPart: it was changed.
        """
        return self._read(BLOBS + sha256, sha256)

    def _read(self, name: str, sha256: str) -> bytes:
        try:
            data = self._archive.read(self._entries[name])
        except DAMAGE as error:
            raise DamagedPart(f"{name} is damaged: {error}") from error
        if sha256_hex(data) != sha256:
            raise DamagedPart(f"{name} was changed after it was saved")
        return data

    def _read_manifest(self) -> Manifest:
        entry = self._entries.get(MANIFEST)
        if entry is None:
            raise NotAParcel("a zip, but no file that Invigil saved; choose another one")
        if entry.file_size > MAX_READ_BYTES or entry.compress_type != zipfile.ZIP_STORED:
            raise NotAParcel(f"its {MANIFEST} is none that Invigil writes; {_AGAIN}")
        try:
            return decode_manifest(self._archive.read(entry))
        except DAMAGE as error:
            raise NotAParcel(f"its {MANIFEST} is damaged ({error}); {_AGAIN}") from error

    def _check_entries(self, count: int, size: int) -> None:
        """Exactly what the manifest names is there, stored as it is, each once."""
        named = {BLOBS + name: size for name, size in self.manifest.pieces.items()}
        named |= {name: entry.size for name, entry in self.manifest.portions.items()}
        found = {name: entry.file_size for name, entry in self._entries.items()}
        found.pop(MANIFEST)
        if extra := sorted(found.keys() - named.keys()):
            raise NotAParcel(f"{extra[0][:80]!r} is in it, and no part of it; {_AGAIN}")
        if missing := sorted(named.keys() - found.keys()):
            raise NotAParcel(f"{missing[0]} is missing from it; {_AGAIN}")
        if count != len(self._entries):
            raise NotAParcel(f"it holds two files of one name; {_AGAIN}")
        for name, entry in self._entries.items():
            if name != MANIFEST and named[name] != entry.file_size:
                raise NotAParcel(f"{name} is not as long as it was when saved; {_AGAIN}")
            if entry.compress_type != zipfile.ZIP_STORED:
                raise NotAParcel(f"{name} is compressed, which Invigil never does; {_AGAIN}")
        # Entries that lie over each other would be more to read than there is.
        if sum(found.values()) > size:
            raise NotAParcel(f"it names more than it holds; {_AGAIN}")


def decode_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        NotAParcel: it is not one, of another version, or names what no parcel has.
    """
    try:
        check(data, PARCEL_VERSION)
        manifest = msgspec.json.decode(data, type=Manifest)
    except (NotStrict, msgspec.DecodeError) as error:
        why = f"its {MANIFEST} cannot be read ({error})"
        raise NotAParcel(f"{why}; is this program older than the one that saved it?") from error
    for name, entry in manifest.portions.items():
        if _PORTION.fullmatch(name) is None or entry.size > MAX_PORTION_BYTES:
            raise NotAParcel(f"{name[:80]!r} is no portion of a parcel; {_AGAIN}")
    for kind in (RECORDS, RECEIPTS):
        own = [name for name in manifest.portions if name.startswith(f"{kind}/")]
        if any(f"{kind}/{n}" not in manifest.portions for n in range(len(own))):
            raise NotAParcel(f"its {kind} are not numbered from 0 on; {_AGAIN}")
    for name, size in manifest.pieces.items():
        if size > MAX_BLOB_BYTES:
            raise NotAParcel(f"{BLOBS}{name} is larger than any piece; {_AGAIN}")
    return manifest


_AGAIN = "save it again on the candidate's computer and copy it again"


class _Bounded(io.BufferedReader):
    """A file of which nobody reads more at once than the largest part of a parcel."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most ``size`` bytes.

        Raises:
            ValueError: that would be more than a parcel's parts have.
        """
        if size is not None and size > MAX_READ_BYTES:
            raise ValueError("a part is too large")
        return super().read(size)


def _open(path: Path) -> tuple[_Bounded, zipfile.ZipFile]:
    try:
        file = _Bounded(io.FileIO(path))
    except OSError as error:
        raise NotAParcel(f"it cannot be read: {error.strerror or error}") from error
    try:
        return file, zipfile.ZipFile(file)
    except DAMAGE as error:
        file.seek(0)
        begins = file.read(len(_ZIP_BEGINS)) == _ZIP_BEGINS
        file.close()
        why = "its end is missing or damaged" if begins else "no file that Invigil saved"
        raise NotAParcel(f"{why}; {_AGAIN}") from error


# A zip's first entry begins so (APPNOTE.TXT 4.3.7): what is left of a copy that was cut.
_ZIP_BEGINS = b"PK\x03\x04"
