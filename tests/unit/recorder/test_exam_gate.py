"""Which incidents count, by where the exam stands when they begin and end."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.observations import Blindness, Incident, Unobserved
from recorder.exam_gate import ExamGate
from shared.flags import Kind, Severity


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
    gated.happen(1, 15)
    assert gated.through == [
        (Kind.FACE_MISSING, "a", 10, None),
        (Kind.FACE_MISSING, "a", 10, 15),
    ]


def test_what_lasts_over_a_break_is_two_incidents(gated: Gated) -> None:
    gated.gate.open(0)
    gated.happen(5)
    gated.gate.close(10)
    gated.gate.open(20)
    gated.happen(5, 25)
    assert gated.through == [
        (Kind.FACE_MISSING, "a", 5, None),
        (Kind.FACE_MISSING, "a", 5, 10),
        (Kind.FACE_MISSING, "new1", 20, None),
        (Kind.FACE_MISSING, "new1", 20, 25),
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
        (Kind.BLOCKED_ADDRESS, "a", 12, 14),
    ]


def test_moments_on_both_sides_of_a_break_are_two(gated: Gated) -> None:
    gated.gate.open(10)
    gated.happen(12, kind=Kind.CLIPBOARD)
    gated.gate.close(14)
    gated.gate.open(20)
    gated.happen(12, 21, kind=Kind.CLIPBOARD)
    assert gated.through[-1] == (Kind.CLIPBOARD, "new1", 20, 21)
