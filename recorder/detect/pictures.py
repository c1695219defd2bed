"""One picture to everything that the detectors say about it.

Faces are looked at in every picture. Identity, objects and hands cost ten to fifty times as
much, so each is sampled: at most one of them looks at a picture, the one that is most
overdue.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.identity.matching import IdentitySampler
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

    def __init__(self, faces: FaceAnalyzer | None = None) -> None:
        self._faces = faces or FaceAnalyzer()
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
        self._identity = _prepared_identity(self._identity, setup.identity)
        self._objects = _prepared_objects(self._objects, setup.objects)
        self._hands = _prepared_hands(self._hands, setup.hands_every_s)
        samplers = (self._identity, self._objects, self._hands)
        self._samplers = tuple(sampler for sampler in samplers if sampler is not None)

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> Seen:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        face = self._faces.observe(image, monotonic_ns)
        try:
            return _seen(face, self._sample(image, face))
        except Unwatched as trouble:
            return Seen(face, unwatched=(str(trouble),))

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


def _prepared_identity(
    sampler: IdentitySampler | None, setup: IdentitySetup | None
) -> IdentitySampler | None:
    """The sampler that there is keeps its model and when it last looked."""
    if setup is None:
        return None
    if sampler is None:
        return IdentitySampler(setup)
    sampler.prepare(setup)
    return sampler


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
