"""An enrolment step by step: what is asked, what is refused and why, what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.face_model import ALIGN_ROWS, LANDMARKS
from recorder.detect.face.graphs import FittedFace, FoundFace, Roi
from recorder.detect.identity.document import DOCUMENT_PLACE, DocumentProblem
from recorder.detect.identity.embedding import LENGTH
from recorder.detect.identity.enrolment import DOCUMENT_LOOKS, NS, TURN_S, EnrolmentRun, Step
from recorder.detect.identity.enrolment_photo import ENOUGH, Problem
from recorder.detect.observations import Blindness, FaceObservation
from shared.policy import Identity

Picture = NDArray[np.uint8]
FPS = 4
FACE = FaceObservation(0, 1, 45.0, None, 0.0, 0.0, 0.0, 0.0, 0.0)
SIZE = (320, 240)


def mesh(eyes: float, x: float = 160.0, y: float = 120.0) -> FittedFace:
    """A face whose eyes are so many pixels apart."""
    points = np.full((len(LANDMARKS), 2), (x, y))
    shape = np.array([(-0.5, -0.2), (-0.2, -0.18), (0.2, -0.18), (0.5, -0.2), (0.0, 0.36)])
    points[list(ALIGN_ROWS)] = shape * eyes + (x, y)
    return FittedFace(points, Roi(x, y, 2 * eyes, 2 * eyes))


# The candidate's own face, and one on a document beside it.
OWN = mesh(60)
CARD = mesh(40, x=240)


@dataclass
class Stage:
    """Everything that the run asks, as the test sets it."""

    face: FaceObservation = FACE
    followed: FittedFace | None = field(default_factory=lambda: OWN)
    printed: tuple[FittedFace, ...] = ()
    document: float = 0.3
    _document_next: bool = False

    def observe(self, image: Picture, monotonic_ns: int) -> FaceObservation:
        return replace(self.face, monotonic_ns=monotonic_ns)

    def find(self, image: Picture) -> list[FoundFace]:
        return [FoundFace(0.9, Roi(f.roi.x, f.roi.y, 50, 60)) for f in self.printed]

    def fit(self, image: Picture, roi: Roi) -> FittedFace | None:
        near = [f for f in self.printed if abs(f.roi.x - roi.x) < 1]
        return near[0] if near else None

    def embed(self, chip: Picture) -> NDArray[np.float64]:
        """The candidate's face at first, then those on documents."""
        apart = self.document if self._document_next else 0.0
        self._document_next = True
        return np.array([apart, *(0.0 for _ in range(LENGTH - 1))])


@pytest.fixture(scope="module")
def picture() -> Picture:
    small = np.random.default_rng(0).integers(40, 200, (60, 80)).astype(np.uint8)
    large = cv2.resize(small, SIZE, interpolation=cv2.INTER_NEAREST)
    return np.repeat(np.asarray(large, np.uint8)[:, :, None], 3, axis=2)


