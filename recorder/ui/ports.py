"""What the window needs from the program: implemented in ``app``, faked in tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from recorder.status import (
    CalibrationView,
    Delivery,
    EnrolmentView,
    Interrupted,
    Notice,
    Offer,
    SavedFile,
    SavedReceipt,
    Status,
    Survey,
)
from shared.progress import Progress

if TYPE_CHECKING:  # numpy costs 0.2 s at start-up, and the first page needs none of it
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from recorder.doctor.finding import Closed, Finding, Running, Topic
    from recorder.doctor.practice_view import PracticeView
    from recorder.updates.news import Fetched, Installed, Trouble


class Preview(Protocol):
    """Live camera and microphone before and while recording; nothing is kept by it."""

    def picture(self) -> NDArray[np.uint8] | None:
        """The newest camera picture, (h, w, 3) uint8 RGB, or ``None`` before the first.

        The same array object is returned until a newer picture has come, and it is never
        written to again: the window repaints, and knows that the camera lives, by identity.
        """
        ...

    def sound_level(self) -> float:
        """Loudness of the last blocks, 0 (silence) to 1 (full scale), on a dB scale."""
        ...

    def close(self) -> None:
        """Let the devices go. Closing twice is allowed."""
        ...


class Recording(Protocol):
    """A running session. Every call returns at once unless it says so; work is done on other
    threads."""

    @property
    def id(self) -> str:
        """The session's id."""
        ...

    @property
    def preview(self) -> Preview:
        """Camera and microphone as they are recorded."""
        ...

    def status(self) -> Status:
        """A snapshot of the session."""
        ...

    def finish(self, reason: str) -> None:
        """End the recording ("finished" or "quit") and deliver what is queued."""
        ...

    def withdraw(self) -> None:
        """The candidate takes the consent back: the recording ends ("withdrawn")."""
        ...

    def notices(self) -> list[Notice]:
        """Messages since the last call."""
        ...

    def begin_enrolment(self) -> None:
        """Take the photograph, and what else the policy asks for; once, later calls do
        nothing."""
        ...

    def enrolment(self) -> EnrolmentView | None:
        """Where the enrolment stands; ``None`` before it has begun."""
        ...

    def retake(self) -> None:
        """Take the present step again; at the end, all of it."""
        ...

    def leave_out(self, what: str) -> None:
        """Go on without ``face``, ``document``, ``voice`` or ``calibration``: it is said in
        the evidence, and that what it serves for is not watched."""
        ...

    def ask_proctor(self, what: str) -> None:
        """Put ``identity`` to a proctor, where the policy allows it; ``status().awaits`` says
        so until the answer."""
        ...

    def begin_calibration(self, width_mm: float | None, height_mm: float | None) -> None:
        """Show marks from now on, on a display of this size where it is known. Again after a
        poor one."""
        ...

    def stop_calibration(self) -> None:
        """Show no more marks; one that was done before counts on."""
        ...

    def calibration(self) -> CalibrationView | None:
        """Where the calibration stands; ``None`` before it has begun."""
        ...

    def ready(self) -> None:
        """To the waiting room. The exam begins by itself as soon as it may: see the phase."""
        ...

    def take_break(self) -> None:
        """Begin a break; does nothing where none is left, or outside the exam."""
        ...

    def end_break(self) -> None:
        """Go on with the exam."""
        ...

    def say(self, text: str) -> None:
        """A message to the proctor; kept until the server has it."""
        ...

    def ask_for_help(self, text: str) -> None:
        """Ask a proctor for help; ``text`` may be empty. Kept until the server has it."""
        ...

    def receipt(self, target: Path) -> SavedReceipt:
        """Save what proves the delivery as a file. Blocks.

        Raises ``recorder.faults.EnvironmentFault`` with what to do.
        """
        ...

    def save(self, target: Path, show: Progress) -> SavedFile:
        """Save the recording as a file to carry away. Blocks.

        ``show`` is called on the same thread with the bytes written and in all. Raises
        ``recorder.faults.EnvironmentFault`` with what to do.
        """
        ...


