"""Session time: seconds since the open, over restarts."""

from __future__ import annotations

from server.ingest.models import ExamSession
from server.ingest.times import session_time

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
