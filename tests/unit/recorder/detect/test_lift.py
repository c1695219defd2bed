from __future__ import annotations

import numpy as np

from recorder.detect.lift import Lift
from recorder.detect.visibility import Light

PICTURE = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
DAY = Light(brightest=200, saturated=0.0, shadow=0.0)
WINDOW = Light(brightest=240, saturated=0.3, shadow=0.2)


def dim(level: float) -> Light:
    return Light(brightest=level, saturated=0.0, shadow=1.0)


def test_a_picture_in_good_light_stays_the_very_same() -> None:
    lift = Lift()
    lift.update(DAY, found=True)
    assert lift.apply(PICTURE) is PICTURE


def test_a_dim_picture_is_brought_to_the_top_of_the_range() -> None:
    lift = Lift()
    lift.update(dim(40), found=True)
    lifted = lift.apply(PICTURE).reshape(-1, 3)[:, 0].astype(int)
    assert lifted[40] == 255
    assert lifted[10] > 100
    assert (np.diff(lifted) >= 0).all()


def test_brightness_does_not_flicker_with_the_light() -> None:
    lift = Lift()
    lift.update(dim(40), found=True)
    before = lift.apply(PICTURE)
    for level in (42, 38, 45, 36):
        lift.update(dim(level), found=True)
        assert np.array_equal(lift.apply(PICTURE), before)
    lift.update(dim(20), found=True)
    assert not np.array_equal(lift.apply(PICTURE), before)


def test_a_dim_picture_is_lifted_until_it_is_clearly_lighter() -> None:
    lift = Lift()
    lift.update(dim(65), found=True)
    assert lift.apply(PICTURE) is PICTURE
    lift.update(dim(55), found=True)
    lift.update(dim(65), found=True)
    assert lift.apply(PICTURE) is not PICTURE
    lift.update(dim(80), found=True)
    assert lift.apply(PICTURE) is PICTURE


def test_shadows_are_tried_in_turn_while_nobody_is_found_and_kept_when_somebody_is() -> None:
    lift = Lift()
    lift.update(WINDOW, found=False)
    assert lift.apply(PICTURE) is not PICTURE
    lift.update(WINDOW, found=False)
    assert lift.apply(PICTURE) is PICTURE
    lift.update(WINDOW, found=False)
    lift.update(WINDOW, found=True)
    assert lift.apply(PICTURE) is not PICTURE


def test_where_there_is_no_shadow_nothing_is_tried() -> None:
    lift = Lift()
    lift.update(DAY, found=False)
    assert lift.apply(PICTURE) is PICTURE


def test_total_darkness_is_not_brightened_without_end() -> None:
    lift = Lift()
    lift.update(dim(0), found=False)
    assert lift.apply(PICTURE).reshape(-1, 3)[1, 0] < 64
