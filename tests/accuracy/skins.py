"""What a head's mesh is covered with: the photograph's face, hair and skin around it."""

from __future__ import annotations

import cv2
import numpy as np
from accuracy.meshes import FACE_VERTICES, SKULL_ROWS
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# The face is kept at this many pixels across, twice what a webcam shows of it at 40 cm.
FACE_PX = 420

# How much of the photograph round the face is kept, as a share of the face.
MARGIN = 0.35

# Where the first row of skull is painted from, and where hair is looked for: places on the
# way from the face's middle to its edge and on. Above the face is hair, beside it what was
# behind the head, so the sides are painted from within.
ABOVE, BESIDE, HAIR = 1.08, 0.96, 1.3

# Ten skin tones, sRGB, from the lightest (Monk Skin Tone scale, Ellis Monk and Google, 2022).
MONK = np.array(
    [
        (246, 237, 228), (243, 231, 219), (247, 234, 208), (234, 218, 186), (215, 189, 150),
        (160, 126, 86), (130, 92, 67), (96, 65, 52), (58, 49, 42), (41, 36, 32),
    ],
    np.float64,
)  # fmt: skip

# Landmarks in the middle of the cheeks and the forehead, which show bare skin.
_SKIN = (205, 425, 50, 280, 151)

# Rows of the strip beside the photograph, hair above and skin below, and its columns.
_STRIP_PX = 64
_LEVELS = 5
_GAMMA = 2.2


class Texture:
    """A picture with everything in it, and where on it each vertex lies.

    ``places`` (n, 2) pixels: the face's vertices, the first two rows of skull (painted from
    the photograph), the other rows (from the strip of hair and skin).
    """

    def __init__(
        self, photo: Picture, mesh: NDArray[np.float64], oval: tuple[int, ...]
    ) -> None:
        face = mesh[:FACE_VERTICES, :2]
        low, high = face.min(axis=0), face.max(axis=0)
        corner = low - MARGIN * (high - low)
        scale = FACE_PX / float((high - low)[0])
        self._face = (face - corner) * scale
        size = np.ceil((1 + 2 * MARGIN) * (high - low) * scale).astype(int)
        self._crop = _cropped(photo, corner, scale, (int(size[0]), int(size[1])))
        self._edge = self._face[list(oval)]
        self._skin = self._colour_at(self._face[list(_SKIN)])
        above = self._outside(np.full(len(oval), HAIR))[np.argsort(self._edge[:, 1])[:5]]
        self._hair = self._colour_at(above)
        self.places = self._places()
        self._made: dict[int | None, tuple[list[Picture], NDArray[np.float64]]] = {}

    def toned(self, tone: int | None) -> tuple[list[Picture], NDArray[np.float64]]:
        """The picture in halving sizes, and its skin's mean colour, in a tone of 1 to 10."""
        if tone not in self._made:
            self._made[tone] = self._tone(tone)
        return self._made[tone]

    def _tone(self, tone: int | None) -> tuple[list[Picture], NDArray[np.float64]]:
        crop, skin = self._crop, self._skin
        if tone is not None:
            gain = (MONK[tone - 1] / 255) ** _GAMMA / (self._skin / 255) ** _GAMMA
            linear = (np.arange(256) / 255)[:, None] ** _GAMMA * gain
            # What is brighter than white is brought back softly, not cut.
            linear = np.where(linear > 0.8, 1 - 0.2 * np.exp(-(linear - 0.8) / 0.2), linear)
            table = (255 * linear ** (1 / _GAMMA)).round().astype(np.uint8)[:, None]
            crop = np.asarray(cv2.LUT(crop, table.reshape(256, 1, 3)), np.uint8)
            skin = MONK[tone - 1]
        levels = [np.ascontiguousarray(np.hstack([crop, self._strip(skin)]))]
        for _ in range(_LEVELS - 1):
            levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.uint8))
        return levels, skin

    def _strip(self, skin: NDArray[np.float64]) -> Picture:
        """Hair turning into skin from above to below, with strands."""
        height = len(self._crop)
        share = np.clip(np.linspace(-1.5, 2.5, height), 0, 1)[:, None, None]
        strands = np.random.default_rng(0).normal(0, 0.18, (1, _STRIP_PX, 1))
        made = self._hair * (1 + strands) * (1 - share) + 0.85 * skin * share
        return np.clip(made, 0, 255).astype(np.uint8)

    def _places(self) -> NDArray[np.float64]:
        height, width = self._crop.shape[:2]
        rows = len(SKULL_ROWS) - 1
        # Above the eyes hair, below the ears skin.
        up = np.interp(
            self._edge[:, 1], np.quantile(self._edge[:, 1], [0.2, 0.45, 0.7]), [0.1, 0.3, 0.95]
        )
        across = np.linspace(4, _STRIP_PX - 5, len(self._edge))
        strip = np.empty((rows, len(self._edge), 2))
        strip[:, :, 0] = width + across
        # Towards the back of the head all is hair.
        back = np.linspace(0, 1, rows)[:, None]
        strip[:, :, 1] = (height - 1) * (up * (1 - back) + 0.2 * back)
        first = self._outside(np.interp(up, [0.1, 0.95], [ABOVE, BESIDE]))
        return np.concatenate([self._face, self._edge, first, strip.reshape(-1, 2)])

    def _outside(self, factor: NDArray[np.float64]) -> NDArray[np.float64]:
        middle = self._edge.mean(axis=0)
        height, width = self._crop.shape[:2]
        moved = middle + factor[:, None] * (self._edge - middle)
        return np.clip(moved, 1, (width - 2, height - 2))

    def _colour_at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """The middle colour of the neighbourhoods of some places."""
        patches = [
            self._crop[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7].reshape(-1, 3)
            for x, y in np.round(places).astype(int)
        ]
        return np.maximum(np.median(np.concatenate(patches), axis=0), 12.0)


def _cropped(
    photo: Picture, corner: NDArray[np.float64], scale: float, size: tuple[int, int]
) -> Picture:
    """A part of the photograph that begins at ``corner``, ``scale`` times as large."""
    while scale < 0.5:  # halve first: a warp looks at single points
        photo = np.asarray(cv2.pyrDown(photo), np.uint8)
        corner, scale = corner / 2, scale * 2
    moved = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    made = cv2.warpAffine(photo, moved, size, None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)
