"""Which incidents count, by where the exam stands when they begin and end."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.incidents.boundaries import Boundaries
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import Blindness, FaceObservation, Incident, Unobserved
from recorder.exam_gate import ExamGate
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, OFF


class Gated:
    """A gate, and what came through it: (kind, id, start, end)."""

    def __init__(self) -> None:
        self.through: list[tuple[Kind, str, int, int | None]] = []
        numbers = count(1)
        self.gate = ExamGate(
            lambda i: self.through.append((i.kind, i.id, i.start_ns, i.end_ns)),
            lambda: f"new{next(numbers)}",
        )

    def happen(
        self,
        start: int,
        end: int | None = None,
        kind: Kind = Kind.FACE_MISSING,
        name: str = "a",
    ) -> None:
        self.gate.incident(Incident(name, kind, start, end, Severity.HIGH, 1.0))


@pytest.fixture
def gated() -> Gated:
    return Gated()


def test_what_is_over_before_the_exam_is_none(gated: Gated) -> None:
    gated.happen(1)
    gated.happen(1, 5)
    gated.gate.open(10)
    gated.gate.close(20)
    assert gated.through == []


def test_what_lasts_when_the_exam_begins_is_one_from_then_on(gated: Gated) -> None:
    gated.happen(1)
    gated.gate.open(10)
    assert gated.through == []  # it may be over, and only wait for what joins it
    gated.happen(1, 15)
    assert gated.through == [(Kind.FACE_MISSING, "a", 10, 15)]


def test_what_was_over_by_then_and_is_told_later_is_none(gated: Gated) -> None:
    gated.happen(1)
    gated.gate.open(10)
    gated.happen(1, 8)
    gated.happen(3, name="b")  # of just before, heard of late
    gated.happen(3, 10, name="b")
    assert gated.through == []


def test_what_lasts_over_a_break_is_two_incidents(gated: Gated) -> None:
    gated.gate.open(0)
    gated.happen(5)
    gated.gate.close(10)
    gated.gate.open(20)
    gated.happen(5, 25)
    assert gated.through == [
        (Kind.FACE_MISSING, "a", 5, None),
        (Kind.FACE_MISSING, "a", 5, 10),
        (Kind.FACE_MISSING, "new1", 20, 25),
    ]


def test_what_nobody_told_the_end_of_ended_with_its_part(gated: Gated) -> None:
    gated.gate.open(0)
    gated.happen(5)
    gated.gate.close(10)
    gated.happen(12, name="b")
    gated.gate.finish()
    assert gated.through == [
        (Kind.FACE_MISSING, "a", 5, None),
        (Kind.FACE_MISSING, "a", 5, 10),
    ]


def test_what_begins_and_ends_in_a_break_is_none(gated: Gated) -> None:
    gated.gate.open(0)
    gated.gate.close(10)
    gated.happen(12)
    gated.happen(12, 14)
    gated.gate.open(20)
    assert gated.through == []


@pytest.mark.parametrize("kind", [Kind.GAP, Kind.DEVICE_LOST, Kind.REMOTE_SESSION])
def test_what_is_no_deed_of_the_candidates_always_counts(gated: Gated, kind: Kind) -> None:
    gated.happen(1, 2, kind)
    assert gated.through == [(kind, "a", 1, 2)]


def test_time_that_nobody_could_see_counts_within_the_exam(gated: Gated) -> None:
    gated.gate.open(10)
    gated.gate.close(20)
    gated.gate.open(30)
    found = gated.gate.unobserved(Unobserved("camera", 5, 40, Blindness.DARK))
    assert [(part.start_ns, part.end_ns) for part in found] == [(10, 20), (30, 40)]
    assert gated.gate.unobserved(Unobserved("camera", 21, 29, Blindness.DARK)) == []


STEPS = st.lists(st.sampled_from(["open", "close", "begin", "end"]), max_size=30)


@given(STEPS)
def test_whatever_happens_all_that_came_through_lies_within_the_exam(steps: list[str]) -> None:
    gated, spans, lasting, number = Gated(), [], None, 0
    for now, step in enumerate(steps, start=1):
        if step == "open":
            if not gated.gate.is_open:
                spans.append([now, None])
            gated.gate.open(now)
        elif step == "close":
            if gated.gate.is_open:
                spans[-1][1] = now
            gated.gate.close(now)
        elif step == "begin" and lasting is None:
            number += 1
            lasting = (f"i{number}", now)
            gated.happen(now, name=lasting[0])
        elif step == "end" and lasting is not None:
            gated.happen(lasting[1], now, name=lasting[0])
            lasting = None
    gated.gate.finish()
    last = {name: (start, end) for _, name, start, end in gated.through}
    for start, end in last.values():
        assert any(a <= start and (b is None or (end or b + 1) <= b) for a, b in spans)


def test_a_moment_before_a_break_is_one_incident_though_it_is_told_to_be_over_after_it(
    gated: Gated,
) -> None:
    gated.gate.open(10)
    gated.happen(12, kind=Kind.BLOCKED_ADDRESS)
    gated.gate.close(14)
    gated.gate.open(20)
    gated.happen(12, 13, kind=Kind.BLOCKED_ADDRESS)
    assert gated.through == [
        (Kind.BLOCKED_ADDRESS, "a", 12, None),
        (Kind.BLOCKED_ADDRESS, "a", 12, 13),
    ]


def test_moments_on_both_sides_of_a_break_are_two(gated: Gated) -> None:
    gated.gate.open(10)
    gated.happen(12, kind=Kind.CLIPBOARD)
    gated.gate.close(14)
    gated.gate.open(20)
    gated.happen(12, 21, kind=Kind.CLIPBOARD)
    assert gated.through[-1] == (Kind.CLIPBOARD, "new1", 20, 21)


NS = 1_000_000_000


def sat(*, away: tuple[float, float], exam: list[float], until: float) -> list[Incident]:
    """What real machines and the gate make of an absence, where the exam begins and stops at
    these seconds in turn."""
    told: list[Incident] = []
    ids = count()
    core = DetectionCore(lambda kind: DEFAULT_RULES.get(kind, OFF), lambda: f"m{next(ids)}")
    gate = ExamGate(told.append, lambda: f"new{next(ids)}")
    boundaries, turns = Boundaries(gate.boundaries), list(exam)
    for tenth in range(round(until * 10)):
        now_ns = NS + tenth * NS // 10
        if turns and tenth / 10 >= turns[0]:
            turns.pop(0)
            (gate.close if gate.is_open else gate.open)(now_ns)
        found = [one for at_ns in boundaries.passed() for one in core.cut(at_ns)]
        faces = 0 if away[0] <= tenth / 10 < away[1] else 1
        seen = FaceObservation(now_ns, faces, 40.0, yaw=0.0, pitch=0.0, roll=0.0)
        for one in [*found, *core.camera(seen)]:
            if isinstance(one, Incident):
                gate.incident(one)
    return told


def spans(told: list[Incident]) -> list[tuple[float, float | None]]:
    return [
        (one.start_ns / NS - 1, None if one.end_ns is None else one.end_ns / NS - 1)
        for one in told
    ]


def test_an_absence_that_lasts_to_the_end_of_the_exam_says_its_whole_length() -> None:
    told = sat(away=(100, 500), exam=[1, 400], until=410)
    assert spans(told) == [(100, None), (100, 400)]
    assert told[-1].detail["reason"] == "no face in the picture for 300.0 s"
    assert told[-1].detail["seconds"] == 300


def test_who_came_back_just_before_the_exam_was_never_away_from_it() -> None:
    assert sat(away=(10, 20), exam=[23, 60], until=70) == []


def test_who_came_back_just_before_a_break_was_back() -> None:
    told = sat(away=(100, 160), exam=[1, 163], until=180)
    assert spans(told) == [(100, None), (100, 160)]
    assert told[-1].detail["seconds"] == 60


def test_an_absence_from_before_the_exam_counts_from_its_beginning() -> None:
    told = sat(away=(10, 40), exam=[20, 60], until=60)
    assert spans(told) == [(20, None), (20, 40)]
    assert told[-1].detail["seconds"] == 20


def test_an_absence_over_a_pause_is_two_and_each_says_its_own_length() -> None:
    told = sat(away=(100, 300), exam=[1, 150, 200, 400], until=410)
    assert spans(told) == [(100, None), (100, 150), (200, None), (200, 300)]
    assert [one.detail["seconds"] for one in told if one.end_ns] == [50, 100]
    assert told[1].id != told[3].id
