"""Who sits down: a photograph, a turn of the head, and a document where the policy asks.

A page gives every picture of the camera to ``take`` and draws ``step``, ``progress`` and
``words``; ``result`` is what the session is told and what goes into the evidence. Time is that
of the pictures. No window, clock or file here.

The embedding is biometric data: it stays in the memory of the programs that compare and is
written nowhere. The photograph is evidence, and whoever reviews can compare again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.enrolled import EnrolmentPicture
from recorder.detect.face.faces import Graphs
from recorder.detect.face.graphs import FittedFace
from recorder.detect.identity.document import (
    DocumentMatch,
    DocumentProblem,
    match_document,
)
from recorder.detect.identity.enrolment_photo import Candidate, PhotoChoice, Problem, jpeg
from recorder.detect.identity.liveness import HeadLook, LivenessHint, LivenessWatch
from recorder.detect.identity.matching import Embedder
from recorder.detect.identity.own_face import OwnFace
from recorder.detect.observations import FaceObservation
from shared.policy import Identity
from shared.records import Detail

NS = 1_000_000_000

# Who does not turn the head is not kept waiting: liveness is a hint.
TURN_S = 6.0

# A document is looked at so often: finding faces in a still and comparing takes 0.2 s.
DOCUMENT_EVERY_S = 0.5

# Of looks at a document the best counts: this many that could be compared, or the first that
# passes for the same person.
DOCUMENT_LOOKS = 5


class Step(StrEnum):
    """What the candidate is asked for."""

    PHOTO = "photo"
    TURN = "turn"
    DOCUMENT = "document"
    DONE = "done"


_ASK = {
    Step.PHOTO: "Look into the camera.",
    Step.TURN: "Turn your head slowly to one side, then to the other.",
    Step.DOCUMENT: DocumentProblem.NO_FACE.value,
    Step.DONE: "Thank you.",
}


class Analyzer(Protocol):
    """What the run needs of the face analyser."""

    @property
    def followed(self) -> FittedFace | None:
        """The mesh on the face that is followed, in the picture seen last."""
        ...

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> FaceObservation:
        """Measure one picture."""
        ...


@dataclass(frozen=True, slots=True)
class EnrolmentResult:
    """What an enrolment gave: whom to compare with (128 numbers, for ``identity_setup``), and
    what goes into the record.
    """

    embedding: NDArray[np.float64]
    pictures: tuple[EnrolmentPicture, ...]
    identity: Detail
    liveness: Detail


@dataclass(frozen=True, slots=True)
class _Document:
    image: NDArray[np.uint8]
    match: DocumentMatch


class EnrolmentRun:
    """One enrolment, step by step.

    Args:
        wanted: what the policy asks for.
        threshold: the distance from which two faces are two people (the policy's rule for
            ``identity_mismatch``).
        analyzer: measures the pictures.
        graphs: finds faces in stills.
        embedder: compares faces.
    """

    def __init__(
        self,
        wanted: Identity,
        threshold: float,
        analyzer: Analyzer,
        graphs: Graphs,
        embedder: Embedder,
    ) -> None:
        self._wanted = wanted
        self._threshold = threshold
        self._analyzer = analyzer
        self._graphs = graphs
        self._embedder = embedder
        self.step = Step.PHOTO
        self._words = _ASK[Step.PHOTO]
        self._photo = PhotoChoice()
        self._own: OwnFace | None = None
        self._liveness = LivenessWatch()
        self._step_ns: int | None = None
        self._share = 0.0
        self._documents: list[_Document] = []
        self._looked_ns: int | None = None
        self._withheld: str | None = None

    @property
    def words(self) -> str:
        """What to tell the candidate now."""
        return self._words

    @property
    def progress(self) -> float:
        """How much of the present step is done, 0..1."""
        return self._share

    def take(self, image: NDArray[np.uint8], monotonic_ns: int) -> None:
        """One picture of the camera, (h, w, 3) uint8 RGB, not mirrored, in order of time."""
        if self.step is Step.DONE:
            return
        self._step_ns = monotonic_ns if self._step_ns is None else self._step_ns
        face = self._analyzer.observe(image, monotonic_ns)
        if self._own is not None:
            self._own.follow(self._analyzer.followed)
        if self.step is Step.PHOTO:
            self._look_for_photo(image, face)
        elif self.step is Step.TURN:
            self._watch_turn(image, face)
        else:
            self._look_at_document(image, monotonic_ns)

    def withhold_document(self, reason: str) -> None:
        """The candidate shows no document, and why: none is asked for, or no more, and the
        evidence says so.
        """
        self._withheld = reason
        if self.step is Step.DOCUMENT:
            self._enter(Step.DONE)

    def again(self) -> None:
        """Take the photograph anew, and everything after it."""
        self._photo, self._own, self._liveness = PhotoChoice(), None, LivenessWatch()
        self._documents, self._withheld = [], None
        self._enter(Step.PHOTO)

    def result(self) -> EnrolmentResult | None:
        """What it gave; ``None`` while it goes on."""
        best = self._photo.best
        if self.step is not Step.DONE or best is None or self._own is None:
            return None
        shown = self._best_document()
        pictures = [EnrolmentPicture("photo", "image/jpeg", jpeg(best.image))]
        if shown is not None:
            pictures.append(EnrolmentPicture("document", "image/jpeg", jpeg(shown.image)))
        return EnrolmentResult(
            embedding=self._own.embedding,
            pictures=tuple(pictures),
            identity=self._identity(best, shown),
            liveness=self._hint().detail(),
        )

    def _enter(self, step: Step) -> None:
        self.step, self._words = step, _ASK[step]
        self._step_ns = self._looked_ns = None
        self._share = 1.0 if step is Step.DONE else 0.0

    def _look_for_photo(self, image: NDArray[np.uint8], face: FaceObservation) -> None:
        problem = self._photo.take(image, face, self._analyzer.followed)
        if problem in (Problem.NO_FACE, Problem.SEVERAL_FACES):
            self._liveness = LivenessWatch()
        self._watch(image, face)
        self._words = problem.value if problem else _ASK[Step.PHOTO]
        self._share = self._photo.progress
        if best := self._photo.best:
            embedding = self._embedder.embed(best.chip)
            self._own = OwnFace(embedding, best.pixels, self._analyzer.followed)
            self._enter(Step.TURN)

    def _watch_turn(self, image: NDArray[np.uint8], face: FaceObservation) -> None:
        assert self._step_ns is not None
        self._watch(image, face)
        passed = (face.monotonic_ns - self._step_ns) / NS
        self._share = min(1.0, passed / TURN_S)
        if passed >= TURN_S or self._hint().depth:
            shown = self._wanted.document and self._withheld is None
            self._enter(Step.DOCUMENT if shown else Step.DONE)

    def _watch(self, image: NDArray[np.uint8], face: FaceObservation) -> None:
        mesh = self._analyzer.followed
        if face.faces == 1 and mesh is not None and face.yaw is not None:
            look = HeadLook(face.monotonic_ns, image, mesh.landmarks, face.yaw, face.eyes_shut)
            self._liveness.take(look)

    def _hint(self) -> LivenessHint:
        return self._liveness.hint()

    def _look_at_document(self, image: NDArray[np.uint8], now_ns: int) -> None:
        looked_ns = self._looked_ns
        if looked_ns is not None and now_ns - looked_ns < DOCUMENT_EVERY_S * NS:
            return
        assert self._own is not None
        self._looked_ns = now_ns
        match match_document(image, self._own, self._threshold, self._graphs, self._embedder):
            case DocumentProblem() as problem:
                self._words = problem.value
            case DocumentMatch() as found:
                self._words = "Hold the document still."
                self._documents.append(_Document(image.copy(), found))
                self._share = min(1.0, len(self._documents) / DOCUMENT_LOOKS)
                if found.same or len(self._documents) >= DOCUMENT_LOOKS:
                    self._enter(Step.DONE)

    def _best_document(self) -> _Document | None:
        """The look at which the document was most like the candidate."""
        return min(self._documents, key=lambda seen: seen.match.distance, default=None)

    def _identity(self, best: Candidate, shown: _Document | None) -> Detail:
        detail: Detail = {"quality": round(best.quality, 2), "threshold": self._threshold}
        if shown is not None:
            detail["document"] = shown.match.detail()
        elif self._withheld is not None:
            detail["document"] = {"reason": f"not shown: {self._withheld}"}
        return detail
