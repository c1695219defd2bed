"""Files of a backup: each whole or not at all, and what a crash leaves of one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

# Behind a dot and a file's name: what was being written when a backup ended too early.
PART = ".part"

CHUNK_BYTES = 1 << 20


class BackupFault(Exception):
    """A backup cannot be made or used; the message says why and what to do."""


def write_whole(target: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}{PART}")
    with part.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    part.replace(target)


def is_part(path: Path) -> bool:
    """Whether a file is what a crash left of one."""
    return path.name.startswith(".") and path.name.endswith(PART)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file, of any size, whole or not at all."""
    with source.open("rb") as file:
        write_whole(target, iter(lambda: file.read(CHUNK_BYTES), b""))


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file is there and still what it was: disks forget."""
    try:
        return hash_of(path) == sha256
    except OSError:
        return False


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
