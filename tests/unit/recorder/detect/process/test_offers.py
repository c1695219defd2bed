"""The place where pictures and sound wait: newest wins, nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recorder.capture.frames import AudioBlock, Frame
from recorder.detect.process.frame_memory import SLOT_BYTES, FrameMemory
from recorder.detect.process.offers import NS, PORTION_NS, WAITING_SOUND_NS, Offers


def frame(number: int) -> Frame:
    """One picture a second, so that each is due."""
    image = np.full((4, 6, 3), number % 251, np.uint8)
    return Frame("camera", 0, number, number, Fraction(1, 30), number * NS, image)


def film(pictures: list[np.ndarray], fps: int = 30) -> list[Frame]:
    return [
        Frame("camera", 0, n, n, Fraction(1, fps), n * NS // fps, picture)
        for n, picture in enumerate(pictures)
    ]


def block(at_ns: int, length: int = 160) -> AudioBlock:
    samples = np.zeros(length, np.int16)
    return AudioBlock("microphone", 0, 0, 0, Fraction(1, 16_000), at_ns, 16_000, samples)


@pytest.fixture
def offers() -> Iterator[Offers]:
    place = Offers()
    yield place
    place.close()


def test_the_newest_picture_wins_and_the_others_are_counted(offers: Offers) -> None:
    for number in range(5):
        offers.frame(frame(number))
    look = offers.lend_frame()
    assert look is not None
    assert look.monotonic_ns == 4 * NS
    assert offers.counts() == (0, 4, 0)
    offers.give_back(seen=True)
    assert offers.counts() == (1, 4, 0)


def test_a_lent_picture_is_not_written_over(offers: Offers) -> None:
    offers.frame(frame(7))
    look = offers.lend_frame()
    assert look is not None
    for number in range(8, 12):
        offers.frame(frame(number))
    image = offers.memory.read(look.slot, look.height, look.width)
    assert image.shape == (4, 6, 3)
    assert (image == 7).all()
    del image


def test_one_picture_at_a_time_is_lent(offers: Offers) -> None:
    offers.frame(frame(1))
    assert offers.lend_frame() is not None
    offers.frame(frame(2))
    assert offers.lend_frame() is None
    offers.give_back(seen=False)
    assert offers.counts() == (0, 1, 0)
    assert offers.lend_frame() is not None


def test_the_taker_is_woken_once_until_it_has_heard(offers: Offers) -> None:
    assert offers.frame(frame(1))
    assert not offers.sound(block(0, 16_000))
    offers.hear()
    assert offers.sound(block(NS))


def test_sound_is_lent_in_portions(offers: Offers) -> None:
    portion = PORTION_NS * 16_000 // NS
    assert not offers.sound(block(0, portion // 2))
    assert offers.lend_sound() == ()
    assert offers.sound(block(PORTION_NS // 2, portion // 2))
    assert len(offers.lend_sound()) == 2
    assert offers.lend_sound() == ()


def test_where_nothing_moves_a_third_of_the_pictures_will_do(offers: Offers) -> None:
    still = np.full((240, 320, 3), 90, np.uint8)
    for picture in film([still] * 60):
        offers.frame(picture)
    assert offers.counts().left_out == 40


def test_every_picture_of_a_movement_is_taken(offers: Offers) -> None:
    pictures = []
    for n in range(60):
        pictures.append(np.full((240, 320, 3), 90, np.uint8))
        pictures[-1][100:160, 4 * n : 4 * n + 60] = 180
    for picture in film(pictures):
        offers.frame(picture)
    assert offers.counts().left_out == 0


@pytest.mark.parametrize("fps", [15, 10, 5])
def test_the_pace_bounds_pictures_that_move(offers: Offers, fps: int) -> None:
    offers.pace(fps)
    noise = np.random.default_rng(1).integers(0, 2, (60, 12, 16, 1), np.uint8) * 200
    for picture in film([np.kron(one, np.ones((20, 20, 3), np.uint8)) for one in noise]):
        offers.frame(picture)
    # The first may be early, and so may the last.
    assert 60 - offers.counts().left_out - 2 * fps in (0, 1)


def test_the_oldest_sound_gives_way(offers: Offers) -> None:
    for second in range(10):
        offers.sound(block(second * NS))
    assert offers.waiting_sound_ns() <= WAITING_SOUND_NS
    waiting = offers.lend_sound()
    assert waiting[0].monotonic_ns == 4 * NS
    assert waiting[-1].monotonic_ns == 9 * NS
    assert offers.lend_sound() == ()


def test_after_closing_offers_are_let_go() -> None:
    place = Offers()
    place.frame(frame(1))
    place.close()
    place.close()
    assert not place.frame(frame(2))
    assert place.counts() == (0, 1, 0)


def test_a_picture_too_large_for_a_slot_is_thinned_out() -> None:
    memory = FrameMemory.create()
    large = np.random.default_rng(3).integers(0, 255, (2160, 3840, 3), np.uint8)
    height, width = memory.write(1, large)
    assert height * width * 3 <= SLOT_BYTES
    assert (height, width) == (720, 1280)
    assert (memory.read(1, height, width) == large[::3, ::3]).all()
    memory.close()


class Counting(RuleBasedStateMachine):
    """Every picture offered is seen, skipped, lent or waiting: none is lost or doubled."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Offers()
        self.offered = self.lent = self.waiting = 0
        self.newest = -1

    @rule(count=st.integers(1, 4))
    def offer(self, count: int) -> None:
        for _ in range(count):
            self.newest = self.offered
            self.place.frame(frame(self.offered))
            self.offered += 1
        self.waiting = 1

    @rule()
    def lend(self) -> None:
        look = self.place.lend_frame()
        assert (look is not None) == (self.waiting == 1 and self.lent == 0)
        if look is not None:
            assert look.monotonic_ns == self.newest * NS
            image = self.place.memory.read(look.slot, look.height, look.width)
            assert (image == self.newest % 251).all()
            del image
            self.waiting, self.lent = 0, 1

    @precondition(lambda self: self.lent == 1)
    @rule(seen=st.booleans())
    def give_back(self, seen: bool) -> None:
        self.place.give_back(seen=seen)
        self.lent = 0

    @invariant()
    def adds_up(self) -> None:
        assert sum(self.place.counts()) + self.lent + self.waiting == self.offered

    def teardown(self) -> None:
        self.place.close()
        assert sum(self.place.counts()) + self.lent == self.offered


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=30, stateful_step_count=30)
