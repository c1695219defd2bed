"""Private keys as files that only the server's user reads.

keys/server.secret              32 random bytes: codes, tokens
keys/<generation>/signing.key    Ed25519 private key, raw 32 bytes
keys/<generation>/evidence.key   HPKE private key, raw 96 bytes (``shared.sealing``)

An institution's first generation is called like the institution, the next ones
``<institution>.2`` and so on. A session stays with the generation that it began under.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.storage.folders import sync_folder
from shared.sealing import PRIVATE_BYTES, OpeningKey
from shared.signed import public_bytes

SECRET_BYTES = 32
SIGNING_BYTES = 32
SECRET_FILE = "server.secret"  # noqa: S105 - a file's name
SIGNING_FILE = "signing.key"
EVIDENCE_FILE = "evidence.key"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

# How a system says that a folder may not be read, or not be synced.
_NOT_HERE = frozenset({errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTSUP, errno.EROFS})


class KeysMissing(Exception):
    """A key file is not there or not a key; the message names it and what to do."""


@dataclass(frozen=True, slots=True)
class InstitutionKeys:
    """One institution's keys, with the raw public half of the signing key."""

    signing: Ed25519PrivateKey
    public: bytes
    evidence: OpeningKey


class KeyStore:
    """The folder of key files. Keys are read once and kept in memory."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first key is."""
        self._folder = folder
        self._institutions: dict[str, InstitutionKeys] = {}
        self._signing: dict[str, Ed25519PrivateKey] = {}

    def has_secret(self) -> bool:
        """Whether the server's own secret was made, or put back, already."""
        return (self._folder / SECRET_FILE).exists()

    def server_secret(self) -> bytes:
        """The server's own secret, made at the first call ever."""
        path = self._folder / SECRET_FILE
        if not path.exists():
            write_private(path, secrets.token_bytes(SECRET_BYTES))
        return _read_key(path, SECRET_BYTES)

    def create(self, ref: str) -> InstitutionKeys:
        """Make an institution's keys under ``keys/<ref>``; keys that exist are kept."""
        return self._write(ref, None, None)

    def succeed(self, old: str, new: str, *, signing: bool, evidence: bool) -> InstitutionKeys:
        """Make the next generation of an institution's keys under ``keys/<new>``.

        Args:
            old: the generation that it follows; its files stay, for what was made under it.
            new: the next generation's name; keys that exist there are kept.
            signing: whether the signing key is a new one.
            evidence: whether the evidence key is a new one.

        Raises:
            KeysMissing: the old generation's files are not there.
        """
        before = self._folder / old
        self.of(old)
        return self._write(
            new,
            None if signing else (before / SIGNING_FILE).read_bytes(),
            None if evidence else (before / EVIDENCE_FILE).read_bytes(),
        )

    def _write(
        self, ref: str, signing: bytes | None, evidence: bytes | None
    ) -> InstitutionKeys:
        """Write a generation's keys, new ones for ``None``; the signing key comes last."""
        folder = self._folder / ref
        if not (folder / SIGNING_FILE).exists():
            private = signing or Ed25519PrivateKey.generate().private_bytes_raw()
            write_private(folder / EVIDENCE_FILE, evidence or OpeningKey.generate())
            write_private(folder / SIGNING_FILE, private)
        return self.of(ref)

    def faults(self) -> list[str]:
        """What is wrong with the files' rights: a sentence for each that others can read."""
        if os.name != "posix":
            return []
        files = sorted(p for p in self._folder.rglob("*") if p.suffix in (".key", ".secret"))
        return [
            f"others can read {path}; run `chmod 600 {path}` and consider the key as seen"
            for path in files
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        ]

    def of(self, ref: str) -> InstitutionKeys:
        """An institution's keys.

        Raises:
            KeysMissing: a file is not there, or is not a key.
        """
        keys = self._institutions.get(ref)
        if keys is None:
            keys = self._institutions[ref] = self._read(ref)
        return keys

    def signing(self, ref: str) -> Ed25519PrivateKey:
        """An institution's signing key alone: what signs needs no key that opens evidence.

        Raises:
            KeysMissing: the file is not there, or is not a key.
        """
        key = self._signing.get(ref)
        if key is None:
            data = _read_key(self._folder / ref / SIGNING_FILE, SIGNING_BYTES)
            key = self._signing[ref] = Ed25519PrivateKey.from_private_bytes(data)
        return key

    def _read(self, ref: str) -> InstitutionKeys:
        private = self.signing(ref)
        evidence = _read_key(self._folder / ref / EVIDENCE_FILE, PRIVATE_BYTES)
        return InstitutionKeys(private, public_bytes(private), OpeningKey(evidence))


def _read_key(path: Path, size: int) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeysMissing(
            f"the key file {path} cannot be read ({error.strerror}); restore it from your "
            "backup, or point INVIGIL_KEYS_DIR to the folder that holds it"
        ) from error
    if len(data) != size:
        raise KeysMissing(f"the key file {path} has {len(data)} bytes, not {size}")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Write a new file durably and readable by its owner only, whole or not at all.

    Its name is durable too when this returns, and so are those of the folders around it: a
    key is used at once, and what was sealed to one that is lost cannot be opened again.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    # This folder, for ``keys/<generation>`` that of all keys, the data folder, and its name.
    for folder in (path.parent, *path.parent.parents[:3]):
        _sync(folder)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, where one may: not every folder around it may be
    read, and shares and sticks, where copies of keys go, may know no such thing.
    """
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
