"""Private keys as files that only the server's user reads.

keys/server.secret              32 random bytes: codes, tokens
keys/<institution>/signing.key   Ed25519 private key, raw 32 bytes
keys/<institution>/evidence.key  HPKE private key, raw 96 bytes (``shared.sealing``)
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.sealing import PRIVATE_BYTES, OpeningKey
from shared.signed import public_bytes

SECRET_BYTES = 32
SIGNING_BYTES = 32
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


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

    def server_secret(self) -> bytes:
        """The server's own secret, made at the first call ever."""
        path = self._folder / "server.secret"
        if not path.exists():
            _write_private(path, secrets.token_bytes(SECRET_BYTES))
        return _read_key(path, SECRET_BYTES)

    def create(self, ref: str) -> InstitutionKeys:
        """Make an institution's keys under ``keys/<ref>``; keys that exist are kept."""
        folder = self._folder / ref
        if not (folder / "signing.key").exists():
            private = Ed25519PrivateKey.generate().private_bytes_raw()
            _write_private(folder / "evidence.key", OpeningKey.generate())
            _write_private(folder / "signing.key", private)
        return self.of(ref)

    def of(self, ref: str) -> InstitutionKeys:
        """An institution's keys.

        Raises:
            KeysMissing: a file is not there, or is not a key.
        """
        keys = self._institutions.get(ref)
        if keys is None:
            keys = self._institutions[ref] = self._read(self._folder / ref)
        return keys

    def _read(self, folder: Path) -> InstitutionKeys:
        signing = _read_key(folder / "signing.key", SIGNING_BYTES)
        evidence = _read_key(folder / "evidence.key", PRIVATE_BYTES)
        private = Ed25519PrivateKey.from_private_bytes(signing)
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


def _write_private(path: Path, data: bytes) -> None:
    """Write a new file durably and readable by its owner only, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
