"""Puts a session into a bundle: the manifest, the zip, and their being bent."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.session import (
    INSTITUTION,
    ORIGIN,
    SESSION,
    Edit,
    Json,
    Rewrite,
    Session,
    public,
    sha256,
    signed,
    to_json,
)

MANIFEST = "manifest.signed"
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"

LARGE = 600  # bytes, above which a file is deflated

Entries = list[tuple[str, bytes]]


@dataclass
class Bundle:
    """The contents of a bundle, each of which may be bent before it is packed."""

    policy: bytes
    grant: bytes
    records: list[bytes]
    receipts: list[bytes]
    blobs: dict[str, bytes]
    forks: list[bytes] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    rewrites: dict[str, Rewrite] = field(default_factory=dict)
    session: str = SESSION
    institution: Ed25519PrivateKey = INSTITUTION

    @staticmethod
    def of(session: Session) -> Bundle:
        return Bundle(
            session.policy,
            session.grant,
            session.records,
            session.receipts,
            session.blobs,
            session=session.session,
            institution=session.institution,
        )

    def files(self) -> dict[str, bytes]:
        """Every file that the manifest names; `rewrites` change them before it is signed."""
        files = {
            "policy.signed": self.policy,
            "grant.signed": self.grant,
            "records.signed": b"".join(self.records),
            "receipts.signed": b"".join(self.receipts),
            "forks.signed": b"".join(self.forks),
            "decisions.json": b"[]",
            "report.json": b"{}",
        }
        if self.certificates:
            files["certificates.signed"] = b"".join(self.certificates)
        return {n: self.rewrites.get(n, lambda data: data)(files[n]) for n in files}

    def entries(
        self,
        edit_manifest: Edit = lambda manifest: None,
        rewrite_manifest: Rewrite = lambda data: data,
        signer: Ed25519PrivateKey | None = None,
    ) -> Entries:
        """What goes into the zip, in order."""
        files = self.files()
        manifest: Json = {
            "v": 1,
            "session": self.session,
            "institution_key": public(self.institution),
            "exported": ORIGIN + 3_600_000_000,
            "files": {n: {"sha256": sha256(d), "size": len(d)} for n, d in files.items()},
        }
        edit_manifest(manifest)
        payload = rewrite_manifest(to_json(manifest))
        line = signed(signer or self.institution, "bundle", payload)
        blobs = [(f"blobs/{name}", data) for name, data in self.blobs.items()]
        return [(MANIFEST, line), *files.items(), *blobs]

    def packed(self) -> bytes:
        return pack(self.entries())


def honest() -> Bundle:
    return Bundle.of(Session().written())


def brief() -> Bundle:
    return Bundle.of(Session().brief())


def lied(session: Session) -> bytes:
    """The bundle of a session that lies as its edits say, signed all the same."""
    return Bundle.of(session.written()).packed()


def lied_briefly(session: Session) -> bytes:
    """The same of a brief session."""
    return Bundle.of(session.brief()).packed()


def pack(entries: Entries, methods: Mapping[str, int] = MappingProxyType({})) -> bytes:
    """A zip, the same on every machine; what is large is deflated, if `methods` are silent."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # that a name is there twice may be the point
        for name, data in entries:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            method = zipfile.ZIP_DEFLATED if len(data) > LARGE else zipfile.ZIP_STORED
            entry.compress_type = methods.get(name, method)
            archive.writestr(entry, data)
    return buffer.getvalue()


def replaced(entries: Entries, name: str, data: bytes) -> Entries:
    return [(n, data if n == name else d) for n, d in entries]


def without(entries: Entries, name: str) -> Entries:
    return [(n, d) for n, d in entries if n != name]


def encrypted(data: bytes, name: str) -> bytes:
    """The zip with an entry marked as encrypted, in both of its headers."""
    new = bytearray(data)
    for magic, flags_at in ((_LOCAL, 6), (_CENTRAL, 8)):
        new[_header(data, magic, name) + flags_at] |= 1
    return bytes(new)


def resized(data: bytes, name: str, size: int) -> bytes:
    """The zip whose directory says that an entry has another size."""
    new = bytearray(data)
    struct.pack_into("<I", new, _header(data, _CENTRAL, name) + 24, size)
    return bytes(new)


def _header(data: bytes, magic: bytes, name: str) -> int:
    """Where an entry's header begins."""
    name_at = len(magic) + {_LOCAL: 26, _CENTRAL: 42}[magic]
    at = data.index(magic)
    while data[at + name_at :][: len(name)] != name.encode():
        at = data.index(magic, at + 1)
    return at
