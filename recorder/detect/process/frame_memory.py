"""Memory that the recorder and its detector process share: two slots for a picture.

It has no name that another program could open, and it is gone with the two processes:
nothing of a candidate's picture outlives a crash. One process at a time uses a slot;
who that is, they tell each other (``worker_messages``).
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile
from typing import Self

import numpy as np
from numpy.typing import NDArray

SLOTS = 2

# The largest picture a slot takes, 1280x720; larger ones are thinned out on the way in.
SLOT_BYTES = 1280 * 720 * 3

_SIZE = SLOTS * SLOT_BYTES


class FrameMemory:
    """Both slots, mapped. ``token`` tells the other process how to map them too.

    On Linux a memory file, on Windows a mapping in the page file with a random name, and
    elsewhere a file that is deleted before it is written to.
    """

    def __init__(self, mapping: mmap.mmap, token: str, descriptor: int | None) -> None:
        self.token = token
        self.descriptor = descriptor
        self._mapping = mapping

    @classmethod
    def create(cls) -> Self:
        """Make the memory; the recorder does."""
        if sys.platform == "win32":
            name = f"invigil-{secrets.token_hex(16)}"
            return cls(mmap.mmap(-1, _SIZE, tagname=name), name, None)
        descriptor = _anonymous_file()
        os.ftruncate(descriptor, _SIZE)
        return cls(mmap.mmap(descriptor, _SIZE), str(descriptor), descriptor)

    @classmethod
    def attach(cls, token: str) -> Self:
        """Map what ``create`` made, to read from; the detector process does."""
        if sys.platform == "win32":
            mapping = mmap.mmap(-1, _SIZE, tagname=token, access=mmap.ACCESS_READ)
            return cls(mapping, token, None)
        mapping = mmap.mmap(int(token), _SIZE, access=mmap.ACCESS_READ)
        os.close(int(token))
        return cls(mapping, token, None)

    def write(self, slot: int, image: NDArray[np.uint8]) -> tuple[int, int]:
        """Copy a picture, (h, w, 3) uint8, into a slot; returns its height and width there."""
        step = 1
        while _thinned(image, step).nbytes > SLOT_BYTES:
            step += 1
        thin = _thinned(image, step)
        height, width = thin.shape[:2]
        np.copyto(self._slot(slot, height, width), thin)
        return height, width

    def read(self, slot: int, height: int, width: int) -> NDArray[np.uint8]:
        """The picture in a slot, without a copy: valid until the slot is given back."""
        return self._slot(slot, height, width)

    def close(self) -> None:
        """Let go of the memory here. The other process keeps its own mapping."""
        self._mapping.close()
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def _slot(self, slot: int, height: int, width: int) -> NDArray[np.uint8]:
        size = height * width * 3
        flat = np.frombuffer(self._mapping, np.uint8, size, slot * SLOT_BYTES)
        return flat.reshape(height, width, 3)


def _thinned(image: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    return image[::step, ::step]


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("invigil-frames")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
