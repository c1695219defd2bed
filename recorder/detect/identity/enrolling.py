"""An enrolment in the detector process: the run, fed with what is measured there anyway."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.detect.enrolled import FaceLook, FaceTaken
from recorder.detect.face.faces import FaceAnalyzer, Graphs
from recorder.detect.face.graphs import FittedFace
from recorder.detect.identity.document import DOCUMENT_PLACE
from recorder.detect.identity.enrolment import EnrolmentResult, EnrolmentRun, Step
from recorder.detect.identity.matching import Embedder
from recorder.detect.observations import Box, FaceObservation
from recorder.detect.setup import FaceEnrolment
from shared.policy import Identity


class FaceEnrolling:
    """Takes the photograph and the document that one setup asks for.

    Args:
        setup: what is asked for.
        faces: the analyser that measures every picture anyway.
        graphs: finds the face on a document.
        embedder: compares faces.
    """

    def __init__(
        self, setup: FaceEnrolment, faces: FaceAnalyzer, graphs: Graphs, embedder: Embedder
    ) -> None:
        self.number = setup.number
        self._measured = _Measured(faces)
        wanted = Identity(document=setup.document)
        self._run = EnrolmentRun(wanted, setup.threshold, self._measured, graphs, embedder)
        self._told = False

    def follow(self, setup: FaceEnrolment) -> None:
        """What changed in the setup since: no document is shown after all."""
        if setup.withheld is not None:
            self._run.withhold_document(setup.withheld)

    def take(self, image: NDArray[np.uint8], face: FaceObservation) -> FaceLook:
        """One picture more, measured."""
        self._measured.face = face
        self._run.take(image, face.monotonic_ns)
        step = self._run.step
        return FaceLook(
            number=self.number,
            step=step.value,
            words=self._run.words,
            progress=self._run.progress,
            box=self._box(step, face),
            taken=self._taken(),
        )

    def _box(self, step: Step, face: FaceObservation) -> Box | None:
        return DOCUMENT_PLACE if step is Step.DOCUMENT else face.box

    def _taken(self) -> FaceTaken | None:
        result = None if self._told else self._run.result()
        if result is None:
            return None
        self._told = True
        return _taken(result)


class _Measured:
    """The analyser as the run wants it, where the picture is measured already."""

    def __init__(self, faces: FaceAnalyzer) -> None:
        self.face: FaceObservation | None = None
        self._faces = faces

    @property
    def followed(self) -> FittedFace | None:
        return self._faces.followed

    def observe(self, image: NDArray[np.uint8], monotonic_ns: int) -> FaceObservation:
        assert self.face is not None, (image.shape, monotonic_ns)
        return self.face


def _taken(result: EnrolmentResult) -> FaceTaken:
    return FaceTaken(
        embedding=tuple(float(number) for number in result.embedding),
        pictures=result.pictures,
        identity=result.identity,
        liveness=result.liveness,
    )
