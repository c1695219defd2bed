"""Runs the checks of one computer one after the other, beside the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from recorder.doctor.finding import Finding, Topic
from recorder.status import Offer
from recorder.ui.operation import Doorway, Operation, Trouble
from recorder.ui.ports import Checking, Preview, Program

# These look through the camera: they wait until it is open, or known not to open.
THROUGH_THE_CAMERA = ("detectors", "face")


class Looks(QObject):
    """What was found so far, and what is looked at next. On the main thread."""

    known = Signal(object)
    """The topics (a tuple), once it is known what is looked at."""
    looking = Signal(str)
    found = Signal(str, object)
    """A topic's id and its ``Finding``."""
    failed = Signal(Trouble)

    def __init__(
        self,
        program: Program,
        doorway: Doorway,
        offer: Offer | None,
        parent: QObject,
        *,
        first: str = "",
    ) -> None:
        """``first`` is the id of the topic to begin with, where it is not the first one."""
        super().__init__(parent)
        self._first = first
        self._program, self._doorway, self._offer = program, doorway, offer
        self.checking: Checking | None = None
        self.findings: dict[str, Finding | None] = {}
        self._waiting: list[str] = []
        self._operation: Operation | None = None
        self._preview: Preview | None = None
        self._settled = False

    @property
    def done(self) -> bool:
        """Whether everything was looked at."""
        return self.checking is not None and None not in self.findings.values()

    def begin(self) -> None:
        """Look at everything, from the start."""
        self.stop()
        scales = tuple(one.devicePixelRatio() for one in QGuiApplication.screens())
        offer = self._offer
        self._operation = self._doorway.run(
            lambda: self._program.check(offer, scales), self._begun, self._failed
        )

    def stop(self) -> None:
        """Look no further; what is under way is not waited for."""
        if self._operation is not None:
            self._operation.abandon()
        self._operation = None
        self._waiting.clear()

    def camera_is(self, preview: Preview | None, *, settled: bool) -> None:
        """Which camera is open; ``settled`` where it is known whether it opens."""
        self._preview, self._settled = preview, settled
        if settled:
            self._next()
            return
        for name in THROUGH_THE_CAMERA:
            if self.findings.get(name) is not None:
                self._wait_for(name)

    def again(self, name: str) -> None:
        """Look at one thing again."""
        self._wait_for(name)
        self._next()

    def take(self, finding: Finding) -> None:
        """Something was found in another way."""
        self.findings[finding.id] = finding
        self.found.emit(finding.id, finding)

    def _begun(self, checking: Checking) -> None:
        self._operation, self.checking = None, checking
        topics: tuple[Topic, ...] = checking.items
        self.findings = {topic.id: None for topic in topics}
        self._waiting = sorted(self.findings, key=lambda name: name != self._first)
        self.known.emit(topics)
        self._next()

    def _wait_for(self, name: str) -> None:
        if name not in self.findings:
            return
        self.findings[name] = None
        self.looking.emit(name)
        if name not in self._waiting:
            self._waiting.append(name)

    def _next(self) -> None:
        checking, preview = self.checking, self._preview
        if self._operation is not None or checking is None:
            return
        due = [
            name for name in self._waiting if self._settled or name not in THROUGH_THE_CAMERA
        ]
        if not due:
            return
        name = due[0]
        self._waiting.remove(name)
        self.looking.emit(name)
        self._operation = self._doorway.run(
            lambda: checking.look(name, preview), self._take, self._failed
        )

    def _take(self, finding: Finding) -> None:
        self._operation = None
        if finding.id not in self._waiting:  # else the camera has changed meanwhile
            self.take(finding)
        self._next()

    def _failed(self, trouble: Trouble) -> None:
        self._operation = None
        self.failed.emit(trouble)
