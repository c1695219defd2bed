"""The key that signs builds: an Ed25519 key in a PEM file, with a passphrase or without."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from installers.faults import BuildFault
from shared import key_file
from shared.key_file import KeyFileError
from shared.signed import fingerprint, public_bytes

PASSPHRASE = "INVIGIL_SIGNING_PASSPHRASE"  # noqa: S105 - the name of a variable
_MAKE_ONE = "make a key with: python -m installers.keys NEW.pem"


def new_key(path: Path, passphrase: str) -> str:
    """Make a key, in a file that only its owner reads; returns the fingerprint.

    Raises:
        BuildFault: the file is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    try:
        key_file.write_key_file(path, key, passphrase)
    except KeyFileError as error:
        raise BuildFault(f"{error}.", "Name another file.") from error
    return fingerprint(public_bytes(key))


def read_key_file(path: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        BuildFault: it cannot be read, wants another passphrase, or is not an Ed25519 key.
    """
    try:
        return key_file.read_key_file(path, passphrase)
    except KeyFileError as error:
        advice = f"Name the file with --key, its passphrase in {PASSPHRASE}; or {_MAKE_ONE}"
        raise BuildFault(f"{error}.", advice) from error