class Sitting:
    """A run and the time in it."""

    def __init__(self, stage: Stage, picture: Picture, *, document: bool = False) -> None:
        self.stage, self.picture, self.frame = stage, picture, 0
        wanted = Identity(photo=True, document=document)
        self.run = EnrolmentRun(wanted, 0.55, stage, stage, stage)

    def show(self, pictures: int, **changes: object) -> Sitting:
        before = self.stage.face
        self.stage.face = replace(before, **changes)  # type: ignore[arg-type]
        for _ in range(pictures):
            self.run.take(self.picture, self.frame * NS // FPS)
            self.frame += 1
        self.stage.face = before
        return self

    def past_the_turn(self) -> Sitting:
        return self.show(ENOUGH).show(round(TURN_S * FPS) + 1)


def test_a_photograph_and_a_turn_are_an_enrolment(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture)
    assert (sitting.run.step, sitting.run.words) == (Step.PHOTO, "Look into the camera.")
    sitting.show(ENOUGH - 1)
    assert sitting.run.progress == pytest.approx((ENOUGH - 1) / ENOUGH)
    assert sitting.run.result() is None
    sitting.show(1)
    assert sitting.run.step is Step.TURN
    assert "Turn your head" in sitting.run.words
    sitting.show(round(TURN_S * FPS) + 1)
    assert (sitting.run.step, sitting.run.progress) == (Step.DONE, 1.0)
    result = sitting.run.result()
    assert result is not None
    assert result.embedding.shape == (LENGTH,)
    assert [kept.role for kept in result.pictures] == ["photo"]
    shown = cv2.imdecode(np.frombuffer(result.pictures[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(shown[:, :, ::-1].astype(int) - picture).mean() < 4
    assert result.identity == {"quality": 1.0, "threshold": 0.55}
    assert "blinked 0 times" in result.liveness["hint"]


def test_the_embedding_is_no_part_of_the_evidence(picture: Picture) -> None:
    result = Sitting(Stage(), picture).past_the_turn().run.result()
    assert result is not None
    assert "embedding" not in str(result.identity) + str(result.liveness)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"faces": 0, "yaw": None}, Problem.NO_FACE),
        ({"faces": 2}, Problem.SEVERAL_FACES),
        ({"yaw": 20.0}, Problem.TURNED),
        ({"pitch": -20.0}, Problem.TURNED),
        ({"eyes_shut": True}, Problem.EYES_SHUT),
        ({"gaze_yaw": None}, Problem.EYES_SHUT),
        ({"blind": Blindness.COVERED}, Problem.COVERED),
        ({"blind": Blindness.DARK}, Problem.DARK),
        ({"blind": Blindness.BRIGHT}, Problem.BRIGHT),
        ({"blind": Blindness.BLURRED}, Problem.BLURRED),
        ({"blind": Blindness.FROZEN}, Problem.FROZEN),
        ({"blind": Blindness.REPEATED}, Problem.REPEATED),
        ({"blind": Blindness.UPSIDE_DOWN}, Problem.UPSIDE_DOWN),
        ({"blind": Blindness.FACE_SMALL}, Problem.SMALL),
        ({"blind": Blindness.FACE_CUT}, Problem.CUT),
    ],
)
def test_what_will_not_do_is_said_and_does_not_count(
    picture: Picture, changes: dict, problem: Problem
) -> None:
    sitting = Sitting(Stage(), picture).show(ENOUGH, **changes)
    assert (sitting.run.step, sitting.run.words) == (Step.PHOTO, problem.value)
    assert sitting.run.progress == 0


def test_a_face_that_is_far_away_is_asked_to_come_nearer(picture: Picture) -> None:
    sitting = Sitting(Stage(followed=mesh(14)), picture).show(ENOUGH)
    assert sitting.run.words == Problem.SMALL.value


def test_who_leaves_in_between_begins_anew(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture).show(ENOUGH - 1).show(1, faces=0)
    sitting.show(1)
    assert sitting.run.progress == pytest.approx(1 / ENOUGH)


def test_a_moment_of_shut_eyes_keeps_what_there_was(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture).show(ENOUGH - 1).show(2, eyes_shut=True).show(1)
    assert sitting.run.step is Step.TURN


