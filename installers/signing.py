"""The key that signs builds: an Ed25519 key in a PEM file, with a passphrase or without."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from installers.faults import BuildFault
from shared.signed import fingerprint, public_bytes

PASSPHRASE = "INVIGIL_SIGNING_PASSPHRASE"  # noqa: S105 - the name of a variable
_MAKE_ONE = "make a key with: python -m installers.keys NEW.pem"


def new_key(path: Path, passphrase: str) -> str:
    """Make a key, in a file that only its owner reads; returns the fingerprint.

    Raises:
        BuildFault: the file is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    closed = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise BuildFault(
            f"{path} is there already.", "A key is never replaced; name another file."
        ) from error
    except OSError as error:
        raise BuildFault(
            f"{path} cannot be written: {error.strerror}.", "Name another file."
        ) from error
    return fingerprint(public_bytes(key))


def read_key_file(path: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        BuildFault: it cannot be read, wants another passphrase, or is not an Ed25519 key.
    """
    try:
        key = serialization.load_pem_private_key(
            path.read_bytes(), passphrase.encode() if passphrase else None
        )
    except OSError as error:
        raise BuildFault(
            f"{path} cannot be read: {error.strerror}.",
            "Name the signing key's file with --key.",
        ) from error
    except (ValueError, TypeError) as error:
        raise BuildFault(
            f"{path} is no private key, or its passphrase is another.",
            f"Give the passphrase in {PASSPHRASE}; {_MAKE_ONE}",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BuildFault(f"{path} is not an Ed25519 key.", f"Give another; {_MAKE_ONE}")
    return key
