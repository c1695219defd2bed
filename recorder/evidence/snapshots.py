"""One picture of an incident, as a reviewer's list shows it: a small JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.media_file import fit
from recorder.evidence.drafts import Attachment

# A face at 80 is hard to tell from the picture itself; 640×480 come to 25 to 40 kB. Text on
# a screen at 60 can be read at this width, at 60 to 120 kB.
CAMERA_QUALITY = 80
CAMERA_BOX = (640, 480)
SCREEN_QUALITY = 60
SCREEN_BOX = (1280, 720)


def camera_snapshot(image: NDArray[np.uint8]) -> Attachment:
    """A camera's picture, (h, w, 3) uint8 RGB."""
    return _snapshot(image, CAMERA_BOX, CAMERA_QUALITY)


def screen_snapshot(image: NDArray[np.uint8]) -> Attachment:
    """A screen's picture, (h, w, 3) uint8 RGB."""
    return _snapshot(image, SCREEN_BOX, SCREEN_QUALITY)


def _snapshot(image: NDArray[np.uint8], box: tuple[int, int], quality: int) -> Attachment:
    height, width = image.shape[:2]
    size = fit((width, height), box)
    small = image
    if size[0] < width or size[1] < height:
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    made, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert made  # of three bytes a pixel it always is
    return Attachment("snapshot", "image/jpeg", data.tobytes())
