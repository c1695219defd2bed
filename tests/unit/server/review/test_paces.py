"""From changes of pace to the stretches in which less was looked for."""

from __future__ import annotations

from server.review.absences import Interval, Summary
from server.review.paces import Change, Paces, slowed

S = 1_000_000


def test_each_stretch_lasts_to_the_next_change_and_says_what_it_left_out() -> None:
    changes = [
        Change(10 * S, 1, 15, (), "busy"),
        Change(20 * S, 2, 15, ("hand_at_ear", "second_voice", "unheard_of"), "busy"),
        Change(50 * S, 0, 30, (), "room again"),
        Change(80 * S, 5, 5, (), "busy"),
    ]
    assert list(slowed(changes, 100 * S)) == [
        Interval("camera", 10 * S, 20 * S, "detection slowed down to 15 pictures a second"),
        Interval(
            "camera",
            20 * S,
            50 * S,
            "detection slowed down to 15 pictures a second; "
            "not looked for: hand at the ear, second voice",
        ),
        Interval("camera", 80 * S, 100 * S, "detection slowed down to 5 pictures a second"),
    ]


def test_nothing_was_slowed_down_where_no_record_says_so() -> None:
    assert list(slowed([], 100 * S)) == []
    assert list(slowed([Change(100 * S, 1, 15, (), "")], 100 * S)) == []


def test_stretches_are_added_up() -> None:
    changes = [Change(n * 10 * S, 1 - n % 2, 15, (), "") for n in range(4)]
    paces = Paces(tuple(slowed(changes, 40 * S)))
    assert paces.summaries == [
        Summary("camera", "detection slowed down to 15 pictures a second", 20 * S)
    ]
