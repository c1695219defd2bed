"""The calibration, as the session leads it: marks out, looks in, a screen to measure from."""

from __future__ import annotations

import threading
from collections.abc import Callable

from recorder.detect.face.calibration import Calibrated, Outcome, Trouble, to_detail
from recorder.detect.face.calibration_run import CalibrationRun
from recorder.detect.face.screen import Screen
from recorder.detect.observations import FaceObservation
from recorder.status import CalibrationOutcome, CalibrationView
from shared.records import Detail, Enrolment

FOLLOW = "Look at the mark until it moves on."


class Calibrating:
    """One candidate's. Called from the window's and the supervisor's thread.

    Args:
        submit: takes what goes into the evidence.
        calibrate: has gaze measured from this screen from now on.
    """

    def __init__(
        self, submit: Callable[[Enrolment], None], calibrate: Callable[[Screen], None]
    ) -> None:
        self._submit = submit
        self._calibrate = calibrate
        self._lock = threading.Lock()
        self._run: CalibrationRun | None = None
        self._display_mm: tuple[float, float] | None = None
        self._outcome: Outcome | None = None
        self._calibrated = False

    def begin(self, width_mm: float | None, height_mm: float | None) -> None:
        """Show marks from now on, on a display of this size; anew where one was begun."""
        with self._lock:
            self._display_mm = None
            if width_mm is not None and height_mm is not None:
                self._display_mm = (width_mm, height_mm)
            self._run, self._outcome = CalibrationRun(), None

    def stop(self) -> None:
        """Show no more marks; nothing comes of those that were shown."""
        with self._lock:
            if self._outcome is None:
                self._run = None

    def leave_out(self) -> None:
        """Go on without: the screen is learnt while the candidate works, or has been found."""
        with self._lock:
            self._run = self._run or CalibrationRun()
            if not isinstance(self._outcome, Calibrated):
                self._run.skip()
                self._settle(self._run)

    def on_face(self, seen: FaceObservation) -> None:
        """What the camera saw."""
        with self._lock:
            run = self._run
            if run is None or run.target is None:
                return
            run.take(seen)
            if run.target is None:
                self._settle(run)

    def view(self) -> CalibrationView | None:
        """Where it stands; ``None`` before it has begun."""
        with self._lock:
            run = self._run
            if run is None:
                return None
            if self._outcome is not None:
                return _ended(self._outcome)
            target = run.target
            return CalibrationView(
                target=None if target is None else (target.x, target.y),
                progress=run.progress,
                outcome="running",
                words=run.hint.value if run.hint else FOLLOW,
                share=run.share,
            )

    def _settle(self, run: CalibrationRun) -> None:
        self._outcome = outcome = run.outcome()
        if isinstance(outcome, Calibrated):
            self._calibrated = True
        elif self._calibrated:
            # Gaze is measured from the screen that was found before, as the evidence has it.
            return
        detail: Detail = to_detail(outcome)
        if self._display_mm is not None:
            detail["display_mm"] = list(self._display_mm)
        if isinstance(outcome, Calibrated):
            self._calibrate(outcome.screen)
        self._submit(Enrolment(calibration=detail))


def _ended(outcome: Outcome) -> CalibrationView:
    return CalibrationView(
        target=None,
        progress=1.0,
        outcome=_kind(outcome),
        words=_sentence(outcome.advice) or "Thank you.",
        quality=outcome.quality,
    )


def _kind(outcome: Outcome) -> CalibrationOutcome:
    if isinstance(outcome, Calibrated):
        return "done"
    return "left_out" if outcome.trouble is Trouble.SKIPPED else "poor"


def _sentence(advice: str) -> str:
    return f"{advice[0].upper()}{advice[1:]}." if advice else ""
