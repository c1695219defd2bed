"""Lengths of time in words."""

from __future__ import annotations

import pytest

from recorder.durations import spoken


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10.0, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (61.0, "1 min 1 s"),
        (3_600.0, "1 h"),
        (3_600.0 + 61.0, "1 h 1 min"),
        (86_400.0 * 2 + 3_600.0 * 7 + 59, "2 d 7 h"),
        (86_400.0 * 365, "365 d"),
    ],
)
def test_a_length_is_said_in_the_units_that_matter(seconds: float, says: str) -> None:
    assert spoken(seconds) == says
