"""Signing keys at rest: one file an epoch, which only the user reads.

The first key is made *before* the code is redeemed and kept under the code's name, so
that a crash between the server's answer and the store loses nothing: the same code with
the same key gets the same session again. Each next key is on the disk before the record
that hands over to it, and the one before is destroyed after that record: at every moment
the key in force is there, and once a record is written nobody can be made to sign an
earlier epoch again.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from recorder.evidence.opening import FILE_MODE, POSIX, failed, make_folder, sync_folder
from recorder.faults import EnvironmentFault
from shared.encoding import HASH_HEX, sha256_hex

PENDING_FOLDER = "pending"

# In a session's folder: which code it came from, as a hash.
CODE_FILE = "code.sha256"

# What people write for a digit.
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})

# Bits of a file's mode that let anyone but its owner near it.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def pending_path(root: Path, server: str, code: str) -> Path:
    """Where the key of a code that is being redeemed is kept."""
    return _pending(root, code_digest(server, code))


def _pending(root: Path, digest: str) -> Path:
    return root / PENDING_FOLDER / f"pending-{digest}.key"


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


def make_epoch_key(folder: Path, epoch: int) -> Ed25519PrivateKey:
    """A new key for a session's next epoch, on the disk when this returns.

    One that is there already was never handed over to: it is replaced.

    Raises:
        StoreTrouble: it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    save_key(epoch_path(folder, epoch), key)
    return key


def destroy_other_keys(folder: Path, epoch: int | None) -> None:
    """Destroy every key of a session but that of the epoch in force.

    That is, those of epochs that are over and, where a crash came before a handover, the
    one that would have been next. Of a closed session none is in force (``None``).

    Raises:
        StoreTrouble: one of them cannot be destroyed; the others are.
    """
    own = None if epoch is None else epoch_path(folder, epoch)
    trouble: OSError | None = None
    try:
        found = sorted([*folder.glob("epoch-*.key"), *folder.glob("epoch-*.new")])
    except OSError as error:
        raise failed(error, folder) from error
    for path in found:
        if path == own:
            continue
        try:
            _destroy(path)
        except OSError as error:
            trouble = error
    if trouble is not None:
        raise failed(trouble, folder) from trouble


def _destroy(path: Path) -> None:
    """Overwrite a key file and remove it.

    The overwriting reaches the same blocks on a disk that writes in place. An SSD, a
    copy-on-write file system, a snapshot or a backup may keep the old ones: there, that the
    key is gone rests on the disk's encryption and on the name being gone.
    """
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


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


def code_digest(server: str, code: str) -> str:
    """What is kept of a code: a hash of it and of its server's address.

    Case, spaces and dashes do not matter, and neither do the letters that people write for
    a digit (Crockford's base 32), as everywhere that a code is read.
    """
    plain = "".join(filter(str.isalnum, code.upper())).translate(_MEANT)
    return sha256_hex(f"{server}\0{plain}".encode())


def remember_code(folder: Path, server: str, code: str) -> None:
    """Keep with a session which code it came from, so that the same code finds it again.

    Raises:
        StoreTrouble: it cannot be written.
    """
    save_whole(folder / CODE_FILE, code_digest(server, code).encode("ascii"))


def came_from(folder: Path, server: str, code: str) -> bool:
    """Whether the session in ``folder`` came from this code."""
    try:
        return (folder / CODE_FILE).read_text("ascii") == code_digest(server, code)
    except (OSError, UnicodeError):
        return False


def forget_pending_key(root: Path, server: str, code: str) -> None:
    """Destroy a code's key once its session holds it, or when the code is given up.

    Raises:
        StoreTrouble: it cannot be destroyed.
    """
    _forget(pending_path(root, server, code))


def forget_redeemed(folder: Path) -> None:
    """Destroy what a crash left of the code's key, once the session in ``folder`` holds it.

    Raises:
        StoreTrouble: it cannot be destroyed.
    """
    with suppress(OSError, UnicodeError):
        digest = (folder / CODE_FILE).read_text("ascii")
        if HASH_HEX.fullmatch(digest):
            _forget(_pending(folder.parent, digest))


def _forget(path: Path) -> None:
    try:
        _destroy(path)
    except OSError as error:
        raise failed(error, path.parent) from error


def save_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a key so that it is there whole or not at all, for its owner only.

    Raises:
        StoreTrouble: it cannot be written.
    """
    save_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def save_whole(path: Path, data: bytes) -> None:
    """Write a small file so that it is there whole or not at all, for its owner only.

    Raises:
        StoreTrouble: it cannot be written.
    """
    draft = path.with_suffix(".new")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise failed(error, path.parent) from error


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
