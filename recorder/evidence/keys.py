"""Signing keys at rest: one file an epoch, which only the user reads.

The first key is made *before* the code is redeemed and kept under the code's name, so
that a crash between the server's answer and the store loses nothing: the same code with
the same key gets the same session again.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from recorder.evidence.opening import FILE_MODE, POSIX, make_folder, sync_folder, unwritable
from recorder.faults import EnvironmentFault
from shared.encoding import sha256_hex

PENDING_FOLDER = "pending"

# Bits of a file's mode that let anyone but its owner near it.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def pending_path(root: Path, server: str, code: str) -> Path:
    """Where the key of a code that is being redeemed is kept."""
    name = sha256_hex(f"{server}\0{code}".encode())
    return root / PENDING_FOLDER / f"pending-{name}.key"


def epoch_path(folder: Path, epoch: int) -> Path:
    """Where a session keeps the key of an epoch."""
    return folder / f"epoch-{epoch}.key"


def pending_key(root: Path, server: str, code: str) -> Ed25519PrivateKey:
    """The key to redeem a code with: the one of an earlier attempt, or a new one.

    Raises:
        EnvironmentFault: it cannot be kept, or the one kept cannot be used.
    """
    path = pending_path(root, server, code)
    if path.exists():
        return load_key(path)
    make_folder(path.parent)
    key = Ed25519PrivateKey.generate()
    save_key(path, key)
    return key


def keep_epoch_key(folder: Path, epoch: int, key: Ed25519PrivateKey) -> None:
    """Keep an epoch's key with its session; keeping the same one again is no fault.

    Raises:
        EnvironmentFault: it cannot be written, or another key is there.
    """
    make_folder(folder)
    path = epoch_path(folder, epoch)
    if not path.exists():
        save_key(path, key)
    elif load_key(path).public_key() != key.public_key():
        raise EnvironmentFault(
            f"{path} belongs to another session.",
            "Choose another folder with --store; nothing was changed.",
        )


def load_epoch_key(folder: Path, epoch: int) -> Ed25519PrivateKey:
    """The private key of a session's epoch.

    Raises:
        EnvironmentFault: it is missing, readable by others, or not a key.
    """
    return load_key(epoch_path(folder, epoch))


def forget_pending_key(root: Path, server: str, code: str) -> None:
    """Remove a code's key once its session holds it, or when the code is given up."""
    pending_path(root, server, code).unlink(missing_ok=True)


def save_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a key so that it is there whole or not at all, for its owner only.

    Raises:
        StoreTrouble: it cannot be written.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_suffix(".new")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path.parent, error.strerror or str(error)) from error


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read a key file.

    Raises:
        EnvironmentFault: it is missing, readable by others, or not an Ed25519 key.
    """
    try:
        mode, pem = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise EnvironmentFault(
            f"The session's key {path} cannot be read: {error.strerror}.",
            "Without it nothing can be added to the session; what was recorded can still "
            "be delivered with `invigil-recorder evidence upload`.",
        ) from error
    if POSIX and mode & _OTHERS:
        raise EnvironmentFault(
            f"Other users of this computer can read the session's key {path}.",
            f"Run `chmod 600 {path}` and tell your institution.",
        )
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _not_a_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key(path)
    return key


def _not_a_key(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path} is not a signing key.",
        "Restore that file, or ask your institution for a new code.",
    )
