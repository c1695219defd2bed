"""What was copied before the exam, handed out again until something else is copied."""

from __future__ import annotations

from typing import Any

from Xlib.display import Display

from recorder.faults import EnvironmentFault
from recorder.lockdown.contents import Content
from recorder.lockdown.x11.connection import Listener
from recorder.lockdown.x11.held import Held


class GivingBack:
    """Owns those selections of a display that something was in."""

    def __init__(self, display: str, contents: tuple[Content, ...]) -> None:
        """Own them from now on.

        Raises:
            EnvironmentFault: the display does not answer, or another program keeps them.
        """
        filled = tuple(one for one in contents if one.forms)
        wanted = tuple(one.selection for one in filled)
        self._held: Held | None = None
        self._listener = Listener(display, "given-back", self._on_event)
        self._held = self._listener.call(lambda connection: Held(connection, filled))
        held = self._held
        got = self._listener.call(lambda _connection: held.take(wanted))
        if missing := set(wanted) - got:
            self._listener.close()
            raise EnvironmentFault(
                f"What was copied before the exam could not be given back ({missing}).",
                "Copy it again where it came from.",
            )

    def wait(self) -> None:
        """Return when other things were copied, or the desktop's session has ended."""
        self._listener.join()

    def _on_event(self, _display: Display, event: Any) -> None:
        if self._held is None:
            return
        self._held.handle(event)
        if not self._held.owned:
            self._listener.finish()
