"""Parcels of scripted sessions, honest ones and ones with one thing bent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from support.sessions import WALL_ORIGIN, SessionBuilder

from shared.bundle import FileEntry
from shared.encoding import sha256_hex
from shared.parcel import MANIFEST, Load, Manifest, write_parcel
from shared.sealing import Place, SealingKey
from shared.signed import public_bytes

# Entries of a zip by name, in order.
Entries = dict[str, bytes]


def load_of(built: SessionBuilder, **changes: object) -> Load:
    """All that a session has, none of its pieces delivered."""
    members: dict[str, object] = {
        "session": built.session,
        "institution_key": public_bytes(built.keys.signing),
        "sealing": built.keys.sealing,
        "records": built.records,
        "receipts": built.receipts,
        "pieces": list(built.blobs.items()),
    }
    return Load(**(members | changes))  # pyright: ignore[reportArgumentType]


def packed(load: Load) -> bytes:
    """The parcel's bytes."""
    buffer = io.BytesIO()
    write_parcel(buffer, load, WALL_ORIGIN)
    return buffer.getvalue()


def entries_of(data: bytes) -> Entries:
    """What a zip holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(entries: Entries, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def bent(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """The parcel with its manifest changed in place by ``change``."""
    entries = entries_of(data)
    manifest = msgspec.json.decode(entries[MANIFEST], type=dict)
    change(manifest)
    return zipped(entries | {MANIFEST: msgspec.json.encode(manifest)})


def with_portion(data: bytes, kind: str, n: int, plain: bytes, key: SealingKey) -> bytes:
    """The parcel with a portion that says something else, sealed and named as it should be."""
    entries = entries_of(data)
    manifest = msgspec.json.decode(entries[MANIFEST], type=Manifest)
    sealed = key.seal(plain, Place(manifest.session, kind, n))
    entry = FileEntry(sha256=sha256_hex(sealed), size=len(sealed))
    manifest = msgspec.structs.replace(
        manifest, portions=manifest.portions | {f"{kind}/{n}": entry}
    )
    changed = {f"{kind}/{n}": sealed, MANIFEST: msgspec.json.encode(manifest)}
    return zipped(entries | changed)


def kept(folder: Path, data: bytes, name: str = "p.invigil") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def flipped(data: bytes) -> bytes:
    """The bytes, the last of them another."""
    return data[:-1] + bytes([data[-1] ^ 1])
