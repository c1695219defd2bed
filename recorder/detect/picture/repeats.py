"""Does the camera give live pictures, or the same ones again?

A sensor never gives the same picture twice: its noise differs each time. A picture that is
the same as the last one was not taken anew; pictures that are the same as others some time
ago, noise included, come from a file or from a virtual camera that plays in a loop.

Each changed picture is remembered by a few hundred single pixels. Once a second the newest
one is looked for among all of them; from then on only near the place where it was found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

NS = 1_000_000_000

# Pixels of a picture that are remembered: a square of so many by so many, one pixel from
# each field. Single pixels, because averaging would take away the noise that tells two
# pictures of a still room apart.
FIELDS = 16
SAMPLES = FIELDS * FIELDS

# Changed pictures that are remembered: ten minutes at 30 a second, in 4.6 MB.
REMEMBERED = 18_000

# The same picture for this long is a frozen one. Cameras that give a picture a second or
# more, and drivers that hand the last one out again meanwhile, stay below it.
FROZEN_NS = 2 * NS

# A still picture for this long is a photograph in place of a camera, or a camera that
# needs somebody to see to it: it counts as a loop of one picture.
STILL_NS = 30 * NS

# Mean difference of the remembered pixels (levels, 0..255) from which the step from one
# picture to the next tells pictures apart. Below it a picture could be like an earlier one
# by chance: cameras that smooth their noise away give steps near 0 in a still room.
TELLING_STEP = 0.25

# An earlier picture is the same one when it differs by less than this share of the step
# from the picture before. Noise of its own makes two pictures differ by a whole step; with
# 256 pixels a quarter of it is more than eight standard deviations away. More than
# nothing, because a loop may be encoded anew.
SAME_SHARE = 0.25

# Nearer than this a picture is not looked for: a still scene resembles itself.
NEAREST_NS = NS

SEEK_EVERY_NS = NS

# How far around the expected place a followed loop is looked for; detection may have taken
# other pictures of it the last time.
FOLLOW_REACH_NS = NS // 2

# So many agreeing pictures over so long are a loop. One alone could be a flash of light.
LOOP_PICTURES = 10
LOOP_SPAN_NS = NS

# Rows that are compared at once, and how many of the nearest are looked at: a loop of a
# second comes again that often within half a minute.
_PIECE = 1024
_NEAREST = 32

# Without a picture that agrees for this long, the loop is over.
LOOP_LOST_NS = 2 * NS


@dataclass(frozen=True, slots=True)
class Liveness:
    """``frozen``: the picture has been the same for long; ``loop_s`` is the length of the
    loop that comes again (0 for a single still picture), ``None`` where nothing does."""

    frozen: bool = False
    loop_s: float | None = None


LIVE = Liveness()


class RepeatWatch:
    """Watches one camera. Pictures in the order they were taken, at most one a time."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()
        self._places: tuple[NDArray[np.intp], NDArray[np.intp]] = _places(1, 1)
        self._memory = _Memory()
        self._last: NDArray[np.uint8] | None = None
        self._last_luma: NDArray[np.uint8] | None = None
        self._same_since_ns: int | None = None
        self._loop = _Loop(self._memory)

    def step(self, now_ns: int, image: NDArray[np.uint8], luma: NDArray[np.uint8]) -> Liveness:
        """Take a picture, (h, w, 3) uint8, and its thumbnail of any size."""
        if image.shape != self._shape:
            self._begin(image.shape)
        pixels = np.ascontiguousarray(image[..., 1][self._places])
        last, last_luma = self._last, self._last_luma
        self._last, self._last_luma = pixels, luma
        if last is None or last_luma is None:
            self._memory.add(now_ns, pixels)
            return LIVE
        if np.array_equal(pixels, last) and np.array_equal(luma, last_luma):
            return self._same(now_ns)
        self._same_since_ns = None
        step = _difference(pixels, last)
        loop_s = self._loop.step(now_ns, pixels, step)
        self._memory.add(now_ns, pixels)
        return Liveness(loop_s=loop_s)

    def _begin(self, shape: tuple[int, ...]) -> None:
        """Another size is another camera."""
        self._shape = shape
        self._places = _places(shape[0], shape[1])
        self._memory.clear()
        self._last = self._last_luma = self._same_since_ns = None
        self._loop = _Loop(self._memory)

    def _same(self, now_ns: int) -> Liveness:
        if self._same_since_ns is None:
            self._same_since_ns = now_ns
        lasted_ns = now_ns - self._same_since_ns
        still = 0.0 if lasted_ns >= STILL_NS else None
        loop_s = self._loop.wait(now_ns)
        return Liveness(lasted_ns >= FROZEN_NS, loop_s if still is None else still)


