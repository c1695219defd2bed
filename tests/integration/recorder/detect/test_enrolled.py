"""Enrolment and identity with the real models, in this process and in the detector's."""

from __future__ import annotations

import queue
import time
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray
from support.filmed_face import filmed
from support.policies import default_policy

from recorder.capture.frames import Frame
from recorder.clock import now_ns
from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.identity.document import DocumentMatch, DocumentProblem, match_document
from recorder.detect.identity.embedding import FaceEmbedder
from recorder.detect.identity.enrolment import NS, EnrolmentRun, Step
from recorder.detect.identity.matching import identity_setup
from recorder.detect.identity.own_face import OwnFace
from recorder.detect.identity.stills import faces_in
from recorder.detect.observations import IdentityObservation
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.setup import DetectorSetup
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Identity

Picture = NDArray[np.uint8]


def seated(photograph: Picture) -> Picture:
    """The photograph as a camera half a metre away gives it, the eyes 85 pixels apart."""
    closer = np.array([[1.4, 0, -15], [0, 1.4, 30]])
    drawn = cv2.warpAffine(photograph, closer, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8)


def with_card(picture: Picture, portrait: Picture) -> Picture:
    """A document held up beside the face, with a portrait on its left."""
    made = picture.copy()
    made[230:410, 410:630] = (225, 228, 235)
    made[250:390, 430:540] = cv2.resize(portrait, (110, 140), interpolation=cv2.INTER_AREA)
    for row in range(270, 380, 30):
        made[row : row + 6, 550:620] = 90
    return made


def portrait(photograph: Picture) -> Picture:
    return np.asarray(photograph[10:270, 120:325], np.uint8)


def stranger(hopper: Picture) -> Picture:
    return np.asarray(hopper[20:420, 100:416], np.uint8)


class Sitting:
    """A run with the real models, and its pictures, four a second."""

    def __init__(self, graphs: FaceGraphs) -> None:
        wanted, analyzer = Identity(document=True), FaceAnalyzer(graphs)
        self.run = EnrolmentRun(wanted, 0.55, analyzer, graphs, FaceEmbedder())
        self.steps = [self.run.step]
        self._number = 0

    def show(self, still: Picture, until: Step, most: int = 60) -> Step:
        """A picture at a time, up to a step or for so many; where it stands then."""
        while self.run.step is not until and (most := most - 1) >= 0:
            self.run.take(filmed(still, self._number), self._number * NS // 4)
            self._number += 1
            if self.run.step is not self.steps[-1]:
                self.steps.append(self.run.step)
        return self.run.step


def test_a_candidate_sits_down_and_shows_a_document(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    sitting, live = Sitting(graphs), seated(photograph)
    sitting.show(live, Step.DOCUMENT)
    sitting.show(with_card(live, portrait(photograph)), Step.DONE)
    assert sitting.steps == [Step.PHOTO, Step.TURN, Step.DOCUMENT, Step.DONE]
    result = sitting.run.result()
    assert result is not None
    assert result.identity["document"]["same"]
    assert result.liveness["blinks"] == 0
    photo, document = result.pictures
    kept = cv2.imdecode(np.frombuffer(photo.data, np.uint8), cv2.IMREAD_COLOR)
    assert kept.shape == live.shape
    assert len(document.data) > 10_000


def test_who_holds_nothing_up_shows_no_document(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    sitting, live = Sitting(graphs), seated(photograph)
    sitting.show(live, Step.DOCUMENT)
    assert sitting.show(live, Step.DONE, 20) is Step.DOCUMENT
    assert sitting.run.words == DocumentProblem.LIVE_FACE.value
    # Somebody fetches the document, and is alone and farther away in the picture then.
    sitting.show(np.full_like(live, 120), Step.DONE, 4)
    assert sitting.show(photograph, Step.DONE, 20) is Step.DOCUMENT
    assert sitting.run.words == DocumentProblem.LIVE_FACE.value


def test_anothers_document_beside_the_live_face_is_unlike(
    graphs: FaceGraphs, photograph: Picture, hopper: Picture
) -> None:
    sitting, live = Sitting(graphs), seated(photograph)
    sitting.show(live, Step.DOCUMENT)
    assert sitting.show(with_card(live, stranger(hopper)), Step.DONE) is Step.DONE
    result = sitting.run.result()
    assert result is not None
    assert not result.identity["document"]["same"]


def test_anothers_document_is_unlike_where_the_live_face_was_lost(
    graphs: FaceGraphs, photograph: Picture, hopper: Picture
) -> None:
    embedder, live = FaceEmbedder(), seated(photograph)
    (face,) = faces_in(live, graphs)
    own = OwnFace(embedder.embed(face.chip), face.pixels, None)
    found = match_document(with_card(live, stranger(hopper)), own, 0.55, graphs, embedder)
    assert isinstance(found, DocumentMatch)
    assert not found.same


def test_the_detector_process_compares_faces(graphs: FaceGraphs, photograph: Picture) -> None:
    embedding = FaceEmbedder().embed(faces_in(photograph, graphs)[0].chip)
    rule = DEFAULT_RULES[Kind.IDENTITY_MISMATCH]
    found: queue.SimpleQueue[IdentityObservation] = queue.SimpleQueue()
    detector = DetectorProcess(
        default_policy(),
        lambda result: found.put(result) if isinstance(result, IdentityObservation) else None,
        setup=DetectorSetup(identity=identity_setup(rule, embedding)),
    )
    detector.start()
    try:
        deadline = time.monotonic() + 60
        number = 0
        while found.empty() and time.monotonic() < deadline:
            picture = filmed(photograph, number)
            detector.offer_frame(
                Frame("camera", 0, number, number, Fraction(1, 30), now_ns(), picture)
            )
            number += 1
            time.sleep(0.03)
        assert found.get_nowait().distance < 0.3
    finally:
        detector.stop()
