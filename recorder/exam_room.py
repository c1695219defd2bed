"""The locked browser of one session: made before its exam begins, closed with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from recorder.clock import now_ns
from recorder.exam.addresses import Addresses
from recorder.exam.engine import clean_environment, is_root, unstartable
from recorder.exam.standing import begin_on, looked_at
from recorder.lockdown.operation import Evasion, NotInForce, Performed, State
from recorder.lockdown.operations.for_policy import SEEN_S
from recorder.status import Offer
from shared.flags import Kind
from shared.policy import Level, Policy

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from recorder.lockdown.operation import Operation
    from recorder.session import Session


class ExamRoom:
    """Lives on the main thread. Its window is hidden until the exam begins.

    Making it loads the engine, which takes about half a second.
    """

    def __init__(self, offer: Offer, session: Session) -> None:
        """Make the window, and have the session hold it to the policy.

        What keeps it from being made goes into the evidence.

        Raises:
            UnusableSurface: the policy's addresses cannot be used.
            EnvironmentFault: the engine cannot be loaded.
        """
        try:
            self._make(offer, session)
        except ImportError as error:
            fault = unstartable(str(error))
            session.hold([NoBrowser(fault.what)])
            raise fault from error
        except Exception as bug:
            session.hold([NoBrowser(f"The exam's browser could not be made: {bug!r}.")])
            raise

    def _make(self, offer: Offer, session: Session) -> None:
        # The system check said it already where one of these was set.
        clean_environment(os.environ, root=is_root())
        from recorder.exam.browser import ExamBrowser
        from recorder.exam.window import ExamWindow

        policy = offer.policy
        surface = policy.surface
        sign = session.exam_headers().sign if surface.header else None
        self._browser = ExamBrowser(surface, Addresses.of(surface), now_ns, sign=sign)
        self._window = ExamWindow(self._browser, policy.exam.title, policy.institution.name)
        self._begun = False
        session.hold(self._steps(offer))

    def open(self, bar: QWidget, on_left: Callable[[], object], scale: float = 1.0) -> None:
        """The exam begins: show it with the bar on top.

        Args:
            bar: what tells the time, the light and the rest; it becomes the window's.
            on_left: called when the candidate has chosen, twice, to leave the exam.
            scale: how large text is for this candidate: the exam's pages begin so.
        """
        self._browser.zoom_to(scale)
        self._window.set_bar(bar)
        self._window.left.connect(on_left)
        if not self._window.isVisible() and (screen := looked_at(self._window)) is not None:
            begin_on(self._window, screen)
        self._window.show()
        if not self._begun:
            self._begun = True
            self._browser.open_start()

    def veil(self, veiled: bool) -> None:
        """Hide the exam's content, for a break or a pause; or show it again as it was."""
        self._window.veil(veiled)

    def close(self) -> None:
        """The exam is over: close without a question. Closing twice is allowed."""
        self._window.end()

    def _steps(self, offer: Offer) -> list[Operation]:
        from recorder.exam.operations import (
            AttemptsTold,
            Covered,
            FullScreen,
            MainThread,
            OnTop,
        )

        window, lockdown = self._window, offer.policy.lockdown
        main = MainThread(window)
        steps: list[Operation] = [AttemptsTold(self._browser)]
        if lockdown.full_screen is not Level.OFF:
            steps.append(FullScreen(window, lockdown.full_screen, main))
        elif lockdown.displays is Level.ENFORCE:
            steps.append(Covered(window, main))
        # Only watched, other windows in front are what is noticed (``windows``).
        if lockdown.on_top is Level.ENFORCE:
            steps.append(OnTop(window, main, _patience_s(offer.policy)))
        # Our own recording would not show it either.
        unrecorded = not offer.policy.streams.screen.enabled
        if lockdown.screen_capture is Level.ENFORCE and unrecorded and sys.platform == "win32":
            from recorder.lockdown.windows import steps as windows

            steps.append(windows.out_of_pictures(self._handles))
        return steps

    def _handles(self) -> list[int]:
        return [int(one.winId()) for one in (self._window, *self._window.covers.all)]


class NoBrowser:
    """Stands for the steps of a browser that could not be made, so that the evidence says why
    the exam is not in it.
    """

    name = "browser"

    def __init__(self, why: str) -> None:
        self._why = why

    def before(self) -> State | None:
        """Nothing is changed."""
        return None

    def perform(self) -> Performed:
        """Say why."""
        return NotInForce(self._why)

    def check(self) -> tuple[Evasion, ...]:
        """Nothing."""
        return ()

    def revert(self) -> None:
        """Nothing was done."""


def _patience_s(policy: Policy) -> float:
    """How long another window may be in front: where that is watched, until it is told."""
    rule = policy.rule(Kind.WINDOW_SWITCH)
    watched = policy.lockdown.windows is not Level.OFF and rule.enabled
    return rule.onset_s + SEEN_S if watched else 0.0
