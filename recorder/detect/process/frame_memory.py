"""Memory that the recorder and its detector process share: two slots for a picture, and a note
that outlives the detector.

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

# The note has pages of its own: the detector may write there and nowhere else.
_NOTE_AT = -(-SLOTS * SLOT_BYTES // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
_NOTE_BYTES = mmap.ALLOCATIONGRANULARITY
_SIZE = _NOTE_AT + _NOTE_BYTES


class FrameMemory:
    """Both slots and the note, mapped. ``token`` tells the other process how to map them too.

    On Linux a memory file, on Windows a mapping in the page file with a random name, and
    elsewhere a file that is deleted before it is written to.
    """

    def __init__(
        self, mapping: mmap.mmap, note: mmap.mmap, token: str, descriptor: int | None
    ) -> None:
        self.token = token
        self.descriptor = descriptor
        self._mapping = mapping
        self._note = note

    @classmethod
    def create(cls) -> Self:
        """Make the memory; the recorder does."""
        if sys.platform == "win32":
            name = f"invigil-{secrets.token_hex(16)}"
            whole = mmap.mmap(-1, _SIZE, tagname=name)
            note = mmap.mmap(-1, _NOTE_BYTES, tagname=name, offset=_NOTE_AT)
            return cls(whole, note, name, None)
        descriptor = _anonymous_file()
        os.ftruncate(descriptor, _SIZE)
        note = mmap.mmap(descriptor, _NOTE_BYTES, offset=_NOTE_AT)
        return cls(mmap.mmap(descriptor, _SIZE), note, str(descriptor), descriptor)

    @classmethod
    def attach(cls, token: str) -> Self:
        """Map what ``create`` made, pictures to read from; the detector process does."""
        if sys.platform == "win32":
            mapping = mmap.mmap(-1, _SIZE, tagname=token, access=mmap.ACCESS_READ)
            note = mmap.mmap(-1, _NOTE_BYTES, tagname=token, offset=_NOTE_AT)
            return cls(mapping, note, token, None)
        descriptor = int(token)
        mapping = mmap.mmap(descriptor, _SIZE, access=mmap.ACCESS_READ)
        note = mmap.mmap(descriptor, _NOTE_BYTES, offset=_NOTE_AT)
        os.close(descriptor)
        return cls(mapping, note, token, None)

    @property
    def note(self) -> int:
        """A number, 0 at first, that either process leaves here for the other."""
        return self._note[0]

    @note.setter
    def note(self, number: int) -> None:
        self._note[0] = number

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
        self._note.close()
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