class Checking(Protocol):
    """The system check of one computer. Calls block, within bounds, and raise nothing."""

    @property
    def items(self) -> tuple[Topic, ...]:
        """What is looked at beside the devices of a preview, in order."""
        ...

    def look(self, name: str, preview: Preview | None) -> Finding:
        """Look at one thing by its id, as often as is wanted; some look through the preview."""
        ...

    def play_back(self, preview: Preview) -> Finding:
        """Record the microphone for three seconds, in memory, and play that."""
        ...

    def put_back(self) -> Finding:
        """Undo what an earlier exam's lockdown left on this computer."""
        ...


class Practice(Protocol):
    """A practice run; nothing of it is kept or sent."""

    @property
    def preview(self) -> Preview:
        """Camera and microphone as the detectors see them."""
        ...

    def view(self) -> PracticeView:
        """How far it is, and what was found. Returns at once."""
        ...

    def close(self) -> None:
        """End it and let the devices go; blocks for a moment. Closing twice is allowed."""
        ...


class ExamRoom(Protocol):
    """The exam's own browser. Used on the main thread alone."""

    def open(self, bar: QWidget, on_left: Callable[[], object], scale: float) -> None:
        """The exam begins: show it with ``bar`` on top, its pages as large as text is
        (``scale``, 1 being 100 %). ``on_left`` is called once the candidate has chosen to
        leave.
        """
        ...

    def veil(self, veiled: bool) -> None:
        """The exam's content cannot be seen or used, and ``bar`` has its room; or as before."""
        ...

    def close(self) -> None:
        """The exam is over. Closing twice is allowed."""
        ...


class Program(Protocol):
    """The recorder as the window sees it. Blocking calls: run them off the main thread.

    All of them raise ``recorder.faults.EnvironmentFault`` with what to do.
    """

    def inspect(self, server: str, code: str) -> Offer:
        """Ask the server which exam a code opens; changes and uploads nothing."""
        ...

    def survey(self) -> Survey:
        """What an earlier run left unfinished, undelivered or damaged, the newest first."""
        ...

    def go_on(self, interrupted: Interrupted) -> Offer:
        """An offer that goes on with an unfinished recording, without another consent."""
        ...

    def hand_in(self, interrupted: Interrupted) -> None:
        """Close an unfinished recording as it is; it is delivered like the others."""
        ...

    def save(self, interrupted: Interrupted, target: Path, show: Progress) -> SavedFile:
        """Save what an earlier run left as a file to carry away; as ``Recording.save``."""
        ...

    def delivering(self) -> dict[str, Delivery]:
        """How far what was left is delivered, by session. Returns at once, raises nothing."""
        ...

    def update(self) -> Fetched | Trouble | None:
        """A newer build of this program, fetched and checked, or why none can be told of;
        ``None`` where there is nothing to tell. Takes as long as fetching it.
        """
        ...

    def install(self, fetched: Fetched) -> Installed:
        """Install it, or say who can and how."""
        ...

    def stop_updates(self) -> None:
        """The window closes: what is being fetched is left. Returns at once."""
        ...

    def decline(self, offer: Offer) -> None:
        """The candidate does not consent: forget the offer; nothing was uploaded."""
        ...

    def exam_room(self, offer: Offer, recording: Recording) -> ExamRoom | None:
        """Prepare the exam's browser, or ``None`` where its rules want none.

        On the main thread, which it holds up for half a second: ask before the exam begins.
        """
        ...

    def devices(self) -> dict[str, list[tuple[str, str]]]:
        """Per stream the choices as (SRC, name), the default first."""
        ...

    def check(self, offer: Offer | None, scales: tuple[float, ...]) -> Checking:
        """Prepare the system check, against an exam's rules or the usual ones.

        ``scales`` is how much each display is enlarged.
        """
        ...

    def close_program(self, running: Running, *, force: bool) -> Closed:
        """Close a program for the candidate, who was asked; end it at once by ``force``."""
        ...

    def practice(self, offer: Offer | None, camera: str, microphone: str) -> Practice:
        """Open camera and microphone and begin a practice run of 20 seconds."""
        ...

    def open_preview(self, offer: Offer, camera: str, microphone: str) -> Preview:
        """Open camera and microphone to look at; nothing is recorded.

        Either may be ``none``. When one of them cannot be opened, neither stays open.
        """
        ...

    def start(
        self, offer: Offer, camera: str, microphone: str, screen: str, preview: Preview
    ) -> Recording:
        """Redeem the code and start recording; the preview's devices are taken over.

        When it raises, the caller closes the preview.
        """
        ...
