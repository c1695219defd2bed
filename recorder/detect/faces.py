"""One camera frame to one observation: how many faces, which way they face and look.

The mesh follows one face from picture to picture; the detector searches the whole picture
now and then for further ones. Both cost about 3 ms, so the schedule is what makes this
cheap: the mesh on every frame, and the search in its place when something may have changed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.gaze import gaze_in_head
from recorder.detect.graphs import FaceGraphs, FittedFace, FoundFace, Roi
from recorder.detect.lids import Lids, LidState
from recorder.detect.lift import Lift
from recorder.detect.observations import Box, FaceObservation
from recorder.detect.pose import HeadPose, head_pose
from recorder.detect.repeats import LIVE, RepeatWatch
from recorder.detect.search_schedule import MS, SearchSchedule
from recorder.detect.sight import Sight
from recorder.detect.uprightness import SURE_SCORE, Uprightness
from recorder.detect.visibility import Look, look_at

# Score from which a detection is a face; from ``SURE_SCORE`` it needs no second look. On
# photographs true faces down to 35 pixels score 0.68 and more, lookalikes below 0.45.
FACE_SCORE = 0.5

# Share of the smaller box that must be covered for two boxes to be the same face: half a
# face, or a box within the mesh's, is never a second person.
SAME_FACE = 0.3

# A mesh this old still tells where the face is and looks: the picture that is searched is
# not fitted as well. Two pictures at 30 a second; slower cameras have both done.
FRESH_NS = 50 * MS


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
        self._repeats = RepeatWatch()
        self._lift = Lift()
        self._schedule = SearchSchedule()
        self._upright = Uprightness(self._best_score)
        self._sight = Sight()
        self._live = LIVE
        self._followed: FittedFace | None = None
        self._fitted_ns = 0
        self._pose: HeadPose | None = None
        self._lids = Lids()
        self._others: list[FoundFace] = []
        self._score = 0.0
        self._doubtful = False

    @property
    def followed(self) -> FittedFace | None:
        """The mesh on the face that is followed, in the picture seen last."""
        return self._followed

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> FaceObservation:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        look = look_at(image)
        if not look.observable:
            self._forget()
            self._sight.nothing(monotonic_ns)
            return FaceObservation(monotonic_ns, 0, look.contrast, self._sight.blind)
        self._live = self._repeats.step(monotonic_ns, image, look.luma)
        self._follow(self._lift.apply(image), monotonic_ns, look)
        turned = self._upright.upside_down
        self._sight.judge(monotonic_ns, self._live, self._box, image.shape, turned=turned)
        return self._measured(image, monotonic_ns, look)

    @property
    def _box(self) -> Roi | None:
        return _surest_box(self._followed, self._others)

    def _forget(self) -> None:
        self._followed = self._pose = None
        self._others, self._doubtful, self._score = [], False, 0.0
        self._schedule.forget()

    def _follow(self, image: NDArray[np.uint8], now_ns: int, look: Look) -> None:
        """Find out where the face is now, and search for others when it is time."""
        last = self._followed
        doubt = self._doubtful or bool(self._others)
        box = last.box if last else None
        due = self._schedule.is_due(now_ns, look, box, image.shape, doubt=doubt)
        fitted = last
        if last is not None and not (due and now_ns - self._fitted_ns <= FRESH_NS):
            fitted = self._fit(image, last.roi, now_ns)
        if due or (last is not None and fitted is None):
            fitted = self._search(image, fitted, now_ns, look)
        self._followed = fitted

    def _fit(self, image: NDArray[np.uint8], roi: Roi, now_ns: int) -> FittedFace | None:
        height, width = image.shape[:2]
        if not (0 <= roi.x < width and 0 <= roi.y < height):
            return None
        self._fitted_ns = now_ns
        return self._graphs.fit(image, roi)

    def _search(
        self, image: NDArray[np.uint8], fitted: FittedFace | None, now_ns: int, look: Look
    ) -> FittedFace | None:
        """Search the picture; find the face to follow, and count the others."""
        self._schedule.searched(now_ns, look)
        found = self._graphs.find(image)
        faces = [face for face in found if face.score >= FACE_SCORE]
        self._score = max((face.score for face in found), default=0.0)
        if fitted is None and faces:
            nearest = max(faces, key=lambda face: face.box.width * face.box.height)
            fitted = self._fit(image, nearest.roi, now_ns)
            self._pose = None
        others = [
            face for face in faces if fitted is None or face.box.overlap(fitted.box) < SAME_FACE
        ]
        self._settle(others, alone=fitted is None)
        if not self._lift.shows_shadows:
            self._upright.update(now_ns, image, self._score)
        light = look.light()
        self._lift.update(light, found=bool(faces))
        self._sight.searched(now_ns, image, light, _surest_box(fitted, faces))
        return fitted

    def _best_score(self, image: NDArray[np.uint8]) -> float:
        return max((face.score for face in self._graphs.find(image)), default=0.0)

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

    def _measured(self, image: NDArray[np.uint8], now_ns: int, look: Look) -> FaceObservation:
        height, width = image.shape[:2]
        fitted = self._followed
        pose = None
        if fitted is not None and self._sight.shows_pose:
            pose = head_pose(fitted.landmarks, width, height, self._pose)
        self._pose = pose
        gaze = lids = None
        if fitted is not None and pose is not None:
            lids = self._lids.step(now_ns, fitted.landmarks, pose)
            if lids is LidState.OPEN:
                gaze = gaze_in_head(fitted.landmarks, pose)
        return FaceObservation(
            monotonic_ns=now_ns,
            faces=len(self._others) + (fitted is not None),
            contrast=look.contrast,
            blind=self._sight.blind,
            yaw=pose.yaw if pose else None,
            pitch=pose.pitch if pose else None,
            roll=pose.roll if pose else None,
            gaze_yaw=gaze.yaw if gaze else None,
            gaze_pitch=gaze.pitch if gaze else None,
            eyes_shut=lids is LidState.SHUT,
            box=_shares(self._box, width, height),
            confidence=self._confidence(followed=fitted is not None),
            loop_s=self._live.loop_s,
        )

    def _confidence(self, *, followed: bool) -> float:
        """How sure the number of faces is: by the face that decides it."""
        if self._others:
            return self._others[-1].score
        return 1.0 if followed else 1.0 - self._score


def _surest_box(fitted: FittedFace | None, faces: list[FoundFace]) -> Roi | None:
    """Where the face that is followed is, or the surest one that could not be."""
    if fitted is not None:
        return fitted.box
    return faces[0].box if faces else None


def _shares(box: Roi | None, width: int, height: int) -> Box | None:
    """A place in a picture of this size, as shares of it."""
    if box is None:
        return None
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return Box(left / width, top / height, box.width / width, box.height / height)
