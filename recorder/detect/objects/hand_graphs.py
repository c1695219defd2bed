"""The two mediapipe graphs of hands: find palms in a picture; fit landmarks to each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.mediapipe_graph import (
    load_bindings,
    picture_packet,
    quiet_native_log,
    start_graph,
)
from recorder.detect.models.manifest import checked_path

# The files that mediapipe reads by itself, from its own folder.
MODELS = ("palm-detector", "hand-landmarks")

# 0 is mediapipe's lite pair of models: half the time and memory of the full one. Where a
# hand is, is all that is asked.
_COMPLEXITY = 0

# More hands than this are not looked at: a candidate has two.
MOST_HANDS = 4

# Landmarks that are apart by less than this share of a hand's size, on average, are the same
# hand found twice (two hands that touch are apart by half of it).
SAME_HAND = 0.2

_MODELS = f"""
node {{
  calculator: "ConstantSidePacketCalculator"
  output_side_packet: "PACKET:complexity"
  options {{
    [mediapipe.ConstantSidePacketCalculatorOptions.ext] {{
      packet {{ int_value: {_COMPLEXITY} }}
    }}
  }}
}}
"""

_SEARCH = f"""
executor {{ type: "ApplicationThreadExecutor" }}
input_stream: "image"
output_stream: "palms"
{_MODELS}
node {{
  calculator: "PalmDetectionCpu"
  input_stream: "IMAGE:image"
  input_side_packet: "MODEL_COMPLEXITY:complexity"
  output_stream: "DETECTIONS:palms"
}}
"""

_FIT = f"""
executor {{ type: "ApplicationThreadExecutor" }}
input_stream: "image"
input_stream: "palm"
output_stream: "landmarks"
{_MODELS}
node {{
  calculator: "ImagePropertiesCalculator"
  input_stream: "IMAGE:image"
  output_stream: "SIZE:size"
}}
node {{
  calculator: "PalmDetectionDetectionToRoi"
  input_stream: "DETECTION:palm"
  input_stream: "IMAGE_SIZE:size"
  output_stream: "ROI:roi"
}}
node {{
  calculator: "HandLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "MODEL_COMPLEXITY:complexity"
  output_stream: "LANDMARKS:landmarks"
}}
"""


class HandGraphs:
    """Both graphs with their models loaded. Not for use by several threads at once.

    Raises:
        EnvironmentFault: a file of theirs is missing, or is not the one this release was
            tested with.
    """

    def __init__(self) -> None:
        for name in MODELS:
            checked_path(name)
        self._mp = load_bindings()
        with quiet_native_log():
            self._search = start_graph(self._mp, _SEARCH, ("palms",))
            self._fit = start_graph(self._mp, _FIT, ("landmarks",))
            self.find(np.zeros((64, 64, 3), np.uint8))

    def find(self, image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """The hands in a picture, (h, w, 3) uint8 RGB: (21, 2) landmarks each, in shares of
        its width and height, in mediapipe's order. Palms that show no hand are left out.
        """
        packet = self._search(image=picture_packet(self._mp, image)).get("palms")
        if packet is None or packet.is_empty():
            return []
        palms = self._mp.packet_getter.get_proto_list(packet)
        surest = sorted(palms, key=lambda palm: -palm.score[0])[:MOST_HANDS]
        hands: list[NDArray[np.float64]] = []
        for palm in surest:
            hand = self._landmarks(image, palm)
            if hand is not None and not any(_same(hand, other) for other in hands):
                hands.append(hand)
        return hands

    def _landmarks(self, image: NDArray[np.uint8], palm: Any) -> NDArray[np.float64] | None:
        place = self._mp.packet_creator.create_proto(palm)
        packets = self._fit(image=picture_packet(self._mp, image), palm=place)
        packet = packets.get("landmarks")
        if packet is None or packet.is_empty():
            return None
        points = self._mp.packet_getter.get_proto(packet).landmark
        return np.array([(point.x, point.y) for point in points], np.float64)


def _same(hand: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two palms led to one hand."""
    size = np.hypot(*(other.max(axis=0) - other.min(axis=0)))
    return float(np.hypot(*(hand - other).T).mean()) < SAME_HAND * size
