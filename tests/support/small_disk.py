"""A small real file system of its own, to be filled to the last byte. Needs root on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CHUNK = 2**16


@contextmanager
def small_disk(folder: Path, kind: str, size: int) -> Iterator[Path]:
    """A file system of ``size`` bytes, mounted while the block runs.

    Args:
        folder: an empty folder to work in.
        kind: ``tmpfs``, or ``ext4`` in a file of its own on a loop device.
        size: of the whole file system.

    The test is skipped, and says so, where this user may not mount.
    """
    place = folder / f"disk-{kind}"
    place.mkdir()
    if kind == "tmpfs":
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    else:
        image = folder / "disk.img"
        with image.open("wb") as file:
            file.truncate(size)
        _try(["mkfs.ext4", "-q", "-m", "0", str(image)], kind)
        command = ["mount", "-o", "loop", str(image), str(place)]
    _try(command, kind)
    try:
        yield place
    finally:
        done = subprocess.run(["umount", str(place)], capture_output=True, check=False)
        if done.returncode:  # something in it is still open: let it go when that ends
            subprocess.run(["umount", "-l", str(place)], check=False)


def _try(command: list[str], kind: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no {kind} can be mounted here: {done.stderr.strip()}")


def fill(place: Path, leave: int = 0) -> Path:
    """Another program's file, which takes all room but ``leave`` bytes."""
    filler = place / "another-programs-file"
    with filler.open("ab", buffering=0) as file:
        while (free := shutil.disk_usage(place).free) > leave:
            try:
                file.write(os.urandom(min(_CHUNK, free - leave)))
            except OSError:
                break
        if not leave:
            _to_the_last_byte(file.fileno())
        os.fsync(file.fileno())
    return filler


def _to_the_last_byte(descriptor: int) -> None:
    """What the system holds back from its count of free bytes is taken, too."""
    try:
        while os.write(descriptor, os.urandom(4096)):
            pass
    except OSError:
        return
