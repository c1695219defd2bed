"""When the exam began and ended, and what was in between, for programs: in ``report.json`` and
over HTTP.
"""

from __future__ import annotations

import msgspec

from server.clock import MICROS_PER_SECOND
from server.review.casefile import CaseFile
from server.review.phases import BREAK, EXAM, PAUSED, Phase


class PhaseOut(msgspec.Struct, frozen=True):
    """A phase, in seconds of session time: on whose word it began, why, and what was said while
    it lasted.
    """

    name: str
    start: float
    end: float
    by: str
    reason: str
    notes: list[str]


class CourseOut(msgspec.Struct, frozen=True):
    """Where the exam stood and when, in seconds of session time: only ``seconds``, those of
    the exam itself, count. ``began`` and ``ended`` (handed in) are ``null`` where it did not.
    """

    began: float | None
    ended: float | None
    seconds: float
    breaks: int
    break_seconds: float
    paused_seconds: float
    phases: list[PhaseOut]


def course_of(case: CaseFile) -> CourseOut | None:
    """The course of a case's exam; ``None`` where its recorder told none."""
    phases = case.phases
    if not phases.all:
        return None
    return CourseOut(
        began=None if phases.began is None else _seconds(phases.began),
        ended=None if phases.ended is None else _seconds(phases.ended.start),
        seconds=_seconds(phases.lasted(EXAM)),
        breaks=len(phases.breaks),
        break_seconds=_seconds(phases.lasted(BREAK)),
        paused_seconds=_seconds(phases.lasted(PAUSED)),
        phases=[_phase(one) for one in phases.all],
    )


def _phase(one: Phase) -> PhaseOut:
    span = (_seconds(one.start), _seconds(one.end))
    return PhaseOut(one.name, *span, one.by, one.reason, one.said)


def _seconds(micros: int) -> float:
    return round(micros / MICROS_PER_SECOND, 3)
