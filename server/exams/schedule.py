"""When an exam is held: its window, one start or each their own, who comes late; as values.

``opens`` to ``closes`` is when the exam may be entered. Without a common start everybody has
the whole time from when they begin, so that the last are done ``duration_s`` after it closed.
With one, all end together, and who comes late has what is left, or the whole time where the
exam says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from server.clock import MICROS_PER_SECOND
from server.exams.contradiction import Contradiction
from server.exams.models import Exam
from server.exams.starting import said, zones
from server.problems import Rejection
from shared.wire import ProblemType

MINUTE = 60 * MICROS_PER_SECOND

# Reminders: not more than fit in a line, and none earlier than people plan for (30 days).
MAX_REMINDERS = 5
EARLIEST_REMINDER = 30 * 24 * 60


class State(StrEnum):
    """Where an exam stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"

    @property
    def pill(self) -> str:
        """The class of its mark on a page."""
        return {"running": "live", "draft": "warn", "cancelled": "bad"}.get(self.value, "")


def state_of(exam: Exam, now: int, *, under_way: int = 0) -> State:
    """Where an exam stands; one that nobody can begin any more runs while some are at it."""
    if exam.cancelled is not None:
        return State.CANCELLED
    if exam.published is None:
        return State.DRAFT
    if now < exam.starts:
        return State.SCHEDULED
    return State.RUNNING if now < exam.ends or under_way else State.OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When an exam is held. Times are microseconds UTC; ``starts`` is the common start, if
    there is one, ``late_until`` up to when it may be entered then. ``reminders`` are minutes
    before it begins; with ``sends_page`` candidates are sent the link to their own page.
    """

    opens: int
    closes: int
    zone: str
    starts: int | None
    duration_s: float
    late_until: int | None = None
    late_whole: bool = False
    reminders: tuple[int, ...] = ()
    sends_page: bool = True

    @property
    def duration(self) -> int:
        """``duration_s`` in microseconds."""
        return round(self.duration_s * MICROS_PER_SECOND)

    @property
    def last_entry(self) -> int:
        """Until when it may be entered."""
        return self.closes if self.late_until is None else min(self.closes, self.late_until)

    @property
    def done(self) -> int:
        """When the last are done, but for breaks, pauses and extra time."""
        if self.starts is None:
            return self.closes + self.duration
        end = self.starts + self.duration
        return max(end, self.last_entry + self.duration) if self.late_whole else end

    def begun_at(self, starts: int | None) -> Schedule:
        """The same with another common start. Late entry is for as long after it as before;
        where each begins when ready nobody is late.
        """
        if starts is None:
            return replace(self, starts=None, late_until=None, late_whole=False)
        late = self.late_until
        if late is not None and self.starts is not None:
            late += starts - self.starts
        return replace(self, starts=starts, late_until=late)


def schedule_of(exam: Exam, starts: int | None, duration_s: float) -> Schedule:
    """An exam's schedule, with what its policy says of it."""
    return Schedule(
        opens=exam.starts,
        closes=exam.ends,
        zone=exam.zone,
        starts=starts,
        duration_s=duration_s,
        late_until=exam.late_until,
        late_whole=exam.late_whole,
        reminders=tuple(exam.reminders),
        sends_page=exam.sends_page,
    )


def schedule_faults(plan: Schedule) -> Iterator[Contradiction]:
    """What a schedule cannot mean; ``field`` is the schedule form's."""
    if plan.zone not in zones():
        yield Contradiction(
            "zone", f"There is no time zone {plan.zone[:40]!r}; for example Europe/Vienna."
        )
        return
    if plan.closes <= plan.opens:
        yield Contradiction("ends", "An exam closes after it opens.")
        return
    if plan.starts is not None:
        yield from _common_faults(plan, plan.starts)
    elif plan.late_until is not None or plan.late_whole:
        yield Contradiction(
            "late_minutes",
            "Nobody is late where each begins when ready: leave this empty, and say with the "
            "time it closes until when it may be begun.",
        )
    wrong = [n for n in plan.reminders if not 1 <= n <= EARLIEST_REMINDER]
    if wrong or len(plan.reminders) > MAX_REMINDERS:
        yield Contradiction(
            "reminders",
            f"Up to {MAX_REMINDERS} reminders, each a minute to 30 days before.",
        )


def _common_faults(plan: Schedule, starts: int) -> Iterator[Contradiction]:
    if not plan.opens <= starts < plan.closes:
        window = f"{said(plan.opens, plan.zone)} to {said(plan.closes, plan.zone)}"
        yield Contradiction(
            "starts_at", f"The exam starts for everybody within its own time: {window}."
        )
    if plan.late_until is None:
        return
    if plan.late_until < starts:
        yield Contradiction("late_minutes", "Late is after the start: 0 minutes at least.")
    elif plan.late_until >= starts + plan.duration and not plan.late_whole:
        yield Contradiction(
            "late_minutes",
            "Who came so late would have no time left: let people in for less long than the "
            f"exam lasts ({plan.duration_s / 60:g} minutes), or give them the whole time.",
        )
    elif plan.late_until > plan.closes:
        yield Contradiction(
            "late_minutes",
            f"The exam closes at {said(plan.closes, plan.zone)}, before that: close it later, "
            "or let people in for less long.",
        )


def described(plan: Schedule) -> list[tuple[str, str]]:
    """A schedule in words, as (name, words)."""
    zone = plan.zone
    pairs = [("May be entered", f"{said(plan.opens, zone)} to {said(plan.last_entry, zone)}")]
    minutes = f"{plan.duration_s / 60:g} minutes"
    if plan.starts is None:
        pairs.append(("Begins", f"for each when ready, and lasts {minutes} from then on"))
        pairs.append(("The last are done", said(plan.done, zone)))
        return pairs
    pairs.append(("Begins for everybody", f"{said(plan.starts, zone)}, and lasts {minutes}"))
    loses = "nothing: they have the whole time" if plan.late_whole else "what they missed"
    pairs.append(("Who comes late loses", loses))
    pairs.append(
        ("All are done" if not plan.late_whole else "The last are done", said(plan.done, zone))
    )
    return pairs


def entry_refusal(exam: Exam, now: int, *, beginning: bool) -> Rejection | None:
    """Why an exam cannot be entered now, if it cannot. Before it opens candidates may look at
    it (``beginning`` is false) and not begin it.
    """
    if exam.cancelled is not None:
        why = f" {exam.cancelled_why}" if exam.cancelled_why else ""
        return Rejection(ProblemType.EXAM_CLOSED, 410, f"This exam was cancelled.{why}")
    if exam.published is None:
        return Rejection(ProblemType.EXAM_EARLY, 409, "This exam is not open yet.")
    if beginning and now < exam.starts:
        opens = said(exam.starts, exam.zone)
        return Rejection(ProblemType.EXAM_EARLY, 409, f"This exam opens on {opens}.")
    last_entry = exam.ends if exam.late_until is None else min(exam.ends, exam.late_until)
    if now >= last_entry:
        until = said(last_entry, exam.zone)
        return Rejection(
            ProblemType.EXAM_CLOSED, 410, f"This exam could be entered until {until}."
        )
    return None
