from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.objects.finding import LONGEST_HOLD_NS, NS, ObjectSampler
from recorder.detect.objects.object_layout import UnusableModel
from recorder.detect.observations import Blindness, Box, FaceObservation, SeenObject
from recorder.detect.setup import ObjectSetup, Unwatched

SETUP = ObjectSetup("m.onnx", ("book", "pen"), ("book",), 0.4, 0.5, "desk", "a" * 64)
SEEN = FaceObservation(0, 1, 50.0)
BOOK = (SeenObject("book", 0.8, Box(0.1, 0.1, 0.2, 0.2)),)


class Model:
    """Says the same of every picture, and notes how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, frozenset[str] | None]] = []
        self.broken = False

    def look(
        self, image: NDArray[np.uint8], least: float, wanted: frozenset[str] | None = None
    ) -> tuple[SeenObject, ...]:
        if self.broken:
            raise UnusableModel("it fails when it is run (no more)")
        self.asked.append((least, wanted))
        return BOOK


class Room:
    """A noisy picture of a desk, and a sampler that looks at it."""

    def __init__(self, setup: ObjectSetup = SETUP) -> None:
        self.model = Model()
        self.loads = 0
        self.sampler = ObjectSampler(setup, self._load)
        self.dice = np.random.default_rng(3)
        self.picture = np.full((480, 640, 3), 120, np.uint8)
        self.picture[:, 300:] = 60

    def _load(self, setup: ObjectSetup) -> Model:
        self.loads += 1
        return self.model

    def look(self, seconds: float):
        grain = self.dice.normal(0, 5, self.picture.shape)
        picture = np.clip(self.picture + grain, 0, 255).astype(np.uint8)
        face = replace(SEEN, monotonic_ns=round(seconds * NS))
        return self.sampler.look(picture, face, None)  # pyright: ignore[reportArgumentType]

    def overdue_s(self, seconds: float) -> float | None:
        return self.sampler.overdue_s(replace(SEEN, monotonic_ns=round(seconds * NS)))


def test_nothing_is_loaded_before_the_first_look() -> None:
    room = Room()
    assert room.overdue_s(0) == 0.0
    assert room.loads == 0
    assert room.look(0).objects == BOOK
    assert room.look(0.5).objects == BOOK
    assert room.loads == 1


def test_it_asks_for_what_is_wanted() -> None:
    room = Room()
    room.look(0)
    assert room.model.asked == [(0.4, frozenset({"book"}))]


def test_it_looks_as_often_as_it_is_asked_to() -> None:
    room = Room()
    room.look(0)
    assert room.overdue_s(0.4) is None
    assert room.overdue_s(0.7) == pytest.approx(0.2)


def test_where_nothing_changes_the_last_look_holds_for_a_while() -> None:
    room = Room()
    longest = LONGEST_HOLD_NS / NS
    seen = [room.look(step / 2) for step in range(round(2 * longest))]
    assert len(room.model.asked) == 1
    assert all(look.objects == BOOK for look in seen)
    assert [look.monotonic_ns for look in seen] == [n * NS // 2 for n in range(len(seen))]
    room.look(longest)
    assert len(room.model.asked) == 2


def test_a_small_change_anywhere_calls_for_a_look() -> None:
    room = Room()
    room.look(0)
    room.picture[400:480, 590:630] += 45  # a telephone's size, in a corner
    room.look(0.5)
    assert len(room.model.asked) == 2


def test_it_does_not_look_at_what_shows_nothing_and_looks_anew_after() -> None:
    room = Room()
    room.look(0)
    dark = replace(SEEN, faces=0, blind=Blindness.DARK, monotonic_ns=NS)
    assert room.sampler.overdue_s(dark) is None
    assert room.overdue_s(1.1) is not None
    room.look(1.1)
    assert len(room.model.asked) == 2


def test_a_model_that_fails_is_said_once_and_not_tried_again() -> None:
    room = Room()
    room.look(0)
    room.model.broken = True
    room.picture[:] = 200
    with pytest.raises(Unwatched, match=r"^object_seen: the object model desk cannot be used"):
        room.look(0.5)
    assert room.overdue_s(5) is None
    room.sampler.prepare(replace(SETUP, every_s=2.0))  # a slower pace brings it not back
    assert room.overdue_s(5) is None


def test_another_model_is_tried() -> None:
    room = Room()
    room.model.broken = True
    with pytest.raises(Unwatched):
        room.look(0)
    room.model.broken = False
    room.sampler.prepare(replace(SETUP, sha256="b" * 64))
    assert room.overdue_s(1) is not None
    assert room.look(1).objects == BOOK
    assert room.loads == 2


def test_another_pace_keeps_the_model_and_other_labels_want_a_new_look() -> None:
    room = Room()
    room.look(0)
    room.sampler.prepare(replace(SETUP, every_s=2.0))
    room.look(0.5)
    assert len(room.model.asked) == 1
    room.sampler.prepare(replace(SETUP, wanted=("pen",)))
    room.look(1)
    assert (len(room.model.asked), room.loads) == (2, 1)
