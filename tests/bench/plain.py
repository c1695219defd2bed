"""The peer: FaceMesh for up to four faces and Hands, as they come, on every picture.

What they find goes through the same measures and rules as ours (pose, gaze, lids, hands at an
ear, incidents), so that the incidents of both can be compared. The measures are left out of its
cost: what is counted is decoding, FaceMesh and Hands, with their models loaded before.

Run as ``python -m bench.plain CLIP``; prints one line of JSON.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from accuracy.watching import NS, Findings
from numpy.typing import NDArray

from recorder.detect.face.face_model import LANDMARKS
from recorder.detect.face.gaze import gaze_in_head
from recorder.detect.face.lids import Lids, LidState
from recorder.detect.face.pose import HeadPose, head_pose
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.objects.hands import at_ear
from recorder.detect.observations import Box, FaceObservation, HandsObservation
from recorder.detect.picture.visibility import look_at
from recorder.detect.setup import HAND_KINDS
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, Rule

Picture = NDArray[np.uint8]


def rule(kind: Kind) -> Rule:
    """The default policy's, with hands looked for."""
    found = DEFAULT_RULES.get(kind, OFF)
    return msgspec.structs.replace(found, enabled=True) if kind in HAND_KINDS else found


class Measures:
    """Our measures of what FaceMesh and Hands found, picture by picture."""

    def __init__(self) -> None:
        numbers = itertools.count()
        self._core = DetectionCore(rule, lambda: str(next(numbers)))
        self._pose: HeadPose | None = None
        self._lids = Lids()
        self.found = Findings()
        self._at_ns = 0

    def take(self, at_ns: int, picture: Picture, meshes: list[Any], hands: list[Any]) -> None:
        """One picture, with the landmarks of each face and each hand."""
        self._at_ns = at_ns
        face = self._face(at_ns, picture, meshes)
        self.found.note(self._core.camera(face))
        height, width = picture.shape[:2]
        points = [np.array([(p.x, p.y) for p in hand.landmark]) for hand in hands]
        sure = at_ear(points, face.box, face.roll or 0.0, width / height) if face.box else 0.0
        self.found.note(self._core.camera(HandsObservation(at_ns, len(points), sure)))

    def finish(self) -> Findings:
        """All that was found."""
        self.found.note(self._core.finish("camera", self._at_ns))
        return self.found

    def _face(self, at_ns: int, picture: Picture, meshes: list[Any]) -> FaceObservation:
        contrast = look_at(picture).contrast
        if not meshes:
            self._pose = None
            return FaceObservation(at_ns, 0, contrast)
        height, width = picture.shape[:2]
        mesh = meshes[0].landmark
        shares = np.array([(mesh[i].x, mesh[i].y) for i in LANDMARKS], np.float64)
        landmarks = shares * np.array([width, height], np.float64)
        pose = self._pose = head_pose(landmarks, width, height, self._pose)
        lids = self._lids.step(at_ns, landmarks, pose) if pose else None
        gaze = gaze_in_head(landmarks, pose) if pose and lids is LidState.OPEN else None
        least, most = shares.min(axis=0), shares.max(axis=0)
        return FaceObservation(
            monotonic_ns=at_ns,
            faces=len(meshes),
            contrast=contrast,
            yaw=pose.yaw if pose else None,
            pitch=pose.pitch if pose else None,
            roll=pose.roll if pose else None,
            gaze_yaw=gaze.yaw if gaze else None,
            gaze_pitch=gaze.pitch if gaze else None,
            eyes_shut=lids is LidState.SHUT,
            box=Box(*map(float, (*least, *(most - least)))),
        )


def measured(clip: Path) -> dict[str, Any]:
    """CPU seconds of decoding, FaceMesh and Hands, and the incidents."""
    from mediapipe.python.solutions.face_mesh import FaceMesh
    from mediapipe.python.solutions.hands import Hands

    faces: Any = FaceMesh(max_num_faces=4, refine_landmarks=True)
    hands: Any = Hands()
    measures, ours = Measures(), 0.0
    began = time.process_time()
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            meshes = faces.process(picture).multi_face_landmarks or []
            found = hands.process(picture).multi_hand_landmarks or []
            before = time.process_time()
            measures.take(round(float(frame.time or 0) * NS), picture, meshes, found)
            ours += time.process_time() - before
    cost = time.process_time() - began - ours
    incidents = [
        {"kind": one.kind, "start": one.start_ns / NS, "end": (one.end_ns or 0) / NS}
        for one in measures.finish().incidents
    ]
    return {"cpu_seconds": cost, "incidents": incidents}


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))
