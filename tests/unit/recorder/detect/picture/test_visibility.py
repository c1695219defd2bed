from __future__ import annotations

import numpy as np
import pytest

from recorder.detect.picture.visibility import look_at

RNG = np.random.default_rng(1)


def test_black_white_and_grey_pictures_could_not_have_shown_a_face() -> None:
    for level in (0, 17, 128, 255):
        look = look_at(np.full((480, 640, 3), level, np.uint8))
        assert not look.observable
        assert look.contrast == pytest.approx(0)


def test_the_sensors_noise_in_the_dark_is_no_content() -> None:
    noise = RNG.integers(0, 40, (480, 640, 3), np.uint8)
    assert not look_at(noise).observable


def test_a_picture_with_light_and_dark_is_observable() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, 320:] = 200
    look = look_at(picture)
    assert look.observable
    assert look.contrast == pytest.approx(100, abs=5)


@pytest.mark.parametrize("shape", [(1, 1), (7, 2000), (59, 61), (480, 640), (1080, 1920)])
def test_any_size_will_do(shape: tuple[int, int]) -> None:
    picture = RNG.integers(0, 255, (*shape, 3), np.uint8)
    assert 0 <= look_at(picture).contrast <= 128


def test_change_is_the_mean_difference_of_luma() -> None:
    dark, light = (look_at(np.full((480, 640, 3), level, np.uint8)) for level in (40, 70))
    assert light.change_from(dark) == pytest.approx(30, abs=1)
    assert dark.change_from(dark) == 0


def test_another_shape_counts_as_all_changed() -> None:
    small = look_at(np.zeros((360, 640, 3), np.uint8))
    assert small.change_from(look_at(np.zeros((480, 640, 3), np.uint8))) == 255


def test_something_small_and_lit_in_the_dark_is_content() -> None:
    picture = np.full((480, 640, 3), 2, np.uint8)
    picture[150:290, 260:380] = 30
    look = look_at(picture)
    assert look.contrast < 4
    assert look.observable


def test_a_finger_on_the_lens_is_no_content() -> None:
    rows, columns = np.mgrid[-1:1:480j, -1:1:640j]
    finger = np.array([70.0, 22.0, 18.0]) * (1 - 0.15 * np.hypot(rows, columns))[..., None]
    assert not look_at(finger.astype(np.uint8)).observable


def test_light_is_told_by_the_brightest_places_and_shares() -> None:
    picture = np.full((480, 640, 3), 30, np.uint8)
    picture[:, :192] = 255
    light = look_at(picture).light()
    assert light.brightest == 255
    assert light.saturated == pytest.approx(0.3, abs=0.02)
    assert light.shadow == pytest.approx(0.7, abs=0.02)
