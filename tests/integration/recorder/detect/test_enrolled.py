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
from recorder.detect.identity.stills import faces_in
from recorder.detect.observations import IdentityObservation
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.setup import DetectorSetup
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Identity

Picture = NDArray[np.uint8]


def card(portrait: Picture, size: tuple[int, int] = (640, 480)) -> Picture:
    """A document in the middle of a picture, with a portrait on its left."""
    made = np.full((size[1], size[0], 3), 120, np.uint8)
    made[110:380, 110:540] = (225, 228, 235)
    small = cv2.resize(portrait, (150, 190), interpolation=cv2.INTER_AREA)
    made[150:340, 130:280] = small
    for row in range(170, 330, 30):
        made[row : row + 6, 310:500] = 90
    return made


def portrait(photograph: Picture) -> Picture:
    return np.asarray(photograph[10:270, 120:325], np.uint8)


def test_a_candidate_sits_down_and_shows_a_document(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    run = EnrolmentRun(
        Identity(document=True), 0.55, FaceAnalyzer(graphs), graphs, FaceEmbedder()
    )
    seen, number = [run.step], 0
    while run.step is not Step.DONE and number < 100:
        still = card(portrait(photograph)) if run.step is Step.DOCUMENT else photograph
        run.take(filmed(still, number), number * NS // 4)
        number += 1
        if run.step is not seen[-1]:
            seen.append(run.step)
    assert seen == [Step.PHOTO, Step.TURN, Step.DOCUMENT, Step.DONE]
    result = run.result()
    assert result is not None
    assert result.identity["document"]["same"]
    assert result.liveness["blinks"] == 0
    photo, document = result.pictures
    kept = cv2.imdecode(np.frombuffer(photo.data, np.uint8), cv2.IMREAD_COLOR)
    assert kept.shape == photograph.shape
    assert len(document.data) > 10_000


def test_anothers_document_is_unlike(
    graphs: FaceGraphs, photograph: Picture, hopper: Picture
) -> None:
    embedder = FaceEmbedder()
    live = embedder.embed(faces_in(photograph, graphs)[0].chip)
    found = match_document(card(hopper[20:420, 100:416]), live, 0.55, graphs, embedder)
    assert isinstance(found, DocumentMatch)
    assert not found.same
    close = np.asarray(photograph[40:240, 110:320], np.uint8)
    itself = match_document(close, live, 0.55, graphs, embedder)
    assert itself is DocumentProblem.LIVE_FACE


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
