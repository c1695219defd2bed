"""An exam's course: what candidate, proctor and time bring about, and what is written of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.policies import default_policy

from recorder.course import GRACE_S, OVERLONG, Course, CourseView, Doubt, Outlets
from recorder.exam_gate import ExamGate
from recorder.obeying import obey
from recorder.phases import NS, Standing, gone_through
from recorder.server_clock import ServerClock
from recorder.status import Notice
from recorder.talk import Talk
from shared.policy import Breaks, Environment, Exam, Policy
from shared.records import Phase
from shared.wire import Command


class Sat:
    """A course whose clock a test moves, and all that it did."""

    def __init__(
        self,
        policy: Policy,
        *,
        doubt: Callable[[], Doubt] = Doubt,
        standing: Standing | None = None,
    ) -> None:
        self.now_s = 1_000.0
        self.written: list[Phase] = []
        self.handed_in: list[str] = []
        self.begun = 0
        self.talk = Talk(lambda: "0" * 32)
        self.gate = ExamGate(lambda _: None, lambda: "x")
        outlets = Outlets(self.written.append, self.talk.tell, self.handed_in.append, self.on)
        # The server's clock is 5,000 s ahead of the evidence clock.
        self.course = Course(
            policy,
            self.gate,
            ServerClock(5_000_000_000),
            outlets,
            lambda: round(self.now_s * NS),
            doubt=doubt,
            standing=standing,
        )

    def on(self) -> None:
        self.begun += 1

    def later(self, seconds: float) -> CourseView:
        self.now_s += seconds
        self.course.look()
        return self.course.view()

    def names(self) -> list[str]:
        return [phase.name for phase in self.written]

    def told(self) -> list[Notice]:
        return self.talk.notices()


def exam(**fields: object) -> Policy:
    return default_policy(exam=Exam(id="e", title="T", duration_s=3_600.0), **fields)


def begun(policy: Policy | None = None, doubt: Callable[[], Doubt] = Doubt) -> Sat:
    sat = Sat(policy or exam(), doubt=doubt)
    sat.course.begin()
    sat.course.ready()
    sat.course.look()
    return sat


@pytest.fixture
def sat() -> Sat:
    return begun()


def test_who_is_ready_begins_where_there_is_no_common_start(sat: Sat) -> None:
    assert sat.names() == ["preparing", "waiting", "exam"]
    assert sat.gate.is_open
    assert sat.begun == 1
    assert sat.later(600).left_s == 3_000


def test_a_common_start_is_waited_for_by_the_servers_clock() -> None:
    starts_us = (1_000 + 5_000 + 60) * 1_000_000
    sat = begun(default_policy(exam=Exam(id="e", title="T", starts_us=starts_us)))
    assert sat.course.view().starts_in_s == 60
    assert sat.later(59).phase == "waiting"
    assert not sat.gate.is_open
    assert sat.later(1).phase == "exam"
    assert sat.later(0).left_s == 3_600


def test_the_time_ends_the_exam_after_it_was_said(sat: Sat) -> None:
    sat.later(3_301)
    assert [notice.text for notice in sat.told()] == ["4 min 59 s are left."]
    assert sat.later(300).left_s == 0
    (notice,) = sat.told()
    assert "time is over" in notice.text
    assert sat.handed_in == []
    sat.later(GRACE_S)
    sat.later(GRACE_S)
    assert sat.handed_in == ["time_over"]


def test_given_time_counts_is_written_and_told(sat: Sat) -> None:
    sat.later(3_599)
    sat.told()
    sat.course.add_time(600, "for the alarm", "c1")
    assert sat.later(1).left_s == 600
    reason = "extra time: 600 s: for the alarm"
    assert sat.written[-1] == Phase(name="exam", by="proctor", reason=reason, command="c1")
    assert [notice.kind for notice in sat.told()] == ["answer"]
    sat.later(301)
    assert len(sat.told()) == 1


def test_time_is_given_once_though_the_server_was_not_told_before_a_restart(sat: Sat) -> None:
    """It sends the command again, to a program that knows what was written alone."""
    sat.course.add_time(600, "", "c1")
    went = gone_through((round(sat.now_s * NS), phase) for phase in sat.written)
    again = Sat(exam(), standing=went)
    again.course.begin()
    before = again.course.view().left_s
    again.course.add_time(600, "", "c1")
    assert again.course.view().left_s == before
    assert (again.written, again.told()) == ([], [])
    again.course.add_time(600, "", "c2")
    assert again.course.view().left_s == (before or 0) + 600


def test_a_pause_stops_the_clock_and_the_looking(sat: Sat) -> None:
    sat.later(600)
    sat.course.pause("fire alarm")
    assert not sat.gate.is_open
    assert sat.later(500).left_s == 3_000
    sat.course.resume("")
    assert sat.gate.is_open
    assert sat.later(100).left_s == 2_900
    assert sat.begun == 1


def test_breaks_are_counted_and_an_overlong_one_is_said_once() -> None:
    sat = begun(exam(breaks=Breaks(count=1, longest_s=60)))
    sat.course.take_break()
    assert sat.later(30).break_left_s == 30
    assert not sat.gate.is_open
    sat.later(31)
    sat.later(1)
    assert [phase.reason for phase in sat.written].count(OVERLONG) == 1
    sat.course.end_break()
    sat.course.take_break()
    assert sat.course.view().phase == "exam"
    assert sat.course.view().breaks_left == 0


def test_a_doubtful_computer_waits_for_a_proctor_who_lets_it_in() -> None:
    ask = exam(environment=Environment(action="ask", limit=1.0))
    sat = begun(ask, doubt=lambda: Doubt(1.3, ("it runs under a hypervisor",)))
    view = sat.later(1)
    assert view.awaits == "environment"
    assert "hypervisor" in view.words
    assert "hypervisor" in sat.written[-1].reason
    assert sat.later(60).phase == "waiting"
    assert sat.course.admit("a lab's machine") == "environment"
    assert sat.later(1).phase == "exam"
    assert "admitted: environment: a lab's machine" in [p.reason for p in sat.written]


def test_a_sound_computer_is_not_asked_about() -> None:
    ask = exam(environment=Environment(action="ask", limit=1.0))
    assert begun(ask, doubt=lambda: Doubt(0.4)).later(1).phase == "exam"


def test_who_is_refused_is_told_whom_to_ask_and_is_not_locked_in() -> None:
    sat = Sat(exam())
    sat.course.begin()
    sat.course.ask("identity")
    sat.course.ready()
    assert sat.later(1).phase == "waiting"
    sat.course.refuse("The photograph is another's.")
    view = sat.later(1)
    assert (view.phase, view.awaits, view.refused) == ("waiting", "", True)
    assert "exams@example.org" in view.words
    sat.course.ask("identity")
    assert not sat.course.view().refused
    sat.course.settle("identity")
    assert sat.later(1).phase == "exam"
    sat.course.stop("candidate", "finished")
    assert sat.written[-1] == Phase(name="handed_in", by="candidate", reason="finished")


def test_an_answer_that_nobody_waits_for_does_nothing(sat: Sat) -> None:
    written = list(sat.written)
    assert sat.course.admit("") == ""
    assert sat.course.refuse("") == ""
    assert sat.written == written


def test_an_interrupted_exam_goes_on_where_it_stood() -> None:
    standing = Standing("exam", 900 * NS, began_ns=400 * NS, extra_s=60, breaks=1)
    sat = Sat(exam(breaks=Breaks(count=2)), standing=standing)
    sat.course.begin()
    assert sat.written == []
    assert sat.gate.is_open
    view = sat.course.view()
    assert (view.left_s, view.breaks_left) == (3_060, 1)
    assert sat.begun == 1


def test_one_that_was_handing_in_is_handed_in() -> None:
    sat = Sat(exam(), standing=Standing("handed_in", 900 * NS, began_ns=400 * NS))
    sat.course.look()
    sat.course.look()
    assert sat.handed_in == ["finished"]


class Commanded(Sat):
    """With what else commands are about."""

    class Enrolling:
        def __init__(self) -> None:
            self.answers: list[tuple[str, bool]] = []

        def answered(self, words: str, *, admitted: bool) -> None:
            self.answers.append((words, admitted))

    class Reporter:
        def __init__(self) -> None:
            self.clips = 0

        def ask_clip(self) -> bool:
            self.clips += 1
            return True

    def __init__(self) -> None:
        super().__init__(exam())
        self.enrolling, self.reporter = self.Enrolling(), self.Reporter()
        self.reasons: list[str] = []
        self.course.begin()

    def command(self, action: str, **fields: object) -> None:
        obey(Command(id="c", action=action, **fields), self, self.reasons.append)  # type: ignore[arg-type]


def test_each_command_reaches_what_it_is_about() -> None:
    sat = Commanded()
    sat.course.ask("identity")
    sat.command("admit", text="I know her.")
    assert sat.enrolling.answers == [("I know her.", True)]
    sat.command("admit")
    assert len(sat.enrolling.answers) == 1
    sat.command("warn", text="Alone, please.", count=1, limit=3)
    sat.command("message", text="Good luck.")
    kinds = [(notice.kind, notice.count, notice.limit) for notice in sat.told()]
    assert kinds == [("answer", 0, 0), ("warning", 1, 3), ("message", 0, 0)]
    sat.course.ready()
    sat.course.look()
    sat.command("extra_time", seconds=60)
    sat.command("pause")
    assert sat.course.view().phase == "paused"
    sat.command("resume")
    sat.command("request_clip")
    assert sat.reporter.clips == 1
    sat.talk.say("Thanks")
    sat.command("heard", text=sat.talk.next_said[0].id)
    assert sat.talk.unheard == 0
    sat.command("terminate")
    assert sat.reasons == ["terminated"]
