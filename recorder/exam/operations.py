"""The exam's window as steps of the lockdown: full screen with covers, on top, attempts told.

A window belongs to Qt's main thread, and the lockdown to threads of its own. What is to be
done is handed over (``MainThread``); what happens is gathered there and told in ``check``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication

from recorder.exam.attempts import Attempt
from recorder.exam.browser import ExamBrowser
from recorder.exam.standing import is_above, keep_above, looked_at
from recorder.exam.window import ExamWindow
from recorder.lockdown.operation import Evasion, InForce, NotInForce, Performed, State
from shared.flags import Kind
from shared.policy import Level

# A main thread that is busy for longer than this hangs; seconds.
ANSWER_S = 5.0

# How often it is seen whether the window stands, in milliseconds; as the lockdown looks.
LOOK_EVERY_MS = 250

# What shrinks a window sends several events of it; one repair answers all, in milliseconds.
REPAIR_MS = 50

# Window managers move windows about when displays come and go, for up to this long, in
# milliseconds; that is put right and is nobody's doing (that one came is told elsewhere).
SETTLE_MS = 2_000

# Attempts that nobody has asked for yet; a script that tries without end fills no memory.
MOST_ATTEMPTS = 200

_T = TypeVar("_T")


class MainThread(QObject):
    """Has something done on the main thread, and waits for it. Make it there.

    When Qt's loop ends nobody hears any more, and nothing is done or waited for: whoever gives
    the machine back goes on at once. The windows were closed before, and end with the program.
    """

    _wanted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], None]] = deque()
        self._over = False
        self._wanted.connect(self._work)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.aboutToQuit.connect(self._end)

    def do(self, job: Callable[[], object]) -> bool:
        """Whether it was done, within ``ANSWER_S``; what it raises is raised here."""
        if threading.get_ident() == self._thread:
            job()
            return True
        over, done, raised = threading.Event(), list[bool](), list[Exception]()

        def run() -> None:
            try:
                if not self._over:
                    job()
                    done.append(True)
            except Exception as error:  # noqa: BLE001  (handed to the one who asked)
                raised.append(error)
            over.set()

        with self._lock:
            if self._over:
                return False
            self._jobs.append(run)
            self._wanted.emit()  # here: after the end what is Qt's of this may be gone
        over.wait(ANSWER_S)
        if raised:
            raise raised[0]
        return bool(done)

    def _work(self) -> None:
        while self._jobs:
            self._jobs.popleft()()

    def _end(self) -> None:
        with self._lock:
            self._over = True
        self._work()


class FullScreen(QObject):
    """``full_screen``: the window on its display, covers on the others.

    Its display is the one that the candidate looks at when the exam begins.
    """

    name = "full_screen"

    def __init__(self, window: ExamWindow, level: Level, main: MainThread) -> None:
        """Hold ``window`` to a display; at ``watch`` it may leave, and that is told."""
        super().__init__(window)
        self._window, self._level, self._main = window, level, main
        # There is none before it stands, and while the computer has no display.
        self._screen: QScreen | None = None
        self._told: deque[Evasion] = deque(maxlen=MOST_ATTEMPTS)
        self._how = ""
        self._times = 0
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        window.disturbed.connect(self._disturbed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        self._repair = QTimer(self, singleShot=True, interval=REPAIR_MS)
        self._repair.timeout.connect(self._again)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        application.screenAdded.connect(lambda _: self._displays_changed())
        application.screenRemoved.connect(self._lost_display)

    def before(self) -> State | None:
        """Windows end with their process."""
        return None

    def perform(self) -> Performed:
        """Stand."""
        return _done(self._main.do(self._stand))

    def check(self) -> tuple[Evasion, ...]:
        """What got it off its display; while it only is watched, for as long as that lasts."""
        told = tuple(_drained(self._told))
        if self._level is Level.WATCH and (how := self._how) and not self._settling.isActive():
            told = (*told, _exit(how, self._times, lasts=True))
        return told

    def revert(self) -> None:
        """Let it be a window like others."""
        self._main.do(self._fall)

    def _stand(self) -> None:
        if self._window.is_over:  # it may end while the lockdown begins
            return
        self._stand_on(looked_at(self._window))
        self._timer.start()

    def _stand_on(self, screen: QScreen | None) -> None:
        self._screen = screen
        if screen is not None:
            self._window.hold(screen)
            self._window.covers.stand(screen, above=is_above(self._window))

    def _fall(self) -> None:
        self._timer.stop()
        self._screen = None
        self._window.covers.fall()
        if not self._window.is_over:
            self._window.hold(None)

    def _displays_changed(self) -> None:
        self._settling.start()
        if self._screen is None and self._timer.isActive():
            self._stand_on(QGuiApplication.primaryScreen())
        self._look()

    def _lost_display(self, screen: QScreen) -> None:
        """The exam goes on where there still is a display: that is no evasion of its own."""
        self._settling.start()
        if screen is self._screen:
            self._stand_on(QGuiApplication.primaryScreen())

    def _disturbed(self, how: str) -> None:
        if self._timer.isActive():
            self._note(how)

    def _look(self) -> None:
        if not self._timer.isActive() or self._window.is_over or self._screen is None:
            return
        self._window.covers.stand(self._screen, above=is_above(self._window))
        if how := self._window.astray():
            self._note(how)
        elif self._window.covers.missing():
            self._note("a cover was moved")
        else:
            self._how = ""

    def _note(self, how: str) -> None:
        if not self._how and not self._settling.isActive():
            self._times += 1
            if self._level is Level.ENFORCE:
                self._told.append(_exit(how, self._times, lasts=False))
        self._how = how
        if self._level is Level.ENFORCE:
            self._repair.start()

    def _again(self) -> None:
        if self._screen is not None and not self._window.is_over:
            self._window.hold(self._screen)
            self._window.covers.restore()


class _Standing(QObject):
    """A step that puts the window right whenever it is looked at, and has nothing to tell:
    what goes on around it the lockdown's own watch tells."""

    def __init__(self, window: ExamWindow, main: MainThread) -> None:
        super().__init__(window)
        self._window, self._main = window, main
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def before(self) -> State | None:
        """Windows end with their process."""
        return None

    def perform(self) -> Performed:
        """Stand."""
        return _done(self._main.do(self._stand))

    def check(self) -> tuple[Evasion, ...]:
        """Nothing."""
        return ()

    def revert(self) -> None:
        """Let it be a window like others."""
        self._main.do(self._fall)

    def _stand(self) -> None:
        raise NotImplementedError

    def _fall(self) -> None:
        raise NotImplementedError

    def _look(self) -> None:
        raise NotImplementedError


