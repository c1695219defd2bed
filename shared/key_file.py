"""A private key that people keep: Ed25519 in a PEM file, under a passphrase or without."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE_FILE = 0o600


class KeyFileError(Exception):
    """The file cannot be written or read, or is no key; the message says why."""


def write_key_file(path: Path, key: Ed25519PrivateKey, passphrase: str = "") -> None:
    """Write a key to a new file that only its owner reads.

    Raises:
        KeyFileError: the file is there already, or cannot be written.
    """
    closed = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise KeyFileError(f"{path} is there already, and a key is never replaced") from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from error


def read_key_file(path: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        KeyFileError: it cannot be read, wants another passphrase, or is not an Ed25519 key.
    """
    try:
        key = serialization.load_pem_private_key(
            path.read_bytes(), passphrase.encode() if passphrase else None
        )
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} is no private key, or its passphrase is another") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} is not an Ed25519 key")
    return key


def is_private(path: Path) -> bool:
    """Whether nobody but its owner can read a file; always true where there are no such rights.

    Raises:
        KeyFileError: it is not there.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    return os.name != "posix" or not mode & (stat.S_IRWXG | stat.S_IRWXO)
