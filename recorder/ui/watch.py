"""Looks at a running recording a few times a second and tells the pages what it saw."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from recorder.status import Notice, Stage, Status
from recorder.ui.operation import Trouble, trouble_from
from recorder.ui.ports import Recording
from recorder.ui.widgets.beat import Beat

# Milliseconds: four looks a second make a clock that ticks evenly.
LOOK_MS = 250
# Failing looks in a row (a second) before the user is told; one is told only once.
PATIENCE = 4


class Watch(QObject):
    """Polls one recording until it is delivered or has failed."""

    seen = Signal(Status)
    noticed = Signal(Notice)
    failed = Signal(Trouble)

    def __init__(self, recording: Recording, window: QWidget) -> None:
        super().__init__(window)
        self.recording = recording
        self._failures = 0
        self._beat = Beat(window, LOOK_MS, self.look, also_asleep=True)

    def start(self) -> None:
        """Look now, and from now on."""
        self._beat.start()
        self.look()

    def shown_in(self, widget: QWidget) -> None:
        """What it sees is shown here from now on; it looks seldom while nobody sees this."""
        self._beat.follow(widget)

    def stop(self) -> None:
        """No longer look."""
        self._beat.stop()

    def look(self) -> None:
        """One look. A failing one is a bug: it is told and logged once, and looked past."""
        try:
            status, notices = self.recording.status(), self.recording.notices()
        except Exception as error:  # noqa: BLE001  the recording goes on whatever we can see
            self._fail(error)
            return
        self._failures = 0
        for notice in notices:
            self.noticed.emit(notice)
        self.seen.emit(status)
        if _is_over(status):
            self.stop()

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        if self._failures == PATIENCE:
            self.failed.emit(trouble_from(error))


def _is_over(status: Status) -> bool:
    """Whether nothing changes any more: a failed session may still be delivering."""
    match status.stage:
        case Stage.DELIVERED | Stage.DECLINED:
            return True
        case Stage.FAILED:
            return status.delivery.done
        case _:
            return False
