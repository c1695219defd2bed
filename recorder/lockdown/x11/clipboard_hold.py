"""The clipboard kept empty on X11: owned with nothing in it, and taken again when lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from Xlib import error
from Xlib.display import Display
from Xlib.ext import xfixes

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Window
from recorder.lockdown.x11.clients import client_pid
from recorder.lockdown.x11.connection import Listener
from recorder.lockdown.x11.copied import SELECTIONS, Measure, measure
from recorder.lockdown.x11.held import Held
from recorder.lockdown.x11.reading import Reading


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that was copied: in which process, when, and never what.

    ``windows`` are that process's own; ``manages`` says that it is the desktop's clipboard
    manager, which copies for everybody.
    """

    selection: str
    at_ns: int
    pid: int | None
    windows: tuple[Window, ...]
    manages: bool
    measure: Measure


class ClipboardHold:
    """Owns the selections of a display from the beginning on."""

    def __init__(self, display: str, clock: Callable[[], int]) -> None:
        """Empty them.

        Raises:
            EnvironmentFault: the display does not answer, or lacks what it takes to notice.
        """
        self._name = display
        self._clock = clock
        self._held: Held | None = None
        self._changes: dict[str, tuple[int, int]] = {}
        self._names: dict[int, str] = {}
        self._listener = Listener(display, "lockdown-clipboard", self._on_event)
        self._windows = Reading(display)
        try:
            self._listener.call(self._begin)
        except EnvironmentFault:
            self._listener.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether the display still answers."""
        return self._listener.alive

    def copies(self) -> list[Copy]:
        """What was copied since the last call, the last of each selection."""
        changes = self._listener.call(self._gathered)
        return [self._described(name, *change) for name, change in changes.items()]

    def empty_again(self, selection: str) -> None:
        """Take a selection back from whoever has it."""
        self._listener.call(lambda _display: self._take((selection,)))

    def close(self) -> None:
        """Let it go: what is in the clipboard then is nothing, or what the exam copied."""
        self._windows.close()
        self._listener.close()

    def _begin(self, display: Any) -> None:
        if not display.has_extension("XFIXES"):
            raise EnvironmentFault(
                "This display does not tell when something is copied (XFIXES).",
                "Start the desktop session with a newer X server.",
            )
        display.xfixes_query_version()
        root = display.screen().root
        for name in SELECTIONS:
            atom = display.intern_atom(name)
            self._names[atom] = name
            mask = xfixes.XFixesSetSelectionOwnerNotifyMask
            display.xfixes_select_selection_input(root, atom, mask)
        self._held = Held(display, ())
        self._take(SELECTIONS)

    def _take(self, selections: tuple[str, ...]) -> None:
        if self._held is not None:
            self._held.take(selections)

    def _on_event(self, _display: Display, event: Any) -> None:
        if self._held is None:
            return
        if getattr(event, "sub_code", None) == xfixes.XFixesSetSelectionOwnerNotify:
            owner = getattr(event.owner, "id", 0)
            if owner and owner != self._held.window.id:
                self._changes[self._names[event.selection]] = (owner, self._clock())
            return
        self._held.handle(event)

    def _gathered(self, _display: Display) -> dict[str, tuple[int, int]]:
        changes, self._changes = self._changes, {}
        return changes

    def _described(self, selection: str, owner: int, at_ns: int) -> Copy:
        pid, managers = self._windows.ask(lambda display: self._whose(display, owner))
        return Copy(
            selection,
            at_ns,
            pid,
            self._windows.ask(lambda display: self._windows_of(display, pid)),
            managers is not None and managers == pid,
            measure(self._name, selection),
        )

    def _whose(self, display: Display, owner: int) -> tuple[int | None, int | None]:
        """The owner's process, and the clipboard manager's."""
        manager: Any = display.get_selection_owner(display.intern_atom("CLIPBOARD_MANAGER"))
        managing = None if isinstance(manager, int) else client_pid(display, manager.id)
        return client_pid(display, owner), managing

    def _windows_of(self, display: Display, pid: int | None) -> tuple[Window, ...]:
        """The windows of a process that its window manager shows."""
        root = display.screen().root
        listed = self._windows.property(display, root, "_NET_CLIENT_LIST")
        found: list[Window] = []
        for number in listed if listed is not None and pid is not None else ():
            window = display.create_resource_object("window", int(number))
            try:
                described = self._windows.describe(display, window)
            except error.BadWindow:
                continue
            if described.pid == pid:
                found.append(described)
        return tuple(found)
