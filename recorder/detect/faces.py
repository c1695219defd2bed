"""One camera frame to one observation: how many faces, which way they face and look.

The mesh follows one face from picture to picture; the detector searches the whole picture
now and then for further ones. Both cost about 3 ms, so the schedule is what makes this
cheap: the mesh on every frame, the search a few times a second.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.covered import Look, look_at
from recorder.detect.gaze import gaze_in_head
from recorder.detect.graphs import FaceGraphs, FittedFace, FoundFace, Roi
from recorder.detect.observations import Blindness, FaceObservation
from recorder.detect.pose import HeadPose, head_pose

MS = 1_000_000

# A search this often finds a second person within a third of the shortest useful onset.
SEARCH_EVERY_NS = 333 * MS

# While something is in doubt (no face, several, a half-certain one, a sudden change) the
# search follows up this fast: three looks within the bridge of 0.5 s.
SEARCH_AGAIN_NS = 100 * MS

# Mean change of luma since the last search that calls for one now: somebody entering or
# leaving moves a tenth of the picture by a hundred levels.
CHANGED_LUMA = 10.0

# Score from which a detection is a face, and from which it needs no second look. On
# photographs true faces down to 35 pixels score 0.68 and more, lookalikes below 0.45.
FACE_SCORE = 0.5
SURE_SCORE = 0.75

# Share of the smaller box that must be covered for two boxes to be the same face: half a
# face, or a box within the mesh's, is never a second person.
SAME_FACE = 0.3


class Graphs(Protocol):
    """What the analyser needs of the models."""

    def find(self, image: NDArray[np.uint8]) -> list[FoundFace]:
        """All faces in a picture."""
        ...

    def fit(self, image: NDArray[np.uint8], roi: Roi) -> FittedFace | None:
        """The mesh of the face at a place."""
        ...


class FaceAnalyzer:
    """Follows the faces of one camera. Frames in the order they were taken.

    Args:
        graphs: the models; ``None`` loads the packaged ones (0.2 s).
    """

    def __init__(self, graphs: Graphs | None = None) -> None:
        self._graphs = graphs or FaceGraphs()
        self._roi: Roi | None = None
        self._followed: FittedFace | None = None
        self._pose: HeadPose | None = None
        self._others: list[FoundFace] = []
        self._weak_score = 0.0
        self._doubtful = False
        self._searched: tuple[int, Look] | None = None

    @property
    def followed(self) -> FittedFace | None:
        """The mesh on the face that is followed, in the picture seen last."""
        return self._followed

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> FaceObservation:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        look = look_at(image)
        if not look.observable:
            self._forget()
            return FaceObservation(monotonic_ns, 0, look.contrast, Blindness.COVERED)
        fitted = self._fit(image, self._roi)
        if self._search_is_due(monotonic_ns, look, followed=fitted is not None):
            fitted = self._search(image, fitted)
            self._searched = (monotonic_ns, look)
        self._followed = fitted
        self._roi = fitted.roi if fitted else None
        return self._measured(image, monotonic_ns, look, fitted)

    def _forget(self) -> None:
        self._roi = self._followed = self._pose = self._searched = None
        self._others, self._doubtful, self._weak_score = [], False, 0.0

    def _fit(self, image: NDArray[np.uint8], roi: Roi | None) -> FittedFace | None:
        height, width = image.shape[:2]
        if roi is None or not (0 <= roi.x < width and 0 <= roi.y < height):
            return None
        return self._graphs.fit(image, roi)

    def _search_is_due(self, now_ns: int, look: Look, *, followed: bool) -> bool:
        if self._searched is None or (self._roi is not None and not followed):
            return True
        searched_ns, searched_look = self._searched
        elapsed = now_ns - searched_ns
        if elapsed >= SEARCH_EVERY_NS:
            return True
        if elapsed < SEARCH_AGAIN_NS:
            return False
        unsettled = not followed or bool(self._others) or self._doubtful
        return unsettled or look.change_from(searched_look) >= CHANGED_LUMA

    def _search(self, image: NDArray[np.uint8], fitted: FittedFace | None) -> FittedFace | None:
        """Search the picture; find the face to follow, and count the others."""
        found = self._graphs.find(image)
        faces = [face for face in found if face.score >= FACE_SCORE]
        self._weak_score = max((face.score for face in found), default=0.0)
        if fitted is None and faces:
            nearest = max(faces, key=lambda face: face.box.width * face.box.height)
            fitted = self._fit(image, nearest.roi)
            self._pose = None
        others = [
            face for face in faces if fitted is None or face.box.overlap(fitted.box) < SAME_FACE
        ]
        self._settle(others, alone=fitted is None)
        return fitted

    def _settle(self, others: list[FoundFace], *, alone: bool) -> None:
        """Believe in a further face when it is certain, or was there the last time too."""
        expected = 1 if alone else 0
        if self._doubtful or len(self._others) > expected:
            sure = others
        else:
            sure = others[:expected] + [
                face for face in others[expected:] if face.score >= SURE_SCORE
            ]
        self._doubtful = len(sure) < len(others)
        self._others = sure

    def _measured(
        self,
        image: NDArray[np.uint8],
        monotonic_ns: int,
        look: Look,
        fitted: FittedFace | None,
    ) -> FaceObservation:
        height, width = image.shape[:2]
        pose = fitted and head_pose(fitted.landmarks, width, height, self._pose)
        gaze = gaze_in_head(fitted.landmarks, pose) if fitted and pose else None
        self._pose = pose
        return FaceObservation(
            monotonic_ns=monotonic_ns,
            faces=len(self._others) + (fitted is not None),
            contrast=look.contrast,
            yaw=pose.yaw if pose else None,
            pitch=pose.pitch if pose else None,
            roll=pose.roll if pose else None,
            gaze_yaw=gaze.yaw if gaze else None,
            gaze_pitch=gaze.pitch if gaze else None,
            confidence=self._confidence(followed=fitted is not None),
        )

    def _confidence(self, *, followed: bool) -> float:
        """How sure the number of faces is: by the face that decides it."""
        if self._others:
            return self._others[-1].score
        return 1.0 if followed else 1.0 - self._weak_score
