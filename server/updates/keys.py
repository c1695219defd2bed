"""The four keys of a repository: two that lie elsewhere, two that the server signs with itself.

*Root* says which keys the others are, *targets* which installers there are: files of whoever
publishes, kept off the server (a stick in a drawer), so that whoever has the server cannot
make recorders install anything. *Snapshot* and *timestamp* say that this is the newest, and
are renewed by the server as they age; they lie with its other keys.
"""

# TUF documents these under names that its type information does not export.
# pyright: reportPrivateImportUsage=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from server.storage.keys import PRIVATE_FOLDER, write_private
from shared.key_file import KeyFileError, is_private, read_key_file, write_key_file

OFFLINE = ("root", "targets")
ONLINE = ("snapshot", "timestamp")

RAW_BYTES = 32


class UpdateKeyError(Exception):
    """A key is not there, is no key, or lies open; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Signers:
    """What signs, by role."""

    of: Mapping[str, CryptoSigner]


def make_offline(folder: Path, passphrase: str) -> Signers:
    """Make the keys that lie elsewhere, in a new folder that only its owner enters.

    Raises:
        UpdateKeyError: there are keys in it already, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        folder.chmod(PRIVATE_FOLDER)
        for role in OFFLINE:
            write_key_file(_file(folder, role), Ed25519PrivateKey.generate(), passphrase)
    except OSError as error:
        raise UpdateKeyError(f"{folder} cannot be written: {error.strerror}") from error
    except KeyFileError as error:
        raise UpdateKeyError(str(error)) from error
    return read_offline(folder, passphrase, *OFFLINE)


def read_offline(folder: Path, passphrase: str, *roles: str) -> Signers:
    """Read keys that lie elsewhere.

    Raises:
        UpdateKeyError: one is missing, is no key, or can be read by others.
    """
    found: dict[str, CryptoSigner] = {}
    for role in roles:
        path = _file(folder, role)
        try:
            if not is_private(path):
                raise UpdateKeyError(
                    f"others can read {path}; run `chmod 600 {path}`, and make new keys if "
                    "somebody did"
                )
            found[role] = CryptoSigner(read_key_file(path, passphrase))
        except KeyFileError as error:
            raise UpdateKeyError(
                f"{error}; name the folder of the offline keys with --keys, their passphrase "
                "in INVIGIL_UPDATES_PASSPHRASE"
            ) from error
    return Signers(found)


def make_online(keys: Path, institution_id: str) -> Signers:
    """Make the server's own keys of an institution's repository; those there are stay."""
    for role in ONLINE:
        path = _own(keys, institution_id, role)
        if not path.exists():
            write_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
    return read_online(keys, institution_id)


def read_online(keys: Path, institution_id: str) -> Signers:
    """Read the server's own keys of an institution's repository.

    Raises:
        UpdateKeyError: one is missing, or is no key.
    """
    found: dict[str, CryptoSigner] = {}
    for role in ONLINE:
        path = _own(keys, institution_id, role)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UpdateKeyError(
                f"the key file {path} cannot be read ({error.strerror}); restore it from your "
                "backup of the keys"
            ) from error
        if len(data) != RAW_BYTES:
            raise UpdateKeyError(f"the key file {path} has {len(data)} bytes, not {RAW_BYTES}")
        found[role] = CryptoSigner(Ed25519PrivateKey.from_private_bytes(data))
    return Signers(found)


def make_next(keys: Path, institution_id: str) -> Signers:
    """Make new keys of the server's own, beside those in use until ``settle_next``."""
    made: dict[str, CryptoSigner] = {}
    for role in ONLINE:
        key = Ed25519PrivateKey.generate()
        write_private(_next(keys, institution_id, role), key.private_bytes_raw())
        made[role] = CryptoSigner(key)
    return Signers(made)


def settle_next(keys: Path, institution_id: str, *, use: bool) -> None:
    """Put new keys in the place of those in use, or forget them; again is no fault."""
    for role in ONLINE:
        made = _next(keys, institution_id, role)
        if not made.exists():
            continue
        if use:
            made.replace(_own(keys, institution_id, role))
        else:
            made.unlink()


def _file(folder: Path, role: str) -> Path:
    return folder / f"{role}.pem"


def _own(keys: Path, institution_id: str, role: str) -> Path:
    return keys / f"{institution_id}.updates" / f"{role}.key"


def _next(keys: Path, institution_id: str, role: str) -> Path:
    return _own(keys, institution_id, role).with_suffix(".next")
