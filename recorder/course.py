"""An exam's course, from getting ready to handing in: its phases, its time, a proctor's word.

What happens is decided here and written as ``phase`` records; a thread looks twice a second
whether time alone changes something.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from recorder.durations import spoken
from recorder.exam_gate import ExamGate
from recorder.phases import NS, SITTING, PhaseName, Standing, end_ns, entered, extra
from recorder.server_clock import ServerClock
from recorder.status import Awaited, Notice
from shared.policy import Policy
from shared.records import Phase

_log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5

# Who is told that the time is over gets this long to finish a sentence and hand in; then the
# exam is handed in as it is. No exam server takes longer to save a page.
GRACE_S = 60.0

# So long before the end the candidate is told, in exams of at least twice that.
WARN_S = 300.0

By = Literal["candidate", "proctor", "recorder"]
HERE = "Invigil"
OVERLONG = "the break is longer than allowed"
TIME_IS_OVER = "the time is over"


@dataclass(frozen=True, slots=True)
class CourseView:
    """Where the exam stands, for ``Status``; seconds."""

    phase: str
    words: str
    left_s: float | None
    starts_in_s: float | None
    awaits: Awaited
    refused: bool
    breaks_left: int
    break_left_s: float | None


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the course's decisions go.

    ``write`` puts a phase into the evidence, ``tell`` something before the candidate, and
    ``hand_in`` ends the recording for a reason. ``on_exam`` is told that the exam has begun.
    """

    write: Callable[[Phase], None]
    tell: Callable[[Notice], None]
    hand_in: Callable[[str], None]
    on_exam: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks for it that somebody else's computer is in between: weights added up, and
    each reason in words.
    """

    total: float = 0.0
    reasons: tuple[str, ...] = ()


NO_DOUBT = Doubt()


class Course:
    """One exam's. Called from the window's, the server's and its own thread.

    Args:
        policy: its start, length and breaks.
        gate: is open while incidents count.
        time: the server's clock.
        outlets: where decisions go.
        clock: the evidence clock, nanoseconds.
        doubt: reads what speaks for a virtual machine, a remote session and the like; asked
            in the waiting room, where the policy asks a proctor because of it.
        standing: where the exam stood when an earlier run was interrupted.
    """

    def __init__(
        self,
        policy: Policy,
        gate: ExamGate,
        time: ServerClock,
        outlets: Outlets,
        clock: Callable[[], int],
        *,
        doubt: Callable[[], Doubt] = lambda: NO_DOUBT,
        standing: Standing | None = None,
    ) -> None:
        self._policy = policy
        self._gate = gate
        self._time = time
        self._to = outlets
        self._clock = clock
        self._doubt = doubt
        self._lock = threading.RLock()
        self._standing = standing
        self._awaits: Awaited = ""
        self._refused = False
        self._refusal = ""
        self._cleared = policy.environment.action != "ask"
        self._found_doubt: Doubt | None = None
        self._told: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="course", daemon=True)

    def begin(self) -> None:
        """The recording begins, or goes on after an interruption."""
        with self._lock:
            if self._standing is None:
                self._enter("preparing", "recorder")
            else:
                self._go_on(self._standing)
        self._thread.start()

    def stop(self, by: By, reason: str) -> None:
        """The exam is handed in; nothing changes any more."""
        self._stopping.set()
        with self._lock:
            if self._name != "handed_in":
                self._enter("handed_in", by, reason)

    def finish(self) -> None:
        """Nothing is measured any more."""
        self._gate.finish()

    # What the candidate asks for

    def ready(self) -> None:
        """To the waiting room."""
        with self._lock:
            if self._name == "preparing":
                self._enter("waiting", "candidate")

    def take_break(self) -> None:
        """Begin a break, where one is left."""
        with self._lock:
            if self._name == "exam" and self._breaks_left > 0:
                self._told.discard(OVERLONG)
                self._enter("break", "candidate")

    def end_break(self) -> None:
        """Go on with the exam."""
        with self._lock:
            if self._name == "break":
                self._enter("exam", "candidate")

    def ask(self, what: Awaited) -> None:
        """A proctor is to decide; again after a refusal."""
        with self._lock:
            self._awaits, self._refused = what, False

    def settle(self, what: Awaited) -> None:
        """It came off by itself: no proctor need decide it."""
        with self._lock:
            if self._awaits == what:
                self._awaits = ""

    # What the proctor says

    def pause(self, words: str) -> None:
        """Nothing counts, and the exam's time stands still."""
        with self._lock:
            if self._name in SITTING - {"paused"}:
                self._enter("paused", "proctor", words)

    def resume(self, words: str) -> None:
        """Go on as before the pause."""
        with self._lock:
            if self._standing is not None and self._name == "paused":
                self._enter(self._standing.before, "proctor", words)

    def add_time(self, seconds: float, words: str, command: str) -> None:
        """Time is given, once for each command: the server sends one again that it has not
        heard to be done, and the program may have been started anew since it was.
        """
        with self._lock:
            known = self._standing is not None and command in self._standing.given
            if seconds <= 0 or self._name == "handed_in" or known:
                return
            self._told -= {"soon", TIME_IS_OVER}
            reason = extra(seconds) + (f": {words}" if words else "")
            self._enter(self._name, "proctor", reason, command)
            self._answer(words, f"You have been given {spoken(seconds)} more.")

    def admit(self, words: str) -> Awaited:
        """The proctor's word on what is awaited is yes; what that was."""
        with self._lock:
            what, self._awaits, self._refused = self._awaits, "", False
            if what:
                self._cleared = self._cleared or what == "environment"
                self._enter(self._name, "proctor", _said(f"admitted: {what}", words))
                self._answer(words, "You may go on.")
            return what

    def refuse(self, words: str) -> Awaited:
        """The proctor's word is no: the candidate is told what can be done. What it was."""
        with self._lock:
            what = self._awaits
            if what:
                self._awaits, self._refused = "", True
                self._refusal = self._advice(words)
                self._enter(self._name, "proctor", _said(f"refused: {what}", words))
                self._answer("", self._refusal)
            return what

    def _answer(self, words: str, ours: str) -> None:
        """The proctor's own words, in which nothing is translated; or else ours."""
        self._to.tell(Notice(words or ours, "proctor" if words else HERE, "answer"))

    # What time brings about

    def look(self) -> None:
        """See whether time alone changes something."""
        if self._wants_doubt:
            self._found_doubt = self._doubt()
        with self._lock:
            now_ns = self._clock()
            if self._name == "waiting":
                self._look_in_the_waiting_room(now_ns)
            if self._name in SITTING:
                self._look_at_the_time(now_ns)
            if self._name == "handed_in":
                # The run before this one was interrupted while it handed in.
                self._once("hand in", lambda: self._to.hand_in("finished"))
            if self._name == "break" and (self._break_left_s(now_ns) or 0.0) < 0:
                self._once(OVERLONG, self._say_overlong)

    def view(self) -> CourseView:
        """Where it stands."""
        with self._lock:
            now_ns = self._clock()
            return CourseView(
                phase=self._name,
                words=self._words(),
                left_s=self._left_s(now_ns),
                starts_in_s=self._starts_in_s(now_ns),
                awaits=self._awaits,
                refused=self._refused,
                breaks_left=self._breaks_left,
                break_left_s=self._break_left_s(now_ns),
            )

    def describe(self) -> dict[str, object]:
        """For the heartbeat: the phase, and whether incidents are looked for; how far the
        server's clock is from this computer's evidence clock, and by how much that may be
        wrong.
        """
        return {
            "phase": self._name,
            "looked_for": self._gate.is_open,
            "server_offset_us": self._time.offset_us,
            "server_error_s": self._time.error_s,
        }

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception:  # noqa: BLE001  (the next look may be better)
                _log.exception("course_not_looked_at")

    @property
    def _name(self) -> PhaseName:
        return "preparing" if self._standing is None else self._standing.name

    def _enter(
        self, name: PhaseName, by: By, reason: str = "", command: str | None = None
    ) -> None:
        phase = Phase(name=name, by=by, reason=reason, command=command)
        now_ns = self._clock()
        began = self._standing is not None and self._standing.began_ns is not None
        self._standing = entered(self._standing, phase, now_ns)
        if name != "exam":
            self._gate.close(now_ns)
        self._to.write(phase)
        if name == "exam":
            self._gate.open(now_ns)
            if not began:
                self._to.on_exam()

    def _go_on(self, standing: Standing) -> None:
        """An interrupted exam stands where it stood; a break or a pause is still one."""
        if standing.name == "exam":
            self._gate.open(self._clock())
        if standing.began_ns is not None:
            self._to.on_exam()

    def _look_in_the_waiting_room(self, now_ns: int) -> None:
        if self._awaits or self._refused:
            return
        if not self._cleared:
            if self._found_doubt is None:
                return
            if self._found_doubt.total >= self._policy.environment.limit:
                self._awaits = "environment"
                why = "; ".join(self._found_doubt.reasons)
                self._enter("waiting", "recorder", f"asked about this computer: {why}")
                return
            self._cleared = True
        if (self._starts_in_s(now_ns) or 0.0) <= 0:
            self._enter("exam", "recorder")

    def _look_at_the_time(self, now_ns: int) -> None:
        left_s = self._until_end_s(now_ns)
        if left_s is None or self._name == "paused":
            return
        if left_s <= -GRACE_S:
            self._once("hand in", lambda: self._to.hand_in("time_over"))
        elif left_s <= 0:
            self._once(TIME_IS_OVER, self._say_time_is_over)
        elif left_s <= WARN_S and self._policy.exam.duration_s >= 2 * WARN_S:
            self._once("soon", lambda: self._say_soon(left_s))

    @property
    def _wants_doubt(self) -> bool:
        """Asked for outside the lock: to read the environment may take a while."""
        return self._name == "waiting" and not self._cleared and self._found_doubt is None

    def _once(self, what: str, do: Callable[[], None]) -> None:
        if what not in self._told:
            self._told.add(what)
            do()

    def _say_soon(self, left_s: float) -> None:
        self._to.tell(Notice(f"{spoken(left_s)} are left.", HERE, "info"))

    def _say_time_is_over(self) -> None:
        text = (
            "The time is over. Please hand in now; in a minute the exam is handed in as it is."
        )
        self._to.tell(Notice(text, HERE, "info"))

    def _say_overlong(self) -> None:
        self._enter("break", "recorder", OVERLONG)
        text = "Your break is over. Please go on with the exam; the break is being recorded."
        self._to.tell(Notice(text, HERE, "info"))

    def _until_end_s(self, now_ns: int) -> float | None:
        if self._standing is None:
            return None
        exam = self._policy.exam
        at_ns = end_ns(self._standing, exam.duration_s, self._starts_ns, now_ns)
        return None if at_ns is None else (at_ns - now_ns) / NS

    def _left_s(self, now_ns: int) -> float | None:
        left_s = self._until_end_s(now_ns)
        return None if left_s is None else max(0.0, left_s)

    @property
    def _starts_ns(self) -> int | None:
        starts_us = self._policy.exam.starts_us
        return None if starts_us is None else self._time.mono_ns(starts_us)

    def _starts_in_s(self, now_ns: int) -> float | None:
        if self._starts_ns is None or self._name not in ("preparing", "waiting"):
            return None
        return max(0.0, (self._starts_ns - now_ns) / NS)

    @property
    def _breaks_left(self) -> int:
        begun = 0 if self._standing is None else self._standing.breaks
        return max(0, self._policy.breaks.count - begun)

    def _break_left_s(self, now_ns: int) -> float | None:
        if self._standing is None or self._name != "break":
            return None
        passed_s = (now_ns - self._standing.since_ns) / NS
        return self._policy.breaks.longest_s - passed_s

    def _words(self) -> str:
        """What holds now, where it is not the plain course of an exam."""
        if self._refused:
            return self._refusal
        if self._awaits:
            found = self._found_doubt or NO_DOUBT
            asked_here = self._awaits == "environment" and found.reasons
            return _why(found) if asked_here else _AWAITED[self._awaits]
        return _PHASE_WORDS.get(self._name, "")

    def _advice(self, words: str) -> str:
        asked = self._policy.institution
        if words:
            return (
                f"The proctor has not let you in, and writes: “{words}” You can ask "
                f"{asked.name} ({asked.contact}), or leave; what was recorded so far is kept "
                "and shows that you were here."
            )
        return (
            f"The proctor has not let you in. You can ask {asked.name} ({asked.contact}), or "
            "leave; what was recorded so far is kept and shows that you were here."
        )


def _why(found: Doubt) -> str:
    reasons = "; ".join(found.reasons)
    return f"A proctor is asked about this computer. Please wait. Why: {reasons}."


def _said(what: str, words: str) -> str:
    return f"{what}: {words}" if words else what


_AWAITED = {
    "identity": "A proctor is asked about your identity. Please wait.",
    "environment": "A proctor is asked about this computer. Please wait.",
}
_PHASE_WORDS = {
    "preparing": "Recording; the exam has not begun yet",
    "waiting": "Recording; waiting for the exam to begin",
    "break": "Recording; you are taking a break",
    "paused": "Recording; a proctor has paused the exam",
}
