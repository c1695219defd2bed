"""A recorded minute in the real window, and how long its event loop was ever held up.

A program of its own (``python -m bench.window_minute SERVER CODE CLIP VOICE SECONDS``), which
prints one line of JSON: ``{"worst_ms": …, "above": …, "looks": …, "quit_s": …}``.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from recorder.app import Recorder
from recorder.lockdown.place import default_folder
from recorder.logs import log_to_stderr
from recorder.settings import read_settings
from recorder.status import Status
from recorder.ui.window import MainWindow

# The loop is looked at so often; what is longer between two looks it was held up.
EVERY_MS = 5.0
BOUND_MS = 50.0
# Quitting that takes longer hangs.
GIVE_UP_S = 60.0
# The exam's page has been laid out and painted by then.
SETTLED_S = 5.0


class Loop:
    """Measures the time between a timer's turns, from when it is begun."""

    def __init__(self) -> None:
        self.worst_ms, self.above, self.looks = 0.0, 0, 0
        self._last = time.monotonic()
        self._timer = QTimer(interval=int(EVERY_MS), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Measure from now on."""
        self._last = time.monotonic()
        self._timer.start()

    def _look(self) -> None:
        now = time.monotonic()
        late_ms = (now - self._last) * 1000 - EVERY_MS
        self._last = now
        self.looks += 1
        self.above += late_ms > BOUND_MS
        self.worst_ms = max(self.worst_ms, late_ms)


def main() -> int:
    """Record, measure, print."""
    server, code, clip, voice, seconds = sys.argv[1:]
    log_to_stderr()
    _application = QApplication(sys.argv[:1])
    recorder = Recorder(read_settings())
    window = MainWindow(recorder)
    window.show()
    offer = recorder.inspect(server, code)
    camera, microphone = f"file:{clip}", f"file:{voice}"
    preview = recorder.open_preview(offer, camera, microphone)
    recording = recorder.start(offer, camera, microphone, "display:0", preview)
    window.follow(offer, recording)
    recording.ready()
    # Not the application's own, whose end closes windows.
    turning = QEventLoop()
    loop, state = Loop(), dict[str, float]()

    def look() -> None:
        status: Status = recording.status()
        if status.phase == "exam" and "began" not in state:
            state["began"] = time.monotonic()
            QTimer.singleShot(int(SETTLED_S * 1000), loop.begin)
        if "began" in state:
            over = time.monotonic() - state["began"] - SETTLED_S > float(seconds)
            if over:
                turning.quit()

    watch = QTimer(interval=250)
    watch.timeout.connect(look)
    watch.start()
    turning.exec()
    told = {"worst_ms": loop.worst_ms, "above": loop.above, "looks": loop.looks}
    print(json.dumps({**told, "quit_s": _quit(window)}), flush=True)
    window.settle()
    recorder.leave()
    return 0


def _quit(window: MainWindow) -> float:
    """Seconds from the answer to the question until no window is there and the machine is as
    it was: nothing is left to be undone."""
    journals = default_folder()
    assert any(journals.iterdir()), "the exam holds the machine to nothing"
    assert not window.close(), "nobody was asked"
    page = window.page
    assert page is not None
    began = time.monotonic()
    page.question.yes.click()
    while window.isVisible() or any(journals.iterdir()):
        QApplication.processEvents()
        assert time.monotonic() - began < GIVE_UP_S, "it does not end"
        time.sleep(EVERY_MS / 1000)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
