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

from recorder.detect.enrolled import FaceLook
from recorder.detect.face.faces import FaceAnalyzer, Graphs
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.identity.embedding import FaceEmbedder
from recorder.detect.identity.enrolling import FaceEnrolling
from recorder.detect.identity.enrolment import Step
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
    AtWork,
    Beside,
    DetectorSetup,
    FaceEnrolment,
    Unwatched,
    kinds_of,
    nobody_asks,
    trouble_of,
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


# Makes the sampler that a setup asks for of the one that there is; ``None`` where it asks none.
Preparation = Callable[[Sampler | None, DetectorSetup], Sampler | None]


class PictureAnalyzer:
    """Looks at one camera's pictures, in the order they were taken.

    Faces are found in every picture. Whatever fails of the rest is given up, with words in
    the next answer, and the rest goes on.
    """

    def __init__(
        self,
        graphs: Graphs | None = None,
        embedder: Callable[[], Embedder] = FaceEmbedder,
        at_work: AtWork = nobody_asks,
    ) -> None:
        """Look with these; by default with the packaged models.

        Args:
            graphs: find faces; ``None`` loads the packaged ones.
            embedder: gives what compares faces; asked for once that is wanted.
            at_work: is told who looks, for as long as it does.
        """
        self._graphs = graphs or FaceGraphs()
        self._faces = FaceAnalyzer(self._graphs)
        self._embedder = embedder
        self._at_work = at_work
        self._loaded: Embedder | None = None
        self._enrolling: FaceEnrolling | None = None
        self._enrolling_number: int | None = None
        self._refused: FaceLook | None = None
        self._samplers: dict[Beside, Sampler] = {}
        self._given_up: set[Beside] = set()
        self._unwatched: tuple[str, ...] = ()
        self._setup = NOTHING_MORE

    def prepare(self, setup: DetectorSetup) -> None:
        """Watch for this from now on. What cannot be prepared is said in the next answer."""
        self._setup = setup
        self._prepare_enrolling(setup.take_face)
        there, self._samplers = self._samplers, {}
        preparations: dict[Beside, Preparation] = {
            "identity": self._prepared_identity,
            "objects": _prepared_objects,
            "hands": _prepared_hands,
        }
        for name, prepare in preparations.items():
            if name in self._given_up:
                continue
            try:
                with self._at_work(name):
                    sampler = prepare(there.get(name), setup)
            except Exception as error:  # noqa: BLE001  (it must not take the faces with it)
                self._give_up(name, error)
            else:
                if sampler is not None:
                    self._samplers[name] = sampler

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> Seen:
        """Measure one picture, (h, w, 3) uint8 RGB."""
        face = self._faces.observe(image, monotonic_ns)
        enrolling = self._enrol(image, face)
        seen = _seen(face, self._sample(image, face))
        unwatched, self._unwatched = self._unwatched, ()
        if not (enrolling or unwatched):
            return seen
        return msgspec.structs.replace(seen, enrolling=enrolling, unwatched=unwatched)

    def _prepare_enrolling(self, setup: FaceEnrolment | None) -> None:
        if setup is None:
            self._enrolling, self._enrolling_number = None, None
            return
        if self._enrolling_number != setup.number:
            self._enrolling, self._enrolling_number = None, setup.number
            self._begin_enrolling(setup)
        if self._enrolling is not None:
            self._enrolling.follow(setup)

    def _begin_enrolling(self, setup: FaceEnrolment) -> None:
        if setup.refused is not None:
            self._refused = _refusal(setup.number, setup.refused)
            return
        try:
            with self._at_work("identity"):
                embedder = self._known_embedder()
            self._enrolling = FaceEnrolling(setup, self._faces, self._graphs, embedder)
        except Exception as error:  # noqa: BLE001  (as above)
            self._refused = _refusal(setup.number, trouble_of(error))

    def _enrol(self, image: NDArray[np.uint8], face: FaceObservation) -> FaceLook | None:
        """What the enrolment says of a picture; that it cannot be made is told once."""
        refused, self._refused = self._refused, None
        if self._enrolling is None:
            return refused
        try:
            with self._at_work("identity"):
                return self._enrolling.take(image, face)
        except Exception as error:  # noqa: BLE001  (as above)
            number, self._enrolling = self._enrolling.number, None
            return _refusal(number, trouble_of(error))

    def _known_embedder(self) -> Embedder:
        """The one that there is: loading it takes a while."""
        self._loaded = self._loaded or self._embedder()
        return self._loaded

    def _prepared_identity(
        self, sampler: Sampler | None, setup: DetectorSetup
    ) -> Sampler | None:
        """The sampler that there is keeps when it last looked."""
        if setup.identity is None:
            return None
        if not isinstance(sampler, IdentitySampler):
            return IdentitySampler(setup.identity, self._known_embedder())
        sampler.prepare(setup.identity)
        return sampler

    def _sample(self, image: NDArray[np.uint8], face: FaceObservation) -> Sample | None:
        name = self._most_overdue(face)
        if name is None:
            return None
        try:
            with self._at_work(name):
                return self._samplers[name].look(image, face, self._faces)
        except Unwatched as trouble:
            self._unwatched += (str(trouble),)
        except Exception as error:  # noqa: BLE001  (as above)
            del self._samplers[name]
            self._give_up(name, error)
        return None

    def _most_overdue(self, face: FaceObservation) -> Beside | None:
        """Who is to look; of two that are overdue alike, hands before objects."""
        due: dict[Beside, float] = {}
        for name, sampler in reversed(self._samplers.items()):
            overdue = sampler.overdue_s(face)
            if overdue is not None:
                due[name] = overdue
        return max(due, key=due.__getitem__, default=None)

    def _give_up(self, name: Beside, error: Exception) -> None:
        """For the rest of this process's life."""
        self._given_up.add(name)
        why = trouble_of(error)
        self._unwatched += tuple(f"{kind}: {why}" for kind in kinds_of(name, self._setup))


def _refusal(number: int, why: str) -> FaceLook:
    return FaceLook(number, Step.PHOTO.value, why, 0.0, problem=why)


def _prepared_objects(sampler: Sampler | None, setup: DetectorSetup) -> Sampler | None:
    if setup.objects is None:
        return None
    if not isinstance(sampler, ObjectSampler):
        return ObjectSampler(setup.objects)
    sampler.prepare(setup.objects)
    return sampler


def _prepared_hands(sampler: Sampler | None, setup: DetectorSetup) -> Sampler | None:
    if setup.hands_every_s is None:
        return None
    if not isinstance(sampler, HandSampler):
        return HandSampler(setup.hands_every_s)
    sampler.every_s = setup.hands_every_s
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
