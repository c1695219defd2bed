"""The keys folder in one file under a passphrase, for the safe and not for the server.

    "IVK1" ‖ salt (16) ‖ nonce (12) ‖ AES-256-GCM of a JSON object {name: base64 of the file}

under the key that scrypt (RFC 7914, n = 2¹⁷, r = 8, p = 1: some 0.4 s and 128 MB a guess)
makes of the passphrase. The four letters and the salt are additional data.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.storage.keys import write_private

MAGIC = b"IVK1"
SALT_BYTES = 16
NONCE_BYTES = 12
_HEAD = len(MAGIC) + SALT_BYTES

# Short ones are guessed, whatever scrypt costs.
MIN_PASSPHRASE = 12

# What a keys folder holds: names of at most two parts, none of which climbs out of it.
_SUFFIXES = (".key", ".secret")


class BackupError(ValueError):
    """The backup cannot be made or read; the message says why."""


def write_backup(folder: Path, file: Path, passphrase: str) -> list[str]:
    """Write every key file of ``folder`` to ``file``; the names that are in it.

    Raises:
        BackupError: the passphrase is too short, or there are no keys.
        OSError: a file cannot be read or written.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise BackupError(f"a passphrase has at least {MIN_PASSPHRASE} characters")
    # Shares keep snapshots of themselves beneath, which are no keys of today.
    named = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    files = {
        name: base64.b64encode(path.read_bytes()).decode()
        for name, path in named.items()
        if _is_key_name(name)
    }
    if not files:
        raise BackupError(f"there are no keys in {folder}")
    head = MAGIC + secrets.token_bytes(SALT_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(passphrase, head).encrypt(nonce, msgspec.json.encode(files), head)
    write_private(file, head + nonce + sealed)
    return list(files)


def restore_backup(file: Path, folder: Path, passphrase: str) -> list[str]:
    """Put the backup's keys into ``folder``; the names that were not there before.

    A key file that is there already is kept; another one in its place stops everything.

    Raises:
        BackupError: not a backup, another passphrase, damaged, or other keys are there.
        OSError: a file cannot be read or written.
    """
    files = _read(file, passphrase)
    missing: dict[str, bytes] = {}
    for name, data in files.items():
        path = folder / name
        if not path.exists():
            missing[name] = data
        elif path.read_bytes() != data:
            raise BackupError(f"{path} is another key than the backup's; nothing was changed")
    for name, data in missing.items():
        write_private(folder / name, data)
    return sorted(missing)


def _read(file: Path, passphrase: str) -> dict[str, bytes]:
    data = file.read_bytes()
    head, nonce = data[:_HEAD], data[_HEAD : _HEAD + NONCE_BYTES]
    if not head.startswith(MAGIC) or len(data) <= _HEAD + NONCE_BYTES:
        raise BackupError(f"{file} is not a backup of keys")
    try:
        plain = _cipher(passphrase, head).decrypt(nonce, data[_HEAD + NONCE_BYTES :], head)
    except InvalidTag:
        raise BackupError(
            f"{file} does not open: the passphrase is another one, or the file is damaged"
        ) from None
    files = msgspec.json.decode(plain, type=dict[str, str])
    if strange := [name for name in files if not _is_key_name(name)]:
        raise BackupError(f"{file} holds {strange[0]!r}, which is no key's name")
    return {name: base64.b64decode(text) for name, text in files.items()}


def _is_key_name(name: str) -> bool:
    parts = name.split("/")
    plain = all(part and not part.startswith(".") and "\\" not in part for part in parts)
    return len(parts) <= 2 and plain and name.endswith(_SUFFIXES)


def _cipher(passphrase: str, head: bytes) -> AESGCM:
    scrypt = Scrypt(salt=head[len(MAGIC) :], length=32, n=2**17, r=8, p=1)
    return AESGCM(scrypt.derive(passphrase.encode("utf-8")))
