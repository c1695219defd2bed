"""One picture to everything that the detectors say about it.

Faces are looked at in every picture. Identity, objects and hands cost ten to fifty times as
much, so each is sampled: at most one of them looks at a picture, the one that is most
overdue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import FaceAnalyzer, Graphs
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.identity.embedding import FaceEmbedder
from recorder.detect.identity.enrolling import FaceEnrolling
from recorder.detect.identity.matching import Embedder, IdentitySampler
from recorder.detect.objects.finding import ObjectSampler
from recorder.detect.objects.hands import HandSampler
from recorder.detect.observations import (
    FaceObservation,
    HandsObservation,
    IdentityObservation,
    ObjectsObservation,
)
from recorder.detect.process.worker_messages import Seen
from recorder.detect.setup import (
    NOTHING_MORE,
    DetectorSetup,
    FaceEnrolment,
    IdentitySetup,
    ObjectSetup,
    Unwatched,
)

Sample = IdentityObservation | ObjectsObservation | HandsObservation


class Sampler(Protocol):
    """A detector that looks now and then."""

    def overdue_s(self, face: FaceObservation) -> float | None:
        """By how much a look is overdue, now that the face is so; ``None`` where none is."""
        ...

    def look(
        self, image: NDArray[np.uint8], face: FaceObservation, faces: FaceAnalyzer
    ) -> Sample | None:
        """Look at a picture, (h, w, 3) uint8 RGB; ``None`` where it says nothing.

        Raises:
            Unwatched: it cannot look, now or later; it is not overdue any more.
        """
        ...


class PictureAnalyzer:
    """Looks at one camera's pictures, in the order they were taken."""

    def __init__(
        self,
        graphs: Graphs | None = None,
        embedder: Callable[[], Embedder] = FaceEmbedder,
    ) -> None:
        """Look with these; by default with the packaged models.

        Args:
            graphs: find faces; ``None`` loads the packaged ones.
            embedder: gives what compares faces; asked for once that is wanted.
        """
        self._graphs = graphs or FaceGraphs()
        self._faces = FaceAnalyzer(self._graphs)
        self._embedder = embedder
        self._loaded: Embedder | None = None
        self._enrolling: FaceEnrolling | None = None
        self._identity: IdentitySampler | None = None
        self._objects: ObjectSampler | None = None
        self._hands: HandSampler | None = None
        self._samplers: tuple[Sampler, ...] = ()
        self._setup = NOTHING_MORE

    def prepare(self, setup: DetectorSetup) -> None:
        """Watch for this from now on.

        Raises:
            EnvironmentFault: a model for it is missing.
        """
        self._setup = setup
        self._prepare_enrolling(setup.take_face)
        self._identity = self._prepared_identity(setup.identity)
        self._objects = _prepared_objects(self._objects, setup.objects)
        self._hands = _prepared_hands(self._hands, setup.hands_every_s)
        samplers = (self._identity, self._objects, self._hands)
        self._samplers = tuple(sampler for sampler in samplers if sampler is not None)

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> Seen:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        face = self._faces.observe(image, monotonic_ns)
        enrolling = self._enrolling.take(image, face) if self._enrolling else None
        try:
            seen = _seen(face, self._sample(image, face))
        except Unwatched as trouble:
            seen = Seen(face, unwatched=(str(trouble),))
        return msgspec.structs.replace(seen, enrolling=enrolling) if enrolling else seen

    def _prepare_enrolling(self, setup: FaceEnrolment | None) -> None:
        if setup is None:
            self._enrolling = None
            return
        if self._enrolling is None or self._enrolling.number != setup.number:
            embedder = self._known_embedder()
            self._enrolling = FaceEnrolling(setup, self._faces, self._graphs, embedder)
        self._enrolling.follow(setup)

    def _known_embedder(self) -> Embedder:
        """The one that there is: loading it takes a while."""
        self._loaded = self._loaded or self._embedder()
        return self._loaded

    def _prepared_identity(self, setup: IdentitySetup | None) -> IdentitySampler | None:
        """The sampler that there is keeps when it last looked."""
        if setup is None:
            return None
        if self._identity is None:
            return IdentitySampler(setup, self._known_embedder())
        self._identity.prepare(setup)
        return self._identity

    def _sample(self, image: NDArray[np.uint8], face: FaceObservation) -> Sample | None:
        due = [
            (overdue, place)
            for place, sampler in enumerate(self._samplers)
            if (overdue := sampler.overdue_s(face)) is not None
        ]
        if not due:
            return None
        _, place = max(due)
        return self._samplers[place].look(image, face, self._faces)


def _prepared_objects(
    sampler: ObjectSampler | None, setup: ObjectSetup | None
) -> ObjectSampler | None:
    if setup is None:
        return None
    if sampler is None:
        return ObjectSampler(setup)
    sampler.prepare(setup)
    return sampler


def _prepared_hands(sampler: HandSampler | None, every_s: float | None) -> HandSampler | None:
    if every_s is None:
        return None
    if sampler is None:
        return HandSampler(every_s)
    sampler.every_s = every_s
    return sampler


def _seen(face: FaceObservation, sample: Sample | None) -> Seen:
    match sample:
        case None:
            return Seen(face)
        case IdentityObservation():
            return Seen(face, identity=sample)
        case ObjectsObservation():
            return Seen(face, objects=sample)
        case HandsObservation():
            return Seen(face, hands=sample)
