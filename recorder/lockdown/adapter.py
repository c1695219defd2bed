"""What the watchers need to know of a machine, whatever system it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Window:
    """The window in front. ``app`` is the application's class, ``pid`` where it says so."""

    title: str
    app: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Process:
    """A running program; ``name`` without a path, as the system lists it."""

    pid: int
    name: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """This machine cannot tell, and never will in this session; said, never hidden."""

    reason: str


class WindowReader(Protocol):
    """Knows which window is in front. Used by one thread."""

    def active_window(self) -> Window | None:
        """The window in front, or ``None`` when no window is.

        Raises:
            EnvironmentFault: it cannot be told just now; asking again later may help.
        """
        ...

    def close(self) -> None:
        """Let the window system go. Closing twice is allowed."""
        ...


class ProcessReader(Protocol):
    """Knows what runs."""

    def processes(self) -> list[Process]:
        """Every running program that this user may see.

        Raises:
            EnvironmentFault: it cannot be told just now; asking again later may help.
        """
        ...


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine's readers, each there or plainly not."""

    windows: WindowReader | Unsupported
    processes: ProcessReader | Unsupported
