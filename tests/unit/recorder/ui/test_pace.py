"""How long a delivery still takes."""

from __future__ import annotations

from recorder.ui import words
from recorder.ui.pace import Pace


def test_a_steady_line_is_told_after_some_seconds() -> None:
    pace = Pace()
    pace.note(0.0, 0)
    assert pace.left_s(1000) is None
    pace.note(2.0, 200)
    assert pace.left_s(1000) is None
    pace.note(4.0, 400)
    assert pace.left_s(1000) == 10.0


def test_a_line_that_stands_tells_nothing() -> None:
    pace = Pace()
    for second in range(30):
        pace.note(float(second), 500)
    assert pace.left_s(1000) is None


def test_only_the_last_seconds_count() -> None:
    pace = Pace()
    pace.note(0.0, 0)
    pace.note(1.0, 1_000_000)
    for second in range(30, 60):
        pace.note(float(second), 1_000_000 + 100 * second)
    assert pace.left_s(1000) == 10.0


def test_a_guess_is_told_as_one() -> None:
    assert words.roughly(3.0) == "10 seconds"
    assert words.roughly(41.0) == "50 seconds"
    assert words.roughly(55.0) == "1 minute"
    assert words.roughly(61.0) == "2 minutes"
