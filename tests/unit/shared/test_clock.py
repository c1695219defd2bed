"""The clock's law, to the microsecond: what is within, what is beyond, and by how much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.clock import ClockFlag, Corridor, WallState, judge_wall
from shared.records import Body, Clock, Gap, Record

WALL = 1_790_000_000_000_000
SECOND = 1_000_000
GAP = Gap(stream="screen", start=0, end=1, reason="a reason")


def at(
    mono: int, wall: int | None = None, *, seq: int = 5, boot: str = "b", body: Body = GAP
) -> Record:
    """A record written at ``mono``, whose wall clock agrees where nothing else is said."""
    return Record(
        session="5e" * 16,
        epoch=0,
        seq=seq,
        prev="0" * 64,
        wall=WALL + mono if wall is None else wall,
        mono=mono,
        boot=boot,
        anchor=None,
        body=body,
    )


STATE = WallState("b", WALL, 10 * SECOND)


def test_a_boot_s_first_record_sets_what_the_others_are_held_to() -> None:
    assert judge_wall(WallState(), at(7, wall=50)) == (WallState("b", 43, 7), None)
    assert judge_wall(STATE, at(7, wall=50, boot="c")) == (WallState("c", 43, 7), None)


@pytest.mark.parametrize("way", [-1, 1], ids=["back", "forth"])
@pytest.mark.parametrize(
    ("elapsed", "allowed"),
    [
        (0, 2 * SECOND),
        # 200 ppm: 5 ms are one more microsecond, and 4.999 ms none yet.
        (4_999, 2 * SECOND),
        (5_000, 2 * SECOND + 1),
        (3_600 * SECOND, 2 * SECOND + 720_000),
    ],
)
def test_the_wall_clock_may_stray_so_far(elapsed: int, allowed: int, way: int) -> None:
    mono = 10 * SECOND + elapsed

    within = at(mono, WALL + mono + way * allowed)
    beyond = at(mono, WALL + mono + way * (allowed + 1))

    assert judge_wall(STATE, within) == (STATE, None)
    after, flag = judge_wall(STATE, beyond)
    sign = "+" if way > 0 else "-"
    moved = f"{sign}{allowed / SECOND:.1f}"
    assert flag == ClockFlag(5, 1, f"the wall clock moved by {moved} s unrecorded")
    # It is told once: what it moved to is what holds from now on.
    assert after == WallState("b", WALL + way * (allowed + 1), mono)


def test_a_move_that_is_recorded_is_no_lie() -> None:
    jump = -90 * SECOND
    moved = at(12 * SECOND, WALL + 12 * SECOND + jump, body=Clock(jump=jump, reason="set"))

    assert judge_wall(STATE, moved) == (WallState("b", WALL + jump, 12 * SECOND), None)


def test_a_move_that_is_recorded_otherwise_is_one() -> None:
    moved = at(12 * SECOND, body=Clock(jump=5 * SECOND, reason="set"))

    after, flag = judge_wall(STATE, moved)

    assert flag == ClockFlag(5, 3 * SECOND, "the wall clock moved by -5.0 s unrecorded")
    assert after == WallState("b", WALL, 12 * SECOND)


def test_a_year_is_told_to_the_second() -> None:
    year = 365 * 24 * 3_600

    _, flag = judge_wall(STATE, at(10 * SECOND, WALL + (10 + year) * SECOND))

    assert flag is not None
    assert flag.why == f"the wall clock moved by +{year}.0 s unrecorded"


def test_before_a_boot_nothing_is_known() -> None:
    """No boot has an empty name, so that the first record is another boot's."""
    assert WallState() == WallState("", 0, 0)
    assert Corridor() == Corridor("", 0, 0, None, None)


def test_a_corridor_needs_both_sides() -> None:
    assert Corridor().excess == 0
    assert Corridor(low=9).excess == 0
    assert Corridor(high=-(10**12)).excess == 0


def test_each_side_is_a_server_time_minus_mono() -> None:
    corridor = Corridor().at(at(100)).after(at(100), 1_000).before(at(100), 5_000)

    assert corridor == Corridor("b", 100, 100, low=900, high=4_900)


def test_the_narrowest_bounds_count() -> None:
    first = Corridor("b", 100, 100, low=900, high=4_900)

    assert first.after(at(100), 900).low == 900
    assert first.after(at(100), 1_100).low == 1_000
    assert first.before(at(100), 5_100).high == 4_900
    assert first.before(at(100), 4_900).high == 4_800


def test_a_bound_keeps_the_other_and_the_span() -> None:
    first = Corridor("b", 100, 100, low=900, high=4_900)

    assert first.after(at(300), 1_400) == Corridor("b", 100, 300, low=1_100, high=4_900)
    assert first.before(at(40), 4_000) == Corridor("b", 40, 100, low=900, high=3_960)


def test_the_span_reaches_over_all_records_of_the_boot() -> None:
    corridor = Corridor("b", 100, 200, low=1, high=2)

    assert corridor.at(at(150)) == corridor
    assert corridor.at(at(50)) == replace(corridor, since=50)
    assert corridor.at(at(250)) == replace(corridor, until=250)


def test_another_boot_is_another_corridor() -> None:
    corridor = Corridor("b", 100, 200, low=1, high=2)

    assert corridor.at(at(50, boot="c")) == Corridor("c", 50, 50)
    assert corridor.after(at(50, boot="c"), 70) == Corridor("c", 50, 50, low=20)
    assert corridor.before(at(50, boot="c"), 70) == Corridor("c", 50, 50, high=20)


@pytest.mark.parametrize(
    ("span", "allowed"),
    [(0, 2 * SECOND), (4_999, 2 * SECOND), (5_000, 2 * SECOND + 1)],
)
def test_a_corridor_may_be_closed_so_far(span: int, allowed: int) -> None:
    corridor = Corridor("b", 7, 7 + span, low=0)

    assert replace(corridor, high=1).excess == 0
    assert replace(corridor, high=-allowed).excess == 0
    assert replace(corridor, high=-allowed - 1).excess == 1
    assert replace(corridor, low=3, high=3 - allowed - 10).excess == 10
