"""The two mediapipe graphs: find faces in a picture; fit the mesh where a face is known.

The graphs are our own wiring of mediapipe's calculators and models. They give what the
ready-made FaceMesh gives, and let the caller decide when to search (the full-range
detector, which also sees faces a few metres away) and where to fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import LANDMARKS
from recorder.detect.face.mediapipe_graph import (
    load_bindings,
    picture_packet,
    quiet_native_log,
    start_graph,
)

# What the detector reports at all; what counts as a face is decided in ``faces``.
MIN_REPORTED_SCORE = 0.3

# The mesh is fitted to the detector's box enlarged by this (mediapipe's own figure for
# FaceMesh: the box covers brows to chin, the mesh the whole face).
ROI_SCALE = 1.5

_SEARCH = f"""
executor {{ type: "ApplicationThreadExecutor" }}
input_stream: "image"
output_stream: "detections"
node {{
  calculator: "FaceDetectionFullRangeCpu"
  input_stream: "IMAGE:image"
  output_stream: "DETECTIONS:detections"
  node_options: {{
    [type.googleapis.com/mediapipe.FaceDetectionOptions] {{
      min_score_thresh: {MIN_REPORTED_SCORE}
    }}
  }}
}}
"""

_FIT = """
executor { type: "ApplicationThreadExecutor" }
input_stream: "image"
input_stream: "roi"
output_stream: "landmarks"
output_stream: "next_roi"
node {
  calculator: "ConstantSidePacketCalculator"
  output_side_packet: "PACKET:with_irises"
  options {
    [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { bool_value: true } }
  }
}
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_irises"
  output_stream: "LANDMARKS:landmarks"
}
node {
  calculator: "ImagePropertiesCalculator"
  input_stream: "IMAGE:image"
  output_stream: "SIZE:size"
}
node {
  calculator: "FaceLandmarkLandmarksToRoi"
  input_stream: "LANDMARKS:landmarks"
  input_stream: "IMAGE_SIZE:size"
  output_stream: "ROI:next_roi"
}
"""


@dataclass(frozen=True, slots=True)
class Roi:
    """Where a face is: centre and size in pixels, rotation in radians clockwise."""

    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0

    def overlap(self, other: Roi) -> float:
        """Shared area as a share of the smaller one, 0..1, rotation left aside."""
        across = min(self.x + self.width / 2, other.x + other.width / 2) - max(
            self.x - self.width / 2, other.x - other.width / 2
        )
        along = min(self.y + self.height / 2, other.y + other.height / 2) - max(
            self.y - self.height / 2, other.y - other.height / 2
        )
        smaller = min(self.width * self.height, other.width * other.height)
        return max(0.0, across) * max(0.0, along) / smaller if smaller > 0 else 0.0


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face as the detector sees it: its score 0..1 and its box."""

    score: float
    box: Roi

    @property
    def roi(self) -> Roi:
        """Where the mesh is to be fitted: a square around the box."""
        side = ROI_SCALE * max(self.box.width, self.box.height)
        return Roi(self.box.x, self.box.y, side, side, self.box.rotation)


@dataclass(frozen=True, slots=True)
class FittedFace:
    """The mesh on one face: (n, 2) pixels as ``face_model.LANDMARKS``, and where it is."""

    landmarks: NDArray[np.float64]
    roi: Roi

    @property
    def box(self) -> Roi:
        """The face's box as the detector would draw it."""
        roi = self.roi
        return Roi(roi.x, roi.y, roi.width / ROI_SCALE, roi.height / ROI_SCALE, roi.rotation)


class FaceGraphs:
    """Both graphs with their models loaded. Not for use by several threads at once."""

    def __init__(self) -> None:
        self._mp = load_bindings()
        with quiet_native_log():
            self._search = start_graph(self._mp, _SEARCH, ("detections",))
            self._fit = start_graph(self._mp, _FIT, ("landmarks", "next_roi"))
            blank = np.zeros((64, 64, 3), np.uint8)
            self.find(blank)
            self.fit(blank, Roi(32, 32, 64, 64))

    def find(
        self, image: NDArray[np.uint8], columns: tuple[int, int] | None = None
    ) -> list[FoundFace]:
        """All faces in a picture, (h, w, 3) uint8 RGB, most certain first; or in some of its
        columns, from the first to before the second."""
        first, last = columns or (0, image.shape[1])
        image = image[:, first:last]
        height, width = image.shape[:2]
        packet = self._search(image=picture_packet(self._mp, image)).get("detections")
        if packet is None or packet.is_empty():
            return []
        found = self._mp.packet_getter.get_proto_list(packet)
        faces = [_found_face(detection, width, height, first) for detection in found]
        return sorted(faces, key=lambda face: -face.score)

    def fit(self, image: NDArray[np.uint8], roi: Roi) -> FittedFace | None:
        """The mesh of the face at ``roi``; ``None`` where the model sees none there."""
        height, width = image.shape[:2]
        rect = self._mp.rect_pb2.NormalizedRect(
            x_center=roi.x / width,
            y_center=roi.y / height,
            width=roi.width / width,
            height=roi.height / height,
            rotation=roi.rotation,
        )
        place = self._mp.packet_creator.create_proto(rect)
        packets = self._fit(image=picture_packet(self._mp, image), roi=place)
        packet = packets.get("landmarks")
        if packet is None or packet.is_empty():
            return None
        mesh = self._mp.packet_getter.get_proto(packet).landmark
        shares = np.array([(mesh[i].x, mesh[i].y) for i in LANDMARKS], np.float64)
        following = self._mp.packet_getter.get_proto(packets["next_roi"])
        return FittedFace(
            shares * np.array([width, height], np.float64), _roi_from(following, width, height)
        )


def _found_face(detection: Any, width: int, height: int, first: int) -> FoundFace:
    place = detection.location_data
    box = place.relative_bounding_box
    # Key points 0 and 1 are the eyes, the one on the picture's left first.
    left, right = place.relative_keypoints[0], place.relative_keypoints[1]
    rotation = math.atan2((right.y - left.y) * height, (right.x - left.x) * width)
    return FoundFace(
        score=float(detection.score[0]),
        box=Roi(
            first + (box.xmin + box.width / 2) * width,
            (box.ymin + box.height / 2) * height,
            box.width * width,
            box.height * height,
            rotation,
        ),
    )


def _roi_from(rect: Any, width: int, height: int) -> Roi:
    return Roi(
        rect.x_center * width,
        rect.y_center * height,
        rect.width * width,
        rect.height * height,
        rect.rotation,
    )
