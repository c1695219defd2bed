"""When whose face it is is looked at, and what is made of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.face_model import ALIGN_ROWS, LANDMARKS
from recorder.detect.face.graphs import FittedFace, Roi
from recorder.detect.identity.embedding import CHIP, LENGTH
from recorder.detect.identity.matching import NS, RETRY_S, IdentitySampler, identity_setup
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import (
    Blindness,
    Box,
    FaceObservation,
    IdentityObservation,
    Incident,
)
from recorder.detect.setup import IdentitySetup
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, OFF, Rule

FPS = 10
RULE = DEFAULT_RULES[Kind.IDENTITY_MISMATCH]
FACE = FaceObservation(0, 1, 45.0, None, 0.0, 0.0, 0.0, 0.0, 0.0, box=Box(0.4, 0.3, 0.2, 0.3))
NOBODY = replace(FACE, faces=0, yaw=None, pitch=None, roll=None, box=None)


@dataclass
class Mirror:
    """A model that gives the distance it is told, and a face that is followed."""

    apart: float = 0.2
    followed: FittedFace | None = field(
        default_factory=lambda: FittedFace(_landmarks(), Roi(320, 240, 150, 150))
    )

    def embed(self, chip: NDArray[np.uint8]) -> NDArray[np.float64]:
        assert chip.shape == (CHIP, CHIP, 3)
        return np.array([self.apart, *(0.0 for _ in range(LENGTH - 1))])


def _landmarks() -> NDArray[np.float64]:
    points = np.full((len(LANDMARKS), 2), (320.0, 240.0))
    points[list(ALIGN_ROWS)] = [(280, 220), (305, 222), (335, 222), (360, 220), (320, 260)]
    return points


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    dice = np.random.default_rng(0)
    small = dice.integers(40, 200, (120, 160, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (640, 480), interpolation=cv2.INTER_NEAREST), np.uint8)


SETUP = IdentitySetup((0.0,) * LENGTH, every_s=5.0, suspect=0.5)


def looks(
    sampler: IdentitySampler,
    picture: NDArray[np.uint8],
    mirror: Mirror,
    *spans: tuple[float, FaceObservation],
    start: int = 0,
) -> list[float]:
    """The seconds at which a face was judged."""
    at, frame = [], start
    for seconds, shown in spans:
        for _ in range(round(seconds * FPS)):
            face = replace(shown, monotonic_ns=frame * NS // FPS)
            if sampler.overdue_s(face) is not None and sampler.look(picture, face, mirror):
                at.append(frame / FPS)
            frame += 1
    return at


def test_at_once_and_then_every_few_seconds(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    assert looks(IdentitySampler(SETUP, mirror), picture, mirror, (16, FACE)) == [0, 5, 10, 15]


def test_at_once_where_the_face_was_away(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    spans = ((2, FACE), (1, NOBODY), (6, FACE))
    assert looks(IdentitySampler(SETUP, mirror), picture, mirror, *spans) == [0, 3, 8]


def test_at_once_after_a_picture_that_could_show_no_face(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    dark = replace(NOBODY, blind=Blindness.COVERED)
    spans = ((2, FACE), (1, dark), (3, FACE))
    assert looks(IdentitySampler(SETUP, mirror), picture, mirror, *spans) == [0, 3]


def test_at_once_where_the_face_jumps(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    beside = replace(FACE, box=Box(0.55, 0.3, 0.2, 0.3))
    spans = ((2, FACE), (4, beside))
    assert looks(IdentitySampler(SETUP, mirror), picture, mirror, *spans) == [0, 2]
    moved = replace(FACE, box=Box(0.45, 0.3, 0.2, 0.3))
    assert looks(IdentitySampler(SETUP, mirror), picture, mirror, (2, FACE), (2, moved)) == [0]


def test_a_face_that_flickers_costs_a_look_a_second_at_most(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    flicker = itertools.chain.from_iterable([(0.1, FACE), (0.1, NOBODY)] for _ in range(20))
    assert len(looks(IdentitySampler(SETUP, mirror), picture, mirror, *flicker)) == 4


def test_more_often_while_another_person_is_suspected(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror(apart=0.8)
    sampler = IdentitySampler(SETUP, mirror)
    assert looks(sampler, picture, mirror, (3.5, FACE)) == [0, 1, 2, 3]
    mirror.apart = 0.2
    assert looks(sampler, picture, mirror, (7, FACE), start=35) == [4, 9]


def test_a_face_that_cannot_be_judged_says_nothing_and_is_tried_again(
    picture: NDArray[np.uint8],
) -> None:
    mirror = Mirror()
    turned = replace(FACE, yaw=44.0)
    sampler = IdentitySampler(SETUP, mirror)
    (first,) = looks(sampler, picture, mirror, (4, turned), (2, FACE))
    assert 4 <= first <= 4 + RETRY_S + 1 / FPS
    gone = Mirror(followed=None)
    assert looks(IdentitySampler(SETUP, gone), picture, gone, (2, FACE)) == []


def test_trying_again_leaves_pictures_to_others(picture: NDArray[np.uint8]) -> None:
    mirror, tried = Mirror(followed=None), 0
    sampler = IdentitySampler(SETUP, mirror)
    for frame in range(4 * FPS):
        face = replace(FACE, monotonic_ns=frame * NS // FPS)
        if sampler.overdue_s(face) is not None:
            sampler.look(picture, face, mirror)
            tried += 1
    assert tried <= 4 * 4


def test_a_new_photograph_is_compared_at_once(picture: NDArray[np.uint8]) -> None:
    mirror = Mirror()
    sampler = IdentitySampler(SETUP, mirror)
    looks(sampler, picture, mirror, (1, FACE))
    sampler.prepare(replace(SETUP, every_s=2.0))
    assert looks(sampler, picture, mirror, (2, FACE), start=10) == [2]
    sampler.prepare(replace(SETUP, embedding=(1.0,) * LENGTH))
    assert looks(sampler, picture, mirror, (0.1, FACE), start=30) == [3]


def test_the_rule_says_how_often_and_from_where_on() -> None:
    embedding = np.arange(float(LENGTH))
    setup = identity_setup(RULE, embedding)
    assert setup.embedding == tuple(embedding)
    assert (setup.every_s, setup.suspect) == (5.0, 0.5)
    bare = identity_setup(Rule(threshold=0.4), embedding)
    assert (bare.every_s, bare.suspect) == (5.0, 0.4)
    assert identity_setup(Rule(), embedding).suspect == RULE.threshold


def judged(*seen: tuple[float, float | None]) -> list[Incident]:
    """Incidents from (second, distance) or (second, None for nobody), faces in between."""
    ids = itertools.count()
    core = DetectionCore(
        lambda kind: RULE if kind is Kind.IDENTITY_MISMATCH else OFF, lambda: f"{next(ids)}"
    )
    found: list = []
    for second, apart in seen:
        at = round(second * NS)
        found += core.camera(replace(FACE if apart is not None else NOBODY, monotonic_ns=at))
        if apart is not None:
            found += core.camera(IdentityObservation(at, apart, 0.9))
    found += core.finish("camera", round((seen[-1][0] + 1) * NS))
    return [each for each in found if isinstance(each, Incident) and each.end_ns is not None]


def test_three_looks_over_two_seconds_are_an_incident() -> None:
    (incident,) = judged((0, 0.2), (5, 0.8), (6, 0.8), (7, 0.8), (8, 0.2), (20, 0.2))
    assert incident.kind is Kind.IDENTITY_MISMATCH
    assert incident.severity is Severity.CRITICAL
    assert (incident.start_ns / NS, (incident.end_ns or 0) / NS) == (5, 8)
    assert incident.confidence > 0.99
    assert incident.detail["distance"] == 0.8
    assert "unlike" in str(incident.detail["reason"])


@pytest.mark.parametrize(
    "seen",
    [
        ((0, 0.2), (5, 0.9), (6, 0.2), (11, 0.2)),
        ((0, 0.2), (5, 0.9), (6, 0.9), (7, 0.2), (12, 0.2)),
        ((0, 0.2), (5, 0.9), (10, 0.9), (15, 0.2), (20, 0.2)),
        ((0, 0.9), (1, 0.9), (2, 0.3), (3, 0.9), (4, 0.9), (5, 0.3)),
        ((0, 0.54), (5, 0.54), (10, 0.54), (15, 0.54)),
    ],
)
def test_fewer_never_are(seen: tuple) -> None:
    assert judged(*seen) == []


def test_three_looks_are_needed_where_a_policy_asks_for_no_time_at_all() -> None:
    ids = itertools.count()
    rule = Rule(threshold=0.55, onset_s=0.0)
    core = DetectionCore(
        lambda kind: rule if kind is Kind.IDENTITY_MISMATCH else OFF, lambda: f"{next(ids)}"
    )
    reports = [core.camera(IdentityObservation(second * NS, 0.9, 0.9)) for second in range(3)]
    assert [len(each) for each in reports] == [0, 0, 1]


def test_nobody_is_not_somebody_else() -> None:
    (incident,) = judged((0, 0.8), (1, 0.8), (2, 0.8), (3, None), (4, None), (60, None))
    assert (incident.end_ns or 0) / NS == 3
    assert incident.detail["lost_sight"]


def test_near_the_limit_it_is_half_sure() -> None:
    (incident,) = judged((0, 0.56), (1, 0.56), (2, 0.56))
    assert 0.5 < incident.confidence < 0.6