def test_the_straightest_of_the_good_pictures_is_taken(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture).show(4, yaw=9.0)
    straight = np.asarray(picture[:, ::-1], np.uint8)
    sitting.picture = straight
    sitting.show(1)
    sitting.picture = picture
    result = sitting.show(ENOUGH - 5, yaw=6.0).show(round(TURN_S * FPS) + 1).run.result()
    assert result is not None
    kept = cv2.imdecode(np.frombuffer(result.pictures[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(kept[:, :, ::-1].astype(int) - straight).mean() < 4


def test_a_document_that_matches_ends_it(picture: Picture) -> None:
    stage = Stage(printed=(CARD,))
    sitting = Sitting(stage, picture, document=True).past_the_turn()
    assert sitting.run.step is Step.DOCUMENT
    sitting.show(1)
    assert sitting.run.step is Step.DONE
    result = sitting.run.result()
    assert result is not None
    assert [kept.role for kept in result.pictures] == ["photo", "document"]
    document = result.identity["document"]
    assert (document["distance"], document["same"]) == (0.3, True)
    assert document["reason"] == (
        "the face on the document is like the live one (distance 0.30, limit 0.55)"
    )


def test_a_document_that_does_not_match_is_looked_at_several_times_and_kept(
    picture: Picture,
) -> None:
    stage = Stage(printed=(CARD,), document=0.9)
    sitting = Sitting(stage, picture, document=True).past_the_turn()
    sitting.show(2 * (DOCUMENT_LOOKS - 2))
    assert sitting.run.step is Step.DOCUMENT
    stage.document = 0.7
    sitting.show(4)
    assert sitting.run.step is Step.DONE
    result = sitting.run.result()
    assert result is not None
    assert result.identity["document"]["distance"] == 0.7
    assert "unlike" in result.identity["document"]["reason"]


@pytest.mark.parametrize(
    ("printed", "problem"),
    [
        ((), DocumentProblem.NO_FACE),
        ((mesh(40, x=10),), DocumentProblem.NO_FACE),
        ((OWN,), DocumentProblem.LIVE_FACE),
        ((mesh(90),), DocumentProblem.LIVE_FACE),
        ((mesh(40),), DocumentProblem.LIVE_FACE),
        ((mesh(55, x=240),), DocumentProblem.NEAR),
        ((mesh(10, x=240),), DocumentProblem.FAR),
    ],
)
def test_what_is_no_document_is_said(
    picture: Picture, printed: tuple, problem: DocumentProblem
) -> None:
    sitting = Sitting(Stage(printed=printed), picture, document=True).past_the_turn().show(20)
    assert (sitting.run.step, sitting.run.words) == (Step.DOCUMENT, problem.value)


def test_a_blurred_document_is_held_still(picture: Picture) -> None:
    sitting = Sitting(Stage(printed=(CARD,)), picture, document=True).past_the_turn()
    sitting.picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 9), np.uint8)
    assert sitting.show(3).run.words == DocumentProblem.UNCLEAR.value


def test_the_portrait_is_taken_and_not_the_face_beside_it(picture: Picture) -> None:
    stage = Stage(printed=(OWN, CARD, mesh(10, x=200, y=60)))
    assert Sitting(stage, picture, document=True).past_the_turn().show(1).run.step is Step.DONE
    assert DOCUMENT_PLACE.x < 240 / SIZE[0] < DOCUMENT_PLACE.x + DOCUMENT_PLACE.width


def test_who_was_lost_and_comes_back_farther_away_shows_no_document(picture: Picture) -> None:
    stage = Stage()
    sitting = Sitting(stage, picture, document=True).past_the_turn()
    stage.followed = None
    sitting.show(1)
    stage.followed = mesh(40)
    stage.printed = (mesh(40),)
    sitting.show(20)
    assert sitting.run.words == DocumentProblem.LIVE_FACE.value
    stage.followed, stage.printed = OWN, (OWN, CARD)
    assert sitting.show(2).run.step is Step.DONE


def test_who_leans_back_is_no_document_beside_another_face(picture: Picture) -> None:
    stage = Stage(followed=mesh(60))
    sitting = Sitting(stage, picture, document=True).past_the_turn()
    for eyes in (55, 50, 45):
        stage.followed = mesh(eyes)
        sitting.show(1)
    stage.printed = (mesh(60, x=260), mesh(45))
    assert sitting.show(20).run.words == DocumentProblem.NEAR.value


@pytest.mark.parametrize("leapt", [mesh(40), mesh(60, x=250)])
def test_a_mesh_that_leaps_to_the_card_is_on_the_candidate_no_more(
    picture: Picture, leapt: FittedFace
) -> None:
    stage = Stage()
    sitting = Sitting(stage, picture, document=True).past_the_turn()
    stage.followed = leapt
    sitting.show(1)
    stage.followed, stage.printed = mesh(40, x=100), (mesh(60, x=200), mesh(40, x=100))
    assert sitting.show(2).run.step is Step.DONE


def test_no_document_is_said_in_the_evidence(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture, document=True).past_the_turn()
    assert sitting.run.step is Step.DOCUMENT
    sitting.run.withhold_document("it is at home")
    result = sitting.run.result()
    assert result is not None
    assert result.identity["document"] == {"reason": "not shown: it is at home"}


def test_a_document_that_is_known_to_be_missing_is_not_asked_for(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture, document=True)
    sitting.run.withhold_document("it is at home")
    sitting.past_the_turn()
    assert sitting.run.step is Step.DONE
    result = sitting.run.result()
    assert result is not None
    assert result.identity["document"] == {"reason": "not shown: it is at home"}


def test_it_can_be_done_again(picture: Picture) -> None:
    sitting = Sitting(Stage(), picture).past_the_turn()
    sitting.run.again()
    assert (sitting.run.step, sitting.run.progress) == (Step.PHOTO, 0.0)
    assert sitting.run.result() is None
    assert sitting.past_the_turn().run.result() is not None
