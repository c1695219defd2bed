"""Ballast: a file that holds room on the disk, let go part by part when the disk is full.

It lies in the session's own folder: on the same disk as the database by construction, one a
session (two programs never fight about it), and gone with the folder when that is removed.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import structlog

from recorder.evidence.opening import FILE_MODE, POSIX, sync_folder

_log = structlog.get_logger(__name__)

NAME = "ballast"
_PROBE = "ballast.probe"

# st_blocks counts in these, whatever the file system's own (POSIX, sys/stat.h).
_BLOCK = 512

# Written at a time. Random bytes: a file system that compresses would keep next to nothing
# of zeros, and hold no room.
_CHUNK = 2**18

# Given back at a time: room for a few dozen records. Were all of it given back at once, the
# program that filled the disk might take it all; so it gets a part of it at most.
PART_BYTES = 2**18

# What a disk that is not full can still take: a few pages of the database.
PROBE_BYTES = 2**16

_FULL = (errno.ENOSPC, errno.EDQUOT)


class Ballast:
    """The file. One thread at a time; ``left`` may be read from any."""

    def __init__(self, folder: Path, size: int) -> None:
        """Nothing is written yet; what an earlier run of the session left is taken over."""
        self.size = size
        self._path = folder / NAME
        self.left = self._found()

    @property
    def held(self) -> bool:
        """Whether all of it is held."""
        return self.left >= self.size

    def take(self) -> bool:
        """Hold the room, really: allocated, written and synced. Whether it could be done."""
        if self.held:
            return True
        try:
            self._write()
        except OSError as error:
            _log.warning("ballast_not_taken", why=error.strerror)
            self.discard()
            return False
        self.left = self._found()
        return self.held

    def release(self) -> bool:
        """Give a part of the room back; whether there was any to give."""
        if not self.left:
            return False
        try:
            os.truncate(self._path, max(0, self.left - PART_BYTES))
        except OSError as error:
            _log.warning("ballast_not_released", why=error.strerror)
            return False
        self.left = self._found()
        return True

    def discard(self) -> None:
        """Give all of the room back."""
        try:
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)
        except OSError as error:
            _log.warning("ballast_not_removed", why=error.strerror)
        self.left = self._found()

    def _write(self) -> None:
        flags = os.O_CREAT | os.O_WRONLY
        descriptor = os.open(self._path, flags, FILE_MODE)
        try:
            if hasattr(os, "posix_fallocate"):
                # Fails at once where there is no room, instead of filling the disk first.
                os.posix_fallocate(descriptor, 0, self.size)
            _fill(descriptor, self.size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self._path.parent)

    def _found(self) -> int:
        """How many bytes have room of their own: a sparse file holds none."""
        try:
            found = self._path.stat()
        except OSError:
            return 0
        sparse = POSIX and found.st_blocks * _BLOCK < found.st_size
        return 0 if sparse else found.st_size


def is_full(folder: Path) -> bool:
    """Whether the disk is full, asked by writing: SQLite does not pass on why it could not.

    A write of SQLite's that fails for a user's quota, or in the fsync of a file system that
    allocates late, comes out as an error of the disk.
    """
    probe = folder / _PROBE
    try:
        descriptor = os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE)
        try:
            _fill(descriptor, PROBE_BYTES)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            probe.unlink(missing_ok=True)
    except OSError as error:
        return error.errno in _FULL
    return False


def _fill(descriptor: int, size: int) -> None:
    """Write ``size`` bytes that cannot be compressed."""
    left = size
    while left:
        left -= os.write(descriptor, os.urandom(min(_CHUNK, left)))
