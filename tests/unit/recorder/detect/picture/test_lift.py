from __future__ import annotations

import numpy as np

from recorder.detect.picture.lift import Exposure, Lift, exposures
from recorder.detect.picture.visibility import Light

# Every level, in columns wide enough that smoothing leaves their middles alone.
PICTURE = np.broadcast_to(np.arange(256, dtype=np.uint8).repeat(5)[None, :, None], (8, 1280, 3))
PICTURE = np.ascontiguousarray(PICTURE)


def light(brightest: float, shadow: float = 1.0) -> Light:
    return Light(brightest=brightest, saturated=0.0, shadow=shadow)


def levels(lift: Lift, exposure: Exposure) -> np.ndarray:
    return lift.apply(PICTURE, exposure)[4, 2::5, 0].astype(int)


def test_the_plain_picture_is_the_very_same() -> None:
    lift = Lift()
    lift.update(light(20))
    assert lift.apply(PICTURE, Exposure.PLAIN) is PICTURE


def test_the_brightest_places_or_half_their_level_become_white() -> None:
    lift = Lift()
    lift.update(light(80))
    full, shadows = levels(lift, Exposure.FULL), levels(lift, Exposure.SHADOWS)
    assert (full[80], shadows[40]) == (255, 255)
    assert 60 < full[10] < shadows[10] < 140
    assert (np.diff(full) >= 0).all()


def test_brightness_does_not_flicker_with_the_light() -> None:
    lift = Lift()
    lift.update(light(80))
    before = levels(lift, Exposure.FULL)
    for level in (84, 76, 90, 70):
        lift.update(light(level))
        assert np.array_equal(levels(lift, Exposure.FULL), before)
    lift.update(light(40))
    assert not np.array_equal(levels(lift, Exposure.FULL), before)


def test_noise_is_smoothed_before_it_is_brightened() -> None:
    noise = np.random.default_rng(1).normal(10, 2, (120, 160, 3)).round().astype(np.uint8)
    lift = Lift()
    lift.update(light(20))
    alone = np.ascontiguousarray(noise[::40, ::40])
    assert lift.apply(noise, Exposure.FULL).std() < 0.6 * (255 * (alone / 20) ** 0.6).std()


def test_only_what_may_help_is_tried() -> None:
    assert exposures(light(220, shadow=0.0)) == ()
    assert exposures(light(220, shadow=0.2)) == (Exposure.SHADOWS,)
    assert exposures(light(40)) == (Exposure.SHADOWS, Exposure.FULL)


def test_total_darkness_is_not_brightened_without_end() -> None:
    lift = Lift()
    lift.update(light(0))
    assert levels(lift, Exposure.SHADOWS)[1] < 64
