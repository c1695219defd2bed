"""A timer that beats while somebody can see its owner, and hardly at all otherwise."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

# Milliseconds between two looks at whether the owner can be seen again.
ASLEEP_MS = 1000


class Beat(QObject):
    """Calls ``tick`` every ``interval_ms`` while the owner is shown and not minimised.

    Args:
        owner: whose visibility counts.
        interval_ms: milliseconds between two ticks.
        tick: called on the main thread.
        also_asleep: tick once a second, rather than never, while nobody can see it.
    """

    def __init__(
        self,
        owner: QWidget,
        interval_ms: int,
        tick: Callable[[], None],
        *,
        also_asleep: bool = False,
    ) -> None:
        super().__init__(owner)
        self._owner, self._interval_ms, self._tick = owner, interval_ms, tick
        self._also_asleep = also_asleep
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)

    @property
    def beating(self) -> bool:
        """Whether the timer runs, fast or slowly."""
        return self._timer.isActive()

    def follow(self, owner: QWidget) -> None:
        """From now on the visibility of this one counts; it must outlive that."""
        self._owner = owner

    def start(self) -> None:
        """Beat from now on."""
        self._timer.start(self._interval_ms)

    def stop(self) -> None:
        """Stop altogether."""
        self._timer.stop()

    def _beat(self) -> None:
        awake = self._is_seen()
        wanted = self._interval_ms if awake else max(ASLEEP_MS, self._interval_ms)
        if self._timer.interval() != wanted:
            self._timer.setInterval(wanted)
        if awake or self._also_asleep:
            self._tick()

    def _is_seen(self) -> bool:
        if not self._owner.isVisible() or self._owner.window().isMinimized():
            return False
        handle = self._owner.window().windowHandle()
        return handle is None or handle.isExposed()
