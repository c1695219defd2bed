from __future__ import annotations

from itertools import pairwise

import pytest

from recorder.detect.face.views import PLAIN, Part, View, Views, parts
from recorder.detect.picture.lift import Exposure
from recorder.detect.picture.visibility import Light

DAY = Light(brightest=220, saturated=0.0, shadow=0.0)
DUSK = Light(brightest=60, saturated=0.0, shadow=1.0)
WIDE = (480, 640)


def turns(
    views: Views, count: int, light: Light = DAY, *, followed: bool = False
) -> list[View]:
    return [views.next(light, *WIDE, followed=followed) for _ in range(count)]


@pytest.mark.parametrize("size", [(480, 640), (720, 1280), (480, 600)])
def test_the_squares_cover_a_wide_picture(size: tuple[int, int]) -> None:
    assert parts(*size) == (Part.WHOLE, Part.LEFT, Part.RIGHT)
    left, right = Part.LEFT.columns(*size), Part.RIGHT.columns(*size)
    assert left[0] == 0
    assert right[1] == size[1]
    assert left[1] - left[0] == right[1] - right[0] == size[0]
    assert Part.WHOLE.columns(*size) == (0, size[1])


@pytest.mark.parametrize("size", [(480, 480), (640, 360), (500, 560)])
def test_a_picture_about_as_high_as_wide_is_searched_whole(size: tuple[int, int]) -> None:
    assert parts(*size) == (Part.WHOLE,)
    assert Views().next(DAY, *size, followed=True) == PLAIN


def test_beside_a_followed_face_the_parts_take_turns() -> None:
    seen = [view.part for view in turns(Views(), 6, followed=True)]
    assert seen == [Part.WHOLE, Part.LEFT, Part.RIGHT] * 2


def test_shadows_beside_a_face_in_the_light_have_their_turn() -> None:
    seen = turns(Views(), 4, DUSK, followed=True)
    assert seen == [PLAIN, View(Part.LEFT), View(Part.RIGHT), View(exposure=Exposure.SHADOWS)]


def test_the_last_view_can_be_had_again() -> None:
    views = Views()
    views.next(DUSK, *WIDE, followed=True)
    left = views.next(DUSK, *WIDE, followed=True)
    assert views.again() == left == View(Part.LEFT)
    assert views.next(DUSK, *WIDE, followed=True) == View(Part.RIGHT)


def test_nobody_is_looked_for_in_the_plain_whole_every_second_time() -> None:
    seen = turns(Views(), 16, DUSK)
    assert set(seen[::2]) == {PLAIN}
    assert set(seen[1::2]) == {
        View(exposure=Exposure.SHADOWS),
        View(exposure=Exposure.FULL),
        View(Part.LEFT),
        View(Part.RIGHT),
    }


def test_the_exposure_that_showed_a_face_is_kept_until_it_shows_none() -> None:
    views, shadows = Views(), View(exposure=Exposure.SHADOWS)
    views.found(shadows)
    seen = turns(views, 4, followed=True)
    assert {view.exposure for view in seen[:3]} == {Exposure.SHADOWS}
    assert seen[3] == PLAIN
    views.missed(PLAIN)
    assert views.exposure is Exposure.SHADOWS
    views.missed(shadows)
    assert views.exposure is Exposure.PLAIN


def test_a_new_beginning_is_plain() -> None:
    views = Views()
    views.found(View(exposure=Exposure.FULL))
    views.begin()
    assert turns(views, 1) == [PLAIN]


def test_where_others_were_seen_is_looked_at_every_second_time() -> None:
    views, left = Views(), View(Part.LEFT)
    seen = [views.next(DAY, *WIDE, followed=True, showing=[left]) for _ in range(12)]
    assert all(left in pair for pair in pairwise(seen))
    assert set(seen) == {PLAIN, left, View(Part.RIGHT)}


def test_of_several_places_where_others_were_seen_the_one_longest_ago_comes_first() -> None:
    views, showing = Views(), [View(exposure=Exposure.FULL), View(exposure=Exposure.SHADOWS)]
    seen = [views.next(DAY, *WIDE, followed=True, showing=showing) for _ in range(8)]
    assert seen[::2] == [*showing] * 2
    assert [view.exposure for view in seen[1::2]] == [Exposure.PLAIN] * 4
