"""Frozen, still and looped cameras, and live ones that are nearly as still."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.picture import repeats
from recorder.detect.picture.repeats import LIVE, NS, Liveness, RepeatWatch

Picture = NDArray[np.uint8]

ROOM = np.random.default_rng(1).integers(20, 230, (48, 64, 3), np.int16)


def filmed(count: int, seed: int = 0, noise: float = 2.0) -> list[Picture]:
    """A still room as a sensor sees it."""
    dice = np.random.default_rng(seed)
    return [
        np.clip(ROOM + dice.normal(0, noise, ROOM.shape), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def watched(pictures: list[Picture], fps: float = 30.0) -> list[Liveness]:
    watch = RepeatWatch()
    return [
        watch.step(round(number * NS / fps), picture, picture[::4, ::4, 0])
        for number, picture in enumerate(pictures)
    ]


def first(live: list[Liveness], fps: float = 30.0) -> float:
    """When a loop is first reported, s."""
    return next(number for number, one in enumerate(live) if one.loop_s is not None) / fps


@pytest.mark.parametrize("noise", [0.3, 1.0, 4.0])
def test_a_sensor_in_a_still_room_is_live(noise: float) -> None:
    assert set(watched(filmed(900, noise=noise))) == {LIVE}


@pytest.mark.parametrize("seconds", [2, 9, 20])
def test_a_loop_is_found_within_three_seconds_with_its_length(seconds: int) -> None:
    once = filmed(30 * seconds)
    live = watched(once + once[:90] * (1 if seconds > 3 else 2))
    assert seconds < first(live) <= seconds + 3
    assert live[-1].loop_s == pytest.approx(seconds, abs=0.05)
    assert not live[-1].frozen


def test_a_loop_of_less_than_a_second_is_found() -> None:
    live = watched(filmed(15) * 10)
    assert live[-1].loop_s == pytest.approx(1.0, abs=0.05)


def test_a_loop_that_plays_backwards_is_found() -> None:
    once = filmed(300)
    assert watched(once + once[::-1])[-1].loop_s is not None


def test_a_loop_is_found_though_other_pictures_of_it_are_seen() -> None:
    once = filmed(600)
    live = watched(once[::2] + once[::3], fps=15)
    assert live[-1].loop_s is not None


def test_a_loop_that_was_encoded_anew_is_found() -> None:
    once = filmed(300)
    again = [np.clip(picture.astype(int) + 1, 0, 255).astype(np.uint8) for picture in once[::7]]
    assert watched(once + again)[-1].loop_s is None  # a seventh of them, and each a level off
    slightly = [picture.copy() for picture in once[:90]]
    for picture in slightly:
        picture[::5, ::5] ^= 1
    assert watched(once + slightly)[-1].loop_s == pytest.approx(10, abs=0.05)


def test_a_loop_is_over_two_seconds_after_its_last_picture() -> None:
    once = filmed(150)
    live = watched(once + once[:60] + filmed(90, seed=2))
    assert live[209].loop_s is not None
    assert live[-1] == LIVE


def test_one_picture_that_comes_again_is_no_loop() -> None:
    pictures = filmed(300)
    pictures[200] = pictures[50]
    pictures[230] = pictures[80]
    assert set(watched(pictures)) == {LIVE}


def test_the_same_picture_is_frozen_after_two_seconds_and_a_photograph_after_thirty() -> None:
    live = watched(filmed(1) * 1000)
    assert not live[60].frozen
    assert live[62] == Liveness(frozen=True)
    assert live[-1] == Liveness(frozen=True, loop_s=0.0)
    assert first(live) == pytest.approx(30, abs=0.1)


def test_the_next_picture_ends_a_frozen_one() -> None:
    assert watched([*filmed(1) * 100, *filmed(1, seed=3)])[-1] == LIVE


@pytest.mark.parametrize("fps", [1, 5])
def test_a_slow_camera_whose_pictures_are_handed_out_again_is_live(fps: int) -> None:
    pictures = [picture for picture in filmed(20 * fps) for _ in range(30 // fps)]
    assert set(watched(pictures)) == {LIVE}


def test_a_small_change_in_a_still_picture_is_a_new_picture() -> None:
    one = filmed(1)[0]
    other = one.copy()
    other[40, 60] += 1
    watch = RepeatWatch()
    for number in range(120):
        picture = other if number % 30 == 0 else one
        assert not watch.step(number * NS // 30, picture, picture[..., 0]).frozen


def test_flashes_in_a_drawn_picture_are_no_loop() -> None:
    dark, light = np.zeros((48, 64, 3), np.uint8), np.full((48, 64, 3), 200, np.uint8)
    assert not any(one.loop_s for one in watched(([dark] * 20 + [light] * 10) * 5))


def test_another_size_is_another_camera() -> None:
    watch, once = RepeatWatch(), filmed(60)
    for number, picture in enumerate(once):
        watch.step(number * NS // 30, picture, picture[..., 0])
    for number, picture in enumerate(once, 60):
        cut = picture[:40]
        assert watch.step(number * NS // 30, cut, cut[..., 0]) == LIVE


def test_the_memory_is_bounded_and_goes_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "REMEMBERED", 200)
    once = filmed(180)
    assert watched(filmed(350, seed=5) + once + once[:90])[-1].loop_s is not None
    assert watched(once + filmed(350, seed=5) + once[:60])[-1].loop_s is None


@pytest.mark.parametrize("shape", [(1, 1), (7, 2000), (2160, 3840)])
def test_any_size_will_do(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    watch = RepeatWatch()
    assert watch.step(0, picture, picture[..., 0]) == LIVE
    assert watch.step(NS, picture + np.uint8(9), picture[..., 0] + np.uint8(9)) == LIVE
