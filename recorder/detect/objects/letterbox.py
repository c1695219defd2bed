"""A picture fitted into a network's input without being stretched, and places brought back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# What is beside the picture: the grey that YOLO networks are trained with.
GREY = 114


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture lies in the input: shrunk or enlarged to ``width`` by ``height`` pixels,
    its top left corner at (``left``, ``top``).
    """

    left: int
    top: int
    width: int
    height: int

    def shares(self, corners: NDArray[np.float32]) -> NDArray[np.float64]:
        """Corners in the input's pixels, (n, 4) left, top, right, bottom, as shares 0..1 of
        the picture; what lies beside the picture is cut off.
        """
        size = np.array([self.width, self.height] * 2, np.float64)
        shares = (corners - np.array([self.left, self.top] * 2, np.float64)) / size
        return np.clip(shares, 0.0, 1.0)


def place(image_size: tuple[int, int], input_size: tuple[int, int]) -> Letterbox:
    """Where a picture lies in an input, in its middle; both sizes are (height, width)."""
    (height, width), (rows, columns) = image_size, input_size
    scale = min(rows / height, columns / width)
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    return Letterbox((columns - wide) // 2, (rows - tall) // 2, wide, tall)


def fill(
    image: NDArray[np.uint8], input_size: tuple[int, int]
) -> tuple[NDArray[np.float32], Letterbox]:
    """A picture, (h, w, 3) uint8 RGB, as an input, (1, 3, rows, columns) with values 0..1."""
    box = place((image.shape[0], image.shape[1]), input_size)
    canvas = np.full((*input_size, 3), GREY, np.uint8)
    inside = canvas[box.top : box.top + box.height, box.left : box.left + box.width]
    inside[:] = cv2.resize(image, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    planes = np.ascontiguousarray(canvas.transpose(2, 0, 1)[np.newaxis], np.float32)
    planes /= 255.0
    return planes, box
