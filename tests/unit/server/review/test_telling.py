"""What pages say: times, absences, the verdict on the evidence, the timeline."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.absences import Absences, Interval, joined, summaries
from server.review.correlation import Incident
from server.review.durations import clock, iso, length, moment, spoken, subtracted, united
from server.review.flags import Flag, Flags, particulars, reason
from server.review.integrity import Facts, Level, examine
from server.review.life import Decision, Verdict
from server.review.states import Shortfall
from server.review.timeline import (
    LONGEST_NAME,
    UNDELIVERED,
    UNPLAYABLE,
    lanes,
    missing,
    timeline,
)
from server.review.verdicts import Told
from server.review.wording import cause, printed
from shared.flags import Kind, Severity

SECOND = 1_000_000
spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12)


@pytest.mark.parametrize(
    ("seconds", "position", "words"),
    [
        (0, "0:00", "0 s"),
        (4.24, "0:04", "4.2 s"),
        (9.96, "0:09", "10 s"),
        (59.6, "0:59", "1 min"),
        (185, "3:05", "3 min 5 s"),
        (3600, "1:00:00", "1 h"),
        (4830, "1:20:30", "1 h 20 min"),
        (-3, "0:00", "0 s"),
    ],
)
def test_times_are_told_as_people_read_them(seconds: float, position: str, words: str) -> None:
    micros = int(seconds * SECOND)
    assert (clock(micros), spoken(micros)) == (position, words)


def test_points_in_time_are_told_in_utc() -> None:
    assert moment(1_790_000_000_000_000) == "21 Sep 2026, 14:13 UTC"
    assert iso(1_790_000_000_250_000) == "2026-09-21T14:13:20.250Z"
    assert iso(3 * 2**53).startswith("28")


def points(found: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in found for at in range(start, end)}


@given(spans, spans)
def test_intervals_obey_the_laws_of_sets(one: list, other: list) -> None:
    assert points(united(one)) == points(one)
    assert length(one) == len(points(one))
    assert points(subtracted(one, other)) == points(one) - points(other)
    assert all(a[1] < b[0] for a, b in zip(united(one), united(one)[1:], strict=False))


def interval(start: int, end: int, stream: str = "camera", reason: str = "dark") -> Interval:
    return Interval(stream, start, end, reason)


def test_what_a_heartbeat_cut_in_two_is_one_again() -> None:
    found = joined([interval(10, 20), interval(0, 10), interval(12, 14, reason="covered")])
    assert found == [interval(0, 20), interval(12, 14, reason="covered")]


def test_time_is_counted_once_however_many_streams_miss_it() -> None:
    both = Absences(
        unobserved=(interval(0, 10), interval(5, 15, "screen")), gaps=(interval(3, 4),)
    )
    assert (both.unobserved_time, both.gap_time) == (15, 1)
    assert [s.time for s in summaries([*both.unobserved, interval(20, 30)])] == [20, 10]


WHOLE = Facts(
    state="closed", closed=True, size=10, pieces=4, pieces_held=4, forks=0, clock_flags=0
)


OPEN = {"state": "open", "closed": False}
INCOMPLETE, MISSING = (Shortfall.INCOMPLETE,), (Shortfall.MISSING,)


@pytest.mark.parametrize(
    ("changes", "level", "says"),
    [
        ({}, Level.HOLDS, "All 4 pieces were received"),
        ({"size": 0}, Level.WAITING, "No record"),
        ({"state": "open", "closed": False, "silent": SECOND}, Level.WAITING, "yet to come"),
        ({"state": "open", "closed": False}, Level.WAITING, "yet to come"),
        ({**OPEN, "silent": 99 * SECOND, "states": INCOMPLETE}, Level.LACKS, "1 min 39 s"),
        ({"state": "terminated", "closed": False}, Level.LACKS, "Staff ended"),
        (
            {"pieces_held": 3, "states": MISSING},
            Level.LACKS,
            "1 piece of 4 is committed to but",
        ),
        (
            {"state": "open", "closed": False, "silent": 1, "pieces_held": 2},
            Level.WAITING,
            "2 pieces of 4 are still on the way",
        ),
        ({"forks": 1}, Level.CONTRADICTS, "1 record came signed in two versions"),
        ({"clock_flags": 2}, Level.CONTRADICTS, "2 places"),
        ({"clock_error": 59 * SECOND}, Level.HOLDS, "times fit together."),
        ({"clock_error": 3_780 * SECOND}, Level.HOLDS, "is 1 h 3 min ahead of the server's"),
        ({"clock_error": -90 * SECOND}, Level.HOLDS, "is 1 min 30 s behind the server's"),
        ({"purged": True}, Level.LACKS, "destroyed"),
    ],
)
def test_the_verdict_on_the_evidence(changes: dict, level: Level, says: str) -> None:
    verdict = examine(replace(WHOLE, **changes))
    assert verdict.level is level
    assert verdict.word
    assert any(says in check.words for check in verdict.checks), verdict.checks


def told(*fails: int, current: bool = True) -> Told:
    return Told(1_790_000_000_000_000, fails, current)


@pytest.mark.parametrize(
    ("changes", "verdict", "level", "says"),
    [
        ({}, told(), Level.HOLDS, "Verified on 21 Sep 2026, 14:13 UTC: everything holds."),
        ({}, told(7), Level.CONTRADICTS, "check 7 fails. Nothing above explains this"),
        (
            {"pieces_held": 3, "states": MISSING},
            told(7, 8),
            Level.LACKS,
            "checks 7, 8 fail. The lines above say why.",
        ),
        ({"forks": 1}, told(4), Level.CONTRADICTS, "The lines above say why."),
        ({"clock_flags": 1}, told(6), Level.CONTRADICTS, "The lines above say why."),
        ({"forks": 1}, told(3, 4), Level.CONTRADICTS, "Nothing above explains this"),
        (OPEN, told(10), Level.LACKS, "The lines above say why."),
        ({**OPEN, "size": 0}, told(8, 9, 10), Level.LACKS, "The lines above say why."),
    ],
)
def test_a_full_verification_is_weighed_by_what_explains_it(
    changes: dict, verdict: Told, level: Level, says: str
) -> None:
    evidence = examine(replace(WHOLE, **changes, told=verdict))
    assert evidence.level is level
    assert says in evidence.checks[-1].words


def test_a_verdict_on_an_earlier_state_says_nothing_of_this_one() -> None:
    before = examine(WHOLE)
    assert examine(replace(WHOLE, told=told(7, current=False))) == before


@pytest.mark.parametrize(
    ("changes", "word", "besides"),
    [
        ({}, "Complete", []),
        ({"pieces_held": 3, "states": MISSING}, "Committed but missing", []),
        (
            {**OPEN, "pieces_held": 3, "states": INCOMPLETE + MISSING},
            "Incomplete",
            ["Committed but missing"],
        ),
        ({"forks": 1, "states": (Shortfall.FORKED,)}, "Contradictory", ["Forked"]),
    ],
)
def test_a_list_names_every_state(changes: dict, word: str, besides: list[str]) -> None:
    evidence = examine(replace(WHOLE, **changes))
    assert (evidence.word, evidence.besides) == (word, besides)


def test_checks_carry_the_numbers_of_the_specification() -> None:
    said = [check.numbers for check in examine(replace(WHOLE, told=told())).checks]
    assert said == ["checks 1 to 5", "check 10", "checks 7 and 8", "check 4", "check 6", ""]


def flag(start: int, end: int | None, kind: Kind = Kind.SPEECH, **detail: object) -> Flag:
    return Flag("0" * 32, kind, Severity.LOW, start, end, 0.5, detail)


def test_holes_that_no_gap_explains_are_missing_too() -> None:
    played = {"camera": [(0, 10 * SECOND), (20 * SECOND, 30 * SECOND)]}
    gaps = Absences(gaps=(interval(10 * SECOND, 15 * SECOND, reason="unplugged"),))
    found = missing(played, gaps, 40 * SECOND, live=False)
    assert [(i.start // SECOND, i.end // SECOND, i.reason) for i in found] == [
        (10, 15, "unplugged"),
        (15, 20, "no record says why"),
        (30, 40, "no record says why"),
    ]
    live = missing(played, gaps, 40 * SECOND, live=True)
    assert [i.start // SECOND for i in live] == [10, 15]


def test_a_hole_is_said_by_what_is_known_of_it() -> None:
    played = {"camera": [(0, 10 * SECOND)], "screen": [(0, 40 * SECOND)]}
    known = [
        interval(10 * SECOND, 14 * SECOND, reason=UNDELIVERED),
        interval(0, 22 * SECOND, reason=UNPLAYABLE),
    ]
    found = missing(played, Absences(), 40 * SECOND, live=False, known=known)
    assert [(i.stream, i.start // SECOND, i.end // SECOND, i.reason) for i in found] == [
        ("camera", 10, 14, UNDELIVERED),
        ("camera", 14, 22, UNPLAYABLE),
        ("camera", 22, 40, "no record says why"),
    ]
    drawn = timeline("s", 0, played, Flags(), Absences(), found, live=False)
    assert [lane.id for lane in drawn.lanes] == ["unobserved", "undelivered", "missing"]
    assert [(one.start, one.end) for one in drawn.undelivered] == [(10, 14), (14, 22)]
    assert [(one.start, one.end) for one in drawn.missing] == [(22, 40)]


def test_the_timeline_reaches_as_far_as_anything_on_it() -> None:
    found = timeline(
        "s",
        10 * SECOND,
        {"camera": [(0, 12 * SECOND)]},
        Flags([flag(9, None)]),
        Absences(),
        [],
        live=True,
    )
    assert (found.duration, found.live) == (12.0, True)
    assert found.streams[0].playlist == "/media/s/camera.m3u8"
    assert found.flags[0].end is None


def test_only_groups_with_flags_have_lanes() -> None:
    found = [lane.id for lane in lanes(Flags([flag(0, 1), flag(0, 1, Kind.GAP)]))]
    assert found == ["voice", "recorder", "unobserved", "missing"]


def test_gaze_and_windows_have_lanes_of_their_own_and_so_do_decisions() -> None:
    decided = replace(
        flag(0, 1, Kind.WINDOW_SWITCH, title="Messenger " * 20),
        history=(Decision(1, Verdict.DISMISSED, "", "a", "Ada", 0),),
    )
    both = Flags([decided, flag(2, 3, Kind.LOOKING_AWAY)])
    found = [lane.id for lane in lanes(both)]
    assert found == ["gaze", "windows", "decisions", "unobserved", "missing"]
    drawn = timeline("s", 10 * SECOND, {}, both, Absences(), [], live=False).flags[0]
    assert (drawn.lane, drawn.verdict, drawn.version) == ("windows", "dismissed", 1)
    assert drawn.name.startswith("Messenger Messenger")
    assert len(drawn.name) == LONGEST_NAME


def test_of_a_flag_of_several_each_is_drawn_where_it_was() -> None:
    members = tuple(
        Incident(f"{n}", kind, Severity.LOW, n * SECOND, (n + 1) * SECOND, 0.9)
        for n, kind in ((1, Kind.CAMERA_BLOCKED), (3, Kind.GAZE_AWAY))
    )
    one = replace(flag(1, 4, Kind.CAMERA_BLOCKED), members=members)
    drawn = timeline("s", 10 * SECOND, {}, Flags([one]), Absences(), [], live=False)
    assert [lane.id for lane in drawn.lanes][:2] == ["face", "gaze"]
    assert [(each.lane, each.start, each.end) for each in drawn.seen] == [
        ("face", 1, 2),
        ("gaze", 3, 4),
    ]
    assert drawn.flags[0].count == 2


def test_what_a_detector_says_is_printed_short_and_flat() -> None:
    one = flag(
        0, 1, reason="speech", yaw=-41.25, faces=2, seen=True, title="x" * 500, none=None
    )
    found = dict(particulars(replace(one, detail={**one.detail, "deep": {"a": [1]}})))
    assert reason(one) == "speech"
    assert found["yaw"] == "-41.2"
    assert (found["faces"], found["seen"]) == ("2", "yes")
    assert len(found["title"]) == 120
    assert "none" not in found
    assert "deep" not in found
    assert reason(flag(0, 1, reason=["not", "text"])) == ""
    assert cause("covered") == "the camera was covered"
    assert (cause("too dark"), cause("")) == ("too dark", "no reason given")
    assert printed({"a": None, "b": ["c", 1.5]}) == "a: none, b: c, 1.5"
