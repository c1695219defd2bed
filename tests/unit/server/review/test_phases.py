"""Phases: what counts, what does not, and what is said of a session that tells none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import default_policy

from server.ingest.models import ExamSession, PhaseRow
from server.review.absences import Absences, Interval, clipped
from server.review.durations import MICROS, intersected, length, subtracted, united
from server.review.flags import Flag, Flags
from server.review.phases import Phase, Phases, _phases
from server.review.score import score
from server.review.timeline import timeline
from server.review.watching import observability
from shared.flags import Kind, Severity

S = MICROS
POLICY = default_policy()


def phases(*told: tuple[str, int]) -> Phases:
    """Phases by name and where each begins (s); the last one ends at 100 s."""
    ends = [*(start for _, start in told[1:]), 100]
    return Phases(
        tuple(
            Phase(name, start * S, end * S, "candidate", "")
            for (name, start), end in zip(told, ends, strict=True)
        )
    )


SAT = phases(
    ("preparing", 0),
    ("waiting", 10),
    ("exam", 20),
    ("break", 40),
    ("exam", 50),
    ("paused", 60),
    ("exam", 70),
    ("handed_in", 90),
)


def flag(start: float, end: float | None, kind: Kind = Kind.FACE_MISSING) -> Flag:
    stop = None if end is None else round(end * S)
    return Flag("1", kind, Severity.HIGH, round(start * S), stop, 1.0)


def test_the_course_of_an_exam_is_told() -> None:
    assert SAT.began == 20 * S
    assert SAT.ended is not None
    assert SAT.ended.start == 90 * S
    assert [one.lasted for one in SAT.breaks] == [10 * S]
    assert SAT.lasted("exam") == 50 * S
    assert SAT.lasted("paused") == 10 * S
    assert SAT.counted == [(20 * S, 40 * S), (50 * S, 60 * S), (70 * S, 90 * S)]
    assert SAT.newest is not None
    assert SAT.newest.label == "Handed in"


def test_a_session_without_phases_counts_as_a_whole() -> None:
    none = Phases()
    assert none.counted is None
    assert (none.began, none.ended, none.newest) == (None, None, None)
    assert none.counts(flag(5, 6), 100 * S)
    assert none.aside(flag(5, 6), 100 * S) == ""
    assert score([flag(5, 6)], POLICY, 100 * S, none.counted) == score(
        [flag(5, 6)], POLICY, 100 * S
    )


@pytest.mark.parametrize(
    ("start", "end", "aside"),
    [
        (5, 6, "before the exam"),
        (12, 13, "before the exam"),
        (15, 25, ""),
        (20, 20, ""),
        (25, 30, ""),
        (41, 45, "in a break"),
        (40, 40, "in a break"),
        (62, 63, "while the exam was paused"),
        (92, 93, "after the exam"),
        (5, None, ""),
        (92, None, "after the exam"),
        (10, 20, "before the exam"),
    ],
)
def test_a_flag_counts_where_it_lies_in_the_exam(
    start: float, end: float | None, aside: str
) -> None:
    one = flag(start, end)
    assert SAT.aside(one, 100 * S) == aside
    counted = score([one], POLICY, 100 * S, SAT.counted)
    assert bool(counted.contributions) == (aside == "")


def test_only_the_part_in_the_exam_has_a_length() -> None:
    long, inside = flag(0, 100), flag(20, 70)
    assert long.counted(100 * S, SAT.counted) == 50 * S
    whole = score([long], POLICY, 100 * S).value
    assert score([long], POLICY, 100 * S, SAT.counted).value < whole
    (told,) = score([inside], POLICY, 100 * S, SAT.counted).contributions
    assert told.lasted == 30 * S


def test_an_exam_that_never_began_counts_nothing() -> None:
    waiting = phases(("preparing", 0), ("waiting", 10))
    assert waiting.counted == []
    assert score([flag(0, 100)], POLICY, 100 * S, waiting.counted).value == 0
    (camera, _) = observability(
        POLICY, 100 * S, Absences(), [], ["camera"], live=False, within=waiting.counted
    )
    assert (camera.duration, camera.share) == (0, None)


def test_only_the_exam_is_to_be_observed() -> None:
    dark = Absences(unobserved=(Interval("camera", 0, 30 * S, "dark"),))
    gone = [Interval("camera", 85 * S, 100 * S, "unplugged")]
    (camera, _) = observability(
        POLICY, 100 * S, dark, gone, ["camera"], live=False, within=SAT.counted
    )
    assert camera.duration == 50 * S
    assert camera.missed == 15 * S
    assert camera.share == pytest.approx(0.7)
    assert [one.time for one in camera.unobserved] == [10 * S]
    assert [one.time for one in camera.unrecorded] == [5 * S]


def row(seq: int, name: str, mono: int, reason: str = "") -> PhaseRow:
    return PhaseRow(
        session_id="s", seq=seq, boot="b", mono=mono, name=name, by="proctor", reason=reason
    )


def session(mono: int) -> ExamSession:
    return ExamSession(
        id="s",
        boots={"b": {"wall": 0, "mono": 0}},
        boot="b",
        mono=mono,
        origin_wall=0,
        origin_mono=0,
    )


def test_a_phase_that_is_said_again_goes_on_with_a_note() -> None:
    rows = [
        row(1, "exam", 0),
        row(2, "exam", 5 * S, "extra time: 600 s"),
        row(3, "paused", 10 * S, "a fire alarm"),
    ]
    found = _phases(session(30 * S), rows)
    assert [(one.name, one.start, one.end) for one in found.all] == [
        ("exam", 0, 10 * S),
        ("paused", 10 * S, 30 * S),
    ]
    assert found.all[0].said == ["a proctor: extra time: 600 s"]
    (exam, paused) = timeline(
        "s", 30 * S, {}, Flags(), Absences(), [], live=True, phases=found
    ).phases
    assert exam.words == "by a proctor; a proctor: extra time: 600 s"
    assert paused.words == "by a proctor: a fire alarm"


def test_a_timeline_has_a_lane_for_phases_where_there_are_any() -> None:
    with_them = timeline("s", 100 * S, {}, Flags(), Absences(), [], live=False, phases=SAT)
    assert [lane.id for lane in with_them.lanes] == ["phases", "unobserved", "missing"]
    assert with_them.phases[3].label == "Break"
    without = timeline("s", 100 * S, {}, Flags(), Absences(), [], live=False)
    assert [lane.id for lane in without.lanes] == ["unobserved", "missing"]


spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: tuple(sorted(pair))),
    max_size=6,
)


@given(spans, spans)
def test_what_lies_in_both_is_neither_more_than_either(one, other) -> None:
    both = intersected(one, other)
    assert both == intersected(other, one) == united(both)
    assert length(both) + length(subtracted(one, other)) == length(one)


@given(spans, spans)
def test_an_interval_is_cut_to_what_counts(intervals, within) -> None:
    every = [Interval("camera", start, end, "dark") for start, end in intervals]
    cut = clipped(every, united(within))
    assert length((i.start, i.end) for i in cut) == length(intersected(intervals, within))
    assert clipped(every, None) == every
