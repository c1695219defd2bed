"""One camera frame to one observation: how many faces, which way they face and look.

The mesh follows one face from picture to picture; the detector searches the whole picture
now and then for further ones. Both cost about 3 ms, so the schedule is what makes this
cheap: the mesh on every frame, and the search in its place when something may have changed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.confirmation import Confirmation
from recorder.detect.face.further_faces import SURE_SCORE, FurtherFaces, is_same
from recorder.detect.face.gaze import gaze_in_head
from recorder.detect.face.graphs import FaceGraphs, FittedFace, FoundFace, Roi
from recorder.detect.face.lids import Lids, LidState
from recorder.detect.face.pose import HeadPose, head_pose
from recorder.detect.face.search_schedule import MS, SearchSchedule
from recorder.detect.face.views import Exposure, View, Views
from recorder.detect.observations import Box, FaceObservation
from recorder.detect.picture.lift import Lift
from recorder.detect.picture.repeats import LIVE, RepeatWatch
from recorder.detect.picture.sight import Sight
from recorder.detect.picture.uprightness import Uprightness
from recorder.detect.picture.visibility import Look, look_at

# Score from which a detection is a face (one besides the candidate's may need a second
# look, see ``further_faces``). On photographs true faces down to 35 pixels score 0.68 and
# more, lookalikes below 0.45.
FACE_SCORE = 0.5

# Squares and brightened pictures are searched for faces of at least this size; of smaller
# ones they show more lookalikes (of 26 to 36 pixels, scores up to 0.68) than faces, and the
# mesh takes half of those for faces too.
LEAST_BESIDE_PX = 40.0

# A mesh this old still tells where the face is and looks: the picture that is searched is
# not fitted as well. Two pictures at 30 a second; slower cameras have both done.
FRESH_NS = 50 * MS


class Graphs(Protocol):
    """What the analyser needs of the models."""

    def find(
        self, image: NDArray[np.uint8], columns: tuple[int, int] | None = None
    ) -> list[FoundFace]:
        """All faces in a picture, or in some of its columns."""
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
        self._views = Views()
        self._schedule = SearchSchedule()
        self._upright = Uprightness(self._best_score)
        self._sight = Sight()
        self._live = LIVE
        self._followed: FittedFace | None = None
        self._fitted_ns = 0
        self._pose: HeadPose | None = None
        self._lids = Lids()
        self._further = FurtherFaces()
        self._confirmation = Confirmation()
        self._others: list[FoundFace] = []
        self._score = 0.0
        # Places in a picture of one size are none in a picture of another.
        self._shape: tuple[int, ...] = ()

    @property
    def followed(self) -> FittedFace | None:
        """The mesh on the face that is followed, in the picture seen last."""
        return self._followed

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> FaceObservation:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        if image.shape != self._shape:
            self._shape = image.shape
            self._forget()
        look = look_at(image)
        if not look.observable:
            self._forget()
            self._sight.nothing(monotonic_ns)
            return FaceObservation(monotonic_ns, 0, look.contrast, self._sight.blind)
        self._live = self._repeats.step(monotonic_ns, image, look.luma)
        self._follow(image, monotonic_ns, look)
        turned = self._upright.upside_down
        self._sight.judge(monotonic_ns, self._live, self._box, image.shape, turned=turned)
        return self._measured(image, monotonic_ns, look)

    @property
    def _box(self) -> Roi | None:
        """Where the face that is followed is, or the surest one that could not be."""
        if self._followed is not None:
            return self._followed.box
        return self._others[0].box if self._others else None

    def _forget(self) -> None:
        self._followed = self._pose = None
        self._others, self._score = [], 0.0
        self._further.clear()
        self._confirmation.clear()
        self._views.begin()
        self._schedule.forget()

    def _follow(self, image: NDArray[np.uint8], now_ns: int, look: Look) -> None:
        """Find out where the face is now, and search for others when it is time."""
        last = self._followed
        doubt = self._further.unsettled or bool(self._others)
        box = last.box if last else None
        due = self._schedule.is_due(now_ns, look, box, image.shape, doubt=doubt)
        if last is not None and not (due and now_ns - self._fitted_ns <= FRESH_NS):
            lit = self._lift.apply(image, self._views.exposure)
            self._followed = self._fit(lit, last.roi, now_ns)
        if due or (last is not None and self._followed is None):
            self._search(image, now_ns, look)
        candidate = self._followed.box if self._followed else None
        self._others = self._further.beside(candidate)

    def _fit(self, image: NDArray[np.uint8], roi: Roi, now_ns: int) -> FittedFace | None:
        height, width = image.shape[:2]
        if not (0 <= roi.x < width and 0 <= roi.y < height):
            return None
        self._fitted_ns = now_ns
        return self._graphs.fit(image, roi)

    def _search(self, image: NDArray[np.uint8], now_ns: int, look: Look) -> None:
        """Search a view of the picture for the face to follow, and for others."""
        height, width = image.shape[:2]
        light, followed = look.light(), self._followed is not None
        self._lift.update(light)
        if self._further.doubtful:
            view = self._views.again()
        else:
            showing = self._further.showing
            view = self._views.next(light, height, width, followed=followed, showing=showing)
        self._schedule.searched(now_ns, look, len(self._views.beside(light, height, width)))
        lit = self._lift.apply(image, view.exposure)
        found = self._graphs.find(lit, view.part.columns(height, width))
        faces = [face for face in found if _is_face(face, view)]
        if not followed:
            self._begin_to_follow(lit, now_ns, view, faces)
        candidate = self._followed.box if self._followed else None
        if view.plain and any(
            face.score >= SURE_SCORE and is_same(face.box, candidate) for face in faces
        ):
            self._views.found(view)
        confirmed = self._confirmed(lit, now_ns, view, faces, candidate)
        if candidate is not None and not view.plain:
            faces = confirmed
        self._further.update(now_ns, view, faces, candidate, confirmed)
        if view.plain:
            self._score = max((face.score for face in found), default=0.0)
        if not self._sight.blurred:
            # Out of focus a face is as like a face when it is turned.
            self._upright.update(now_ns, image, self._score)
        surest = candidate or next((f.box for f in self._further.beside(None)), None)
        self._sight.searched(now_ns, image, light, surest)

    def _begin_to_follow(
        self, lit: NDArray[np.uint8], now_ns: int, view: View, faces: list[FoundFace]
    ) -> None:
        """Follow the nearest of the faces found."""
        self._pose = None
        if faces:
            nearest = max(faces, key=lambda face: face.box.width * face.box.height)
            self._followed = self._fit(lit, nearest.roi, now_ns)
        if self._followed is not None:
            self._views.found(view)
        else:
            self._views.missed(view)

    def _confirmed(
        self,
        lit: NDArray[np.uint8],
        now_ns: int,
        view: View,
        faces: list[FoundFace],
        candidate: Roi | None,
    ) -> list[FoundFace]:
        """Those beside the candidate that are certain, known already, or a face to the mesh.

        Brightness makes lookalikes score higher as well: nothing in it is certain by that.
        """
        if candidate is None:
            return []
        known = [candidate, *(face.box for face in self._further.beside(candidate))]

        def has_mesh(face: FoundFace) -> bool:
            return self._graphs.fit(lit, face.roi) is not None

        return [
            face
            for face in faces
            if ((is_sure := face.score >= SURE_SCORE) and view.exposure is Exposure.PLAIN)
            or any(is_same(face.box, box) for box in known)
            or (
                (is_sure or _is_large(face))
                and self._confirmation.has(now_ns, view, face, has_mesh)
            )
        ]

    def _best_score(self, image: NDArray[np.uint8]) -> float:
        return max((face.score for face in self._graphs.find(image)), default=0.0)

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


def _is_face(face: FoundFace, view: View) -> bool:
    """Whether a detection is taken for a face."""
    return face.score >= (FACE_SCORE if view.plain or _is_large(face) else SURE_SCORE)


def _is_large(face: FoundFace) -> bool:
    """Whether it is large enough for squares, brightened pictures and the mesh's word."""
    return face.box.width >= LEAST_BESIDE_PX


def _shares(box: Roi | None, width: int, height: int) -> Box | None:
    """A place in a picture of this size, as shares of it."""
    if box is None:
        return None
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return Box(left / width, top / height, box.width / width, box.height / height)
