"""The exam brought back to the front. What was there instead is the watcher's to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from recorder.clock import now_ns
from recorder.lockdown.adapter import Desk, Unsupported, Window
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.watchers import Home


class Windows(Protocol):
    """The windows of one desktop; what is asked raises EnvironmentFault where it is gone."""

    def front(self) -> tuple[int, Window] | None:
        """The window in front with its number, or ``None``."""
        ...

    def desk(self) -> Desk:
        """Which workspace is shown."""
        ...

    def bring_back(self, number: int) -> None:
        """Put a window in front, on its workspace."""
        ...

    def obeys(self) -> bool:
        """Whether it can be asked for that."""
        ...

    def close(self) -> None:
        """Let the desktop go."""
        ...


class Front:
    """``windows``: no other window stays in front of the exam, and no other workspace.

    Either is let be for ``dwell_s``, so that it is told as wherever it is only watched, and
    nobody fights with what is gone by itself. Then the window that was the exam's last comes
    back, on its workspace. Nothing is closed.
    """

    name = "windows"

    def __init__(
        self,
        windows: Windows,
        belongs: Callable[[Window], bool],
        dwell_s: float,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """``belongs`` says which windows are the exam's; ``clock`` is in nanoseconds."""
        self._windows, self._belongs, self._clock = windows, belongs, clock
        self._dwell_ns = round(dwell_s * 1e9)
        self._home: int | None = None
        self._workspace = Home()
        self._since: int | None = None
        self._on = False

    def before(self) -> State | None:
        """Windows are where their users put them."""
        return None

    def perform(self) -> Performed:
        """Begin; where nothing of the exam is in front yet, what comes first is its own."""
        if not self._windows.obeys():
            return Unsupported("this desktop has no window manager that can be asked")
        self._on = True
        self._instead()
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Bring it back where it is due; that another was there is counted."""
        if not self._on:
            return ()
        instead = self._instead()
        if not instead or self._home is None:
            self._since = None
            return ()
        now = self._clock()
        self._since = now if self._since is None else self._since
        if now - self._since < self._dwell_ns:
            return ()
        self._since = None
        self._windows.bring_back(self._home)
        return (Evasion(None, instead),)

    def revert(self) -> None:
        """Let windows come and go."""
        self._on = False
        self._windows.close()

    def _instead(self) -> str:
        """What is there instead of the exam, in a word; what is the exam's is remembered."""
        found, workspace = self._windows.front(), self._windows.desk().workspace
        if found is None:
            return "" if self._workspace.is_at(workspace) else "another workspace"
        number, window = found
        if not self._belongs(window):
            return window.app or "a window"
        self._home = number
        self._workspace.seen(workspace)
        return ""
