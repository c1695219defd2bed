"""Session time: seconds since the open, over restarts."""

from __future__ import annotations

import pytest

from server.ingest.models import ExamSession
from server.ingest.times import clock_error, session_time
from shared.clock import Corridor, WallState

SECOND = 1_000_000


def session() -> ExamSession:
    return ExamSession(
        origin_wall=1_000 * SECOND,
        origin_mono=50 * SECOND,
        boots={
            "first": {"wall": 1_000 * SECOND, "mono": 50 * SECOND},
            "second": {"wall": 1_300 * SECOND, "mono": 7 * SECOND},
        },
    )


def test_within_the_first_boot_it_is_the_monotonic_difference() -> None:
    assert session_time(session(), "first", 62 * SECOND + 500_000) == 12.5


def test_a_later_boot_is_placed_by_its_wall_clock() -> None:
    assert session_time(session(), "second", 7 * SECOND) == 300.0
    assert session_time(session(), "second", 9 * SECOND) == 302.0


def test_what_cannot_be_placed_is_at_the_start() -> None:
    assert session_time(session(), "unknown", 99 * SECOND) == 0.0
    empty = ExamSession(origin_wall=None, origin_mono=None, boots={})
    assert session_time(empty, "first", 99 * SECOND) == 0.0


DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("offset", "low", "high", "ahead"),
    [
        (1_000 * SECOND, 999 * SECOND, 1_001 * SECOND, 0),
        (1_000 * SECOND + DAY, 999 * SECOND, 1_000 * SECOND, DAY),
        (1_000 * SECOND - DAY, 1_000 * SECOND, 1_001 * SECOND, -DAY),
        (1_000 * SECOND - DAY, None, 1_001 * SECOND, 0),  # delivered late: nothing is known
        (1_000 * SECOND + DAY, None, None, 0),
    ],
)
def test_a_wrong_clock_is_off_by_what_the_receipts_leave_no_room_for(
    offset: int, low: int | None, high: int | None, ahead: int
) -> None:
    wall = WallState("boot", offset, 0)
    assert clock_error(wall, Corridor("boot", 0, 9 * SECOND, low, high)) == ahead
    assert clock_error(wall, Corridor("another", 0, 9 * SECOND, low, high)) == 0
