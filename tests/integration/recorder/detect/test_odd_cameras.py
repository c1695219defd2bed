"""Cameras that are not as expected: each works, or a clear reason is given."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.face.faces import FaceAnalyzer, Graphs
from recorder.detect.face.graphs import FaceGraphs, FittedFace, FoundFace, Roi
from recorder.detect.observations import Blindness, FaceObservation

Picture = NDArray[np.uint8]
NS = 1_000_000_000


def filmed(
    graphs: Graphs, picture: Picture, seconds: float = 2.0, fps: int = 10
) -> list[FaceObservation]:
    """What is seen in a scene under a sensor's noise."""
    dice, analyzer = np.random.default_rng(7), FaceAnalyzer(graphs)
    seen = []
    for number in range(round(seconds * fps)):
        noise = dice.integers(-4, 5, picture.shape, np.int16)
        taken = np.clip(picture + noise, 0, 255).astype(np.uint8)
        seen.append(analyzer.observe(taken, number * NS // fps))
    return seen


def webcam(photograph: Picture, width: int = 640) -> Picture:
    """The photograph as a 4:3 picture of this width."""
    cut = photograph[:384, :512]
    return np.asarray(cv2.resize(cut, (width, width * 3 // 4), interpolation=cv2.INTER_AREA))


def grey(picture: Picture) -> Picture:
    luma = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.repeat(luma[..., None], 3, axis=2)


def dim(picture: Picture, level: float = 0.05) -> Picture:
    """As in a twentieth of the light (gamma 2.2)."""
    return (picture * level ** (1 / 2.2)).astype(np.uint8)


LOOKS: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda picture: picture,
    "grey": grey,
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "4K": lambda picture: webcam(picture, 3840),
    "on its side": lambda picture: np.ascontiguousarray(np.rot90(picture)),
    "dim": dim,
}


@pytest.mark.parametrize("name", LOOKS)
def test_it_works(graphs: FaceGraphs, photograph: Picture, name: str) -> None:
    few = 0.2 if name == "4K" else 2.0
    seen = filmed(graphs, LOOKS[name](webcam(photograph)), few)
    assert {one.faces for one in seen} == {1}
    assert {one.blind for one in seen} == {None}
    assert all(one.yaw is not None and one.box is not None for one in seen)


def test_five_pictures_a_second_will_do(graphs: FaceGraphs, photograph: Picture) -> None:
    seen = filmed(graphs, webcam(photograph), 4.0, fps=5)
    assert {(one.faces, one.blind) for one in seen} == {(1, None)}


def test_a_small_picture_shows_a_face_or_says_that_it_is_small(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    near = filmed(graphs, webcam(photograph, 240))[-1]
    assert (near.faces, near.blind) == (1, None)
    small = filmed(graphs, webcam(photograph, 160))[-1]
    assert (small.faces, small.blind) == (1, Blindness.FACE_SMALL)
    assert small.yaw is None
    assert small.gaze_yaw is None
    assert small.observable


def test_upside_down_is_said(graphs: FaceGraphs, photograph: Picture) -> None:
    over = np.ascontiguousarray(webcam(photograph)[::-1, ::-1])
    last = filmed(graphs, over, 4.5)[-1]
    assert last.blind is Blindness.UPSIDE_DOWN
    assert not last.observable


class Lookalike:
    """Models for which a picture is a face as soon as it is turned over: bright at the top."""

    def find(self, image: Picture, columns: tuple[int, int] | None = None) -> list[FoundFace]:
        del columns
        turned = image[:100].mean() > image[-100:].mean()
        return [FoundFace(0.9, Roi(320, 240, 120, 120))] if turned else []

    def fit(self, image: Picture, roi: Roi) -> FittedFace | None:
        del image, roi
        return None


def test_out_of_focus_is_not_taken_for_upside_down() -> None:
    tiles = np.kron(np.indices((6, 8)).sum(axis=0) % 2, np.ones((80, 80)))
    light = 60 + 90 * tiles + np.linspace(0, 60, 480)[:, np.newaxis]
    sharp = np.repeat(light.astype(np.uint8)[..., np.newaxis], 3, axis=2)
    seen = filmed(Lookalike(), sharp, 4.5)
    assert seen[-1].blind is Blindness.UPSIDE_DOWN
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 16), np.uint8)
    seen = filmed(Lookalike(), blurred, 4.5)
    assert seen[-1].blind is Blindness.BLURRED


@pytest.mark.parametrize("side", [0, 1])
def test_a_cut_face_is_said_and_counted(
    graphs: FaceGraphs, photograph: Picture, side: int
) -> None:
    box = filmed(graphs, photograph, 0.1)[0].box
    assert box is not None
    left, width = round(box.x * 512), round(box.width * 512)
    cut = photograph[:, left + width // 4 :] if side else photograph[:, : left + width * 3 // 4]
    last = filmed(graphs, np.ascontiguousarray(cut), 1.5)[-1]
    assert (last.faces, last.blind) == (1, Blindness.FACE_CUT)


def test_out_of_focus_is_said(graphs: FaceGraphs, photograph: Picture) -> None:
    soft = np.asarray(cv2.GaussianBlur(webcam(photograph), (0, 0), 9), np.uint8)
    last = filmed(graphs, soft, 3.0)[-1]
    assert last.blind is Blindness.BLURRED
    assert last.yaw is None


def test_who_leaves_a_dim_room_is_missing_and_not_in_the_dark(
    graphs: FaceGraphs, photograph: Picture
) -> None:
    """What showed a face a moment ago is light enough to show that it is gone."""
    here = dim(webcam(photograph), 0.02)
    analyzer, dice = FaceAnalyzer(graphs), np.random.default_rng(3)
    away = here.copy()
    away[:, 40:440] = here[:, 440:640].mean(axis=(0, 1)).astype(np.uint8)
    for number in range(40):
        picture = here if number < 20 else away
        noise = dice.integers(-2, 3, picture.shape, np.int16)
        taken = np.clip(picture + noise, 0, 255).astype(np.uint8)
        last = analyzer.observe(taken, number * NS // 10)
    assert (last.faces, last.blind) == (0, None)