class Covered(_Standing):
    """``displays``: covers on all displays but the exam's, whose window is free to move."""

    name = "displays"

    def _stand(self) -> None:
        self._timer.start()
        self._look()

    def _fall(self) -> None:
        self._timer.stop()
        self._window.covers.fall()

    def _look(self) -> None:
        screen = looked_at(self._window)
        if self._window.is_over or screen is None:
            return
        covers = self._window.covers
        covers.stand(screen, above=is_above(self._window))
        if covers.missing():
            covers.restore()


class OnTop(_Standing):
    """``on_top``: above other windows, and in front of them again after ``patience_s``.

    The patience is the watchers': what is put in front is told as wherever it is only watched.
    That it was is counted.
    """

    name = "on_top"

    def __init__(self, window: ExamWindow, main: MainThread, patience_s: float = 0.0) -> None:
        super().__init__(window, main)
        self._patience_ms = round(1000 * patience_s)
        self._away = QElapsedTimer()
        self._told: deque[Evasion] = deque(maxlen=MOST_ATTEMPTS)

    def check(self) -> tuple[Evasion, ...]:
        """How often another window was in front for too long."""
        return tuple(_drained(self._told))

    def _stand(self) -> None:
        if self._window.is_over:
            return
        self._window.keep_on_top(on_top=True)
        self._timer.start()

    def _fall(self) -> None:
        self._timer.stop()
        if not self._window.is_over:
            self._window.keep_on_top(on_top=False)

    def _look(self) -> None:
        away = self._away.isValid()
        # A box of files to hand in is the exam's as well.
        if QApplication.activeWindow() is not None or not self._window.isVisible():
            self._away.invalidate()
            self._raise_covers(anew=away)
            return
        self._raise_covers(anew=False)
        if not away:
            self._away.start()
        if self._away.hasExpired(self._patience_ms) or not self._patience_ms:
            self._told.append(Evasion(None, "another window"))
            self._window.raise_()
            self._window.activateWindow()

    def _raise_covers(self, *, anew: bool) -> None:
        """No box or menu opens over a cover, so that nothing is lost by raising it.

        Window managers put what fills a display above what is only raised, as long as nobody
        works there, and find out again where the cover belongs when it is asked for ``anew``.
        """
        for cover in self._window.covers.all:
            if anew:
                keep_above(cover, above=False)
                keep_above(cover, above=True)
            cover.raise_()


class AttemptsTold(QObject):
    """``blocked_address``: what the browser refused, told to the lockdown's incidents."""

    name = "addresses"

    def __init__(self, browser: ExamBrowser) -> None:
        super().__init__(browser)
        self._told: deque[Attempt] = deque(maxlen=MOST_ATTEMPTS)
        browser.attempted.connect(self._told.append)

    def before(self) -> State | None:
        """Nothing is changed."""
        return None

    def perform(self) -> Performed:
        """The browser refuses by itself."""
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """The attempts since the last look."""
        return tuple(
            Evasion(
                Kind.BLOCKED_ADDRESS,
                attempt.address,
                {"address": attempt.address, "how": attempt.how, "why": attempt.why.value},
                at_ns=attempt.at_ns,
            )
            for attempt in _drained(self._told)
        )

    def revert(self) -> None:
        """The browser goes on refusing for as long as it is there."""


def _exit(how: str, times: int, *, lasts: bool) -> Evasion:
    return Evasion(
        Kind.FULLSCREEN_EXIT, "the exam's window", {"how": how, "times": times}, lasts=lasts
    )


def _done(answered: bool) -> Performed:
    return InForce() if answered else NotInForce("the window did not answer in time")


def _drained(told: deque[_T]) -> list[_T]:
    """What is in it now; it may grow meanwhile, on the main thread."""
    return [told.popleft() for _ in range(len(told))]
