"""The photographs that heads and scenes are made from: one that a package ships, and more
where real media lie beside the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from accuracy.heads import Head, Picture
from skimage import data

from recorder.detect.face.graphs import FaceGraphs

MEDIA = Path(os.environ.get("INVIGIL_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
_NAMES = ("face_a1.jpg", "face_a2.jpg", "face_b1.jpg")


@cache
def photographs() -> dict[str, Picture]:
    """Portraits of one person each, (h, w, 3) uint8 RGB, by name."""
    found = {"astronaut": np.asarray(data.astronaut(), np.uint8)}
    for name in _NAMES:
        image = cv2.imread(str(MEDIA / name))
        if image is not None:
            found[name] = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
    return found


def things() -> Iterator[Picture]:
    """Photographs without a person in them, 640x480, each also cut and mirrored."""
    for take in (data.coffee, data.chelsea, data.rocket, data.page, data.brick):
        try:
            image = np.asarray(take(), np.uint8)
        except (OSError, ModuleNotFoundError):  # not in this package's wheel
            continue
        coloured = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
        height, width = coloured.shape[:2]
        for part in (
            coloured,
            coloured[:, ::-1],
            coloured[: height // 2, : width // 2],
            coloured[height // 2 :, width // 2 :],
        ):
            yield np.asarray(cv2.resize(part, (640, 480)), np.uint8)


@cache
def graphs() -> FaceGraphs:
    """The models, loaded once."""
    return FaceGraphs()


@cache
def heads() -> tuple[Head, ...]:
    """A head from each photograph."""
    return tuple(Head(photo, graphs()) for photo in photographs().values())


def framed(photo: Picture, face_px: float, size: tuple[int, int] = (640, 480)) -> Picture:
    """A photograph as a webcam would show it: its face so wide, in the middle of a picture
    of ``size`` (width, height), on grey where the photograph ends."""
    box = graphs().find(photo)[0].box
    scale = face_px / box.width
    sharp = photo if scale >= 1 else cv2.GaussianBlur(photo, (0, 0), 0.4 / scale)
    shift = np.array(
        [[scale, 0, size[0] / 2 - scale * box.x], [0, scale, size[1] * 0.45 - scale * box.y]]
    )
    placed = cv2.warpAffine(sharp, shift, size, borderValue=(110, 110, 110))
    return np.asarray(placed, np.uint8)