class _Memory:
    """The pixels of the last changed pictures and when they were taken, in a ring."""

    def __init__(self) -> None:
        self._pixels = np.zeros((REMEMBERED, SAMPLES), np.uint8)
        self._times = np.zeros(REMEMBERED, np.int64)
        self._count = 0

    def clear(self) -> None:
        self._count = 0

    def add(self, now_ns: int, pixels: NDArray[np.uint8]) -> None:
        place = self._count % REMEMBERED
        self._pixels[place], self._times[place] = pixels, now_ns
        self._count += 1

    def newest_like(
        self, pixels: NDArray[np.uint8], within: float, from_ns: int, to_ns: int
    ) -> int | None:
        """When the last picture was taken that differs by at most ``within`` on average."""
        for first, last in self._newest_first(from_ns, to_ns):
            apart, places = cv2.batchDistance(
                pixels[None],
                self._pixels[first:last],
                cv2.CV_32S,
                normType=cv2.NORM_L1,
                K=min(_NEAREST, last - first),
            )
            alike = places[0][apart[0] <= within * SAMPLES]
            if len(alike):
                return int(self._times[first + alike.max()])
        return None

    def _newest_first(self, from_ns: int, to_ns: int) -> Iterator[tuple[int, int]]:
        """The rows of a stretch of time, in pieces that end early when one of them will do."""
        for first, last in reversed(self._rows(from_ns, to_ns)):
            for end in range(last, first, -_PIECE):
                yield max(first, end - _PIECE), end

    def _rows(self, from_ns: int, to_ns: int) -> list[tuple[int, int]]:
        """The rows of a stretch of time, oldest first, as at most two slices."""
        newest = self._count % REMEMBERED
        older = (newest, REMEMBERED) if self._count > REMEMBERED else (0, 0)
        newer = (0, min(self._count, REMEMBERED) if self._count <= REMEMBERED else newest)
        found: list[tuple[int, int]] = []
        for first, last in (older, newer):
            times = self._times[first:last]
            low = first + int(np.searchsorted(times, from_ns))
            high = first + int(np.searchsorted(times, to_ns, side="right"))
            if low < high:
                found.append((low, high))
        return found


class _Loop:
    """Seeks an earlier place that the camera plays again, and follows it."""

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory
        self._sought_ns: int | None = None
        self._agreed: deque[tuple[int, int]] = deque(maxlen=LOOP_PICTURES)
        self._since_ns = 0
        self._found = False

    def step(self, now_ns: int, pixels: NDArray[np.uint8], step: float) -> float | None:
        """Take a changed picture; the loop's length in seconds while there is one."""
        if step >= TELLING_STEP:
            earlier_ns = self._earlier(now_ns, pixels, SAME_SHARE * step)
            if earlier_ns is not None:
                if not self._agreed:
                    self._since_ns = now_ns
                self._agreed.append((now_ns, now_ns - earlier_ns))
        return self.wait(now_ns)

    def wait(self, now_ns: int) -> float | None:
        """Nothing new was seen."""
        if self._agreed and now_ns - self._agreed[-1][0] >= LOOP_LOST_NS:
            self._agreed.clear()
            self._found = False
        full = len(self._agreed) == LOOP_PICTURES
        self._found = self._found or (full and now_ns - self._since_ns >= LOOP_SPAN_NS)
        if not self._found:
            return None
        return float(np.median([lag_ns for _, lag_ns in self._agreed])) / NS

    def _earlier(self, now_ns: int, pixels: NDArray[np.uint8], within: float) -> int | None:
        newest_ns = now_ns - NEAREST_NS
        if self._agreed:
            near_ns = now_ns - self._agreed[-1][1]
            from_ns, to_ns = near_ns - FOLLOW_REACH_NS, near_ns + FOLLOW_REACH_NS
            return self._memory.newest_like(pixels, within, from_ns, min(to_ns, newest_ns))
        if self._sought_ns is not None and now_ns - self._sought_ns < SEEK_EVERY_NS:
            return None
        self._sought_ns = now_ns
        return self._memory.newest_like(pixels, within, 0, newest_ns)


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(cv2.norm(one, other, cv2.NORM_L1)) / SAMPLES


def _places(height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels that are remembered: one from each field, anywhere in
    it, so that no pattern of the picture or its encoder falls in step with them."""
    chance = np.random.default_rng(0)
    field = np.arange(FIELDS)
    rows = (field[:, None] + chance.random((FIELDS, FIELDS))) * height / FIELDS
    columns = (field[None, :] + chance.random((FIELDS, FIELDS))) * width / FIELDS
    return (
        np.minimum(rows.astype(np.intp), height - 1).ravel(),
        np.minimum(columns.astype(np.intp), width - 1).ravel(),
    )
