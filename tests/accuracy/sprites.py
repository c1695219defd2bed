"""Heads cut out once and moved about: scenes of many pictures without drawing each anew."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from accuracy.heads import Head, Light, Picture, Pose, plain
from numpy.typing import NDArray

BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True)
class Sprite:
    """A head on nothing: its colours times how much it covers, (h, w, 3) float32, and how
    much that is, (h, w, 1) 0..1."""

    colours: NDArray[np.float32]
    cover: NDArray[np.float32]

    def put(
        self, picture: Picture, right: float = 0.0, down: float = 0.0, size: float = 1.0
    ) -> Picture:
        """The picture with the head in front of it, moved by so many pixels, and so many
        times as large about the picture's middle."""
        height, width = picture.shape[:2]
        middle = np.array([width / 2, height / 2])
        to = middle * (1 - size) + (right, down)
        shift = np.array([[size, 0, to[0]], [0, size, to[1]]])
        colours = cv2.warpAffine(self.colours, shift, (width, height))
        cover = cv2.warpAffine(self.cover, shift, (width, height))[..., None]
        return np.clip(colours + picture * (1 - cover), 0, 255).astype(np.uint8)


def cut_out(
    head: Head,
    pose: Pose,
    *,
    tone: int | None = None,
    light: Light = Light(),  # noqa: B008 - frozen
    size: tuple[int, int] = (640, 480),
) -> Sprite:
    """Draw a head on black and on white: what differs is what it does not cover."""
    on_black, on_white = (
        head.render(pose, tone=tone, light=light, into=plain(*size, grey)).astype(np.float32)
        for grey in (BLACK, WHITE)
    )
    shown = (on_white - on_black).mean(axis=2, keepdims=True) / (WHITE - BLACK)
    return Sprite(on_black, np.clip(1 - shown, 0, 1))
