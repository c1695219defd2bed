"""What the watchers need to know of a machine, whatever system it runs.

A platform implements the readers that it can and is `Unsupported` in the others. A reader
that answers with a value has seen the machine; one that cannot just now raises
``EnvironmentFault``, and asking it again later may help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from recorder.lockdown.environment.signs import Sign
from shared.flags import Kind


@dataclass(frozen=True, slots=True)
class Window:
    """The window in front. ``app`` is the application's class, ``pid`` where it says so."""

    title: str
    app: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the candidate is: the workspace's number, the window that gets the keys, and one
    that lies over the window in front without being in front itself.

    Each is ``None`` where there is none, the platform has no such thing, or does not tell it
    apart from the window in front.
    """

    workspace: int | None
    keyboard: Window | None
    over: Window | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A running program; ``name`` without a path, as the system lists it.

    ``arguments`` are those of programs whose name alone does not tell what they do
    (`processes`); they are looked at here and never written down. A ``suspended`` one is kept
    in memory by the system and does nothing.
    """

    pid: int
    name: str
    arguments: tuple[str, ...] = ()
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """A display that is plugged in; ``mirrors`` names the one whose picture it repeats."""

    name: str
    width: int
    height: int
    mirrors: str = ""


InputKind = Literal["keyboard", "pointer", "touch", "controller"]


@dataclass(frozen=True, slots=True)
class InputDevice:
    """What a person can type or point with.

    ``identity`` tells models apart (maker, product, serial number where there is one) and
    not the socket: a mouse that comes back after a sleep is the same one.
    """

    name: str
    kind: InputKind
    identity: str


@dataclass(frozen=True, slots=True)
class Copied:
    """The clipboard without its content: a number that changes with it, and whose it is."""

    serial: int
    owner: Window | None


@dataclass(frozen=True, slots=True)
class Cast:
    """A program that receives the screen's picture just now, as the system itself says."""

    program: str
    pid: int | None


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


class DeskReader(Protocol):
    """Knows the workspace and the keyboard's window. Used by one thread."""

    def desk(self) -> Desk:
        """Where the candidate is; raises EnvironmentFault when that cannot be told now."""
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


class DisplayReader(Protocol):
    """Knows the displays. Used by one thread."""

    def displays(self) -> tuple[Display, ...]:
        """Every display that is plugged in; raises EnvironmentFault when untold now."""
        ...

    def close(self) -> None:
        """Let the window system go. Closing twice is allowed."""
        ...


class InputReader(Protocol):
    """Knows keyboards, mice and what else moves a pointer or types."""

    def input_devices(self) -> tuple[InputDevice, ...]:
        """Every one that is plugged in; raises EnvironmentFault when untold now."""
        ...


class ClipboardReader(Protocol):
    """Knows that something was copied, never what. Used by one thread."""

    def copied(self) -> Copied:
        """The clipboard's number and owner; raises EnvironmentFault when untold now."""
        ...

    def close(self) -> None:
        """Let the window system go. Closing twice is allowed."""
        ...


class CastReader(Protocol):
    """Knows who receives the screen's picture."""

    def casts(self) -> tuple[Cast, ...]:
        """Every program that does; raises EnvironmentFault when that cannot be told now."""
        ...


class EnvironmentReader(Protocol):
    """Knows signs that the machine is not what it seems."""

    def cannot(self) -> Mapping[Kind, str]:
        """The kinds that it never has signs of here, each with the reason."""
        ...

    def partly(self) -> Mapping[Kind, str]:
        """The kinds that it has only some signs of here, each with what is missing."""
        ...

    def signs(self) -> tuple[Sign, ...]:
        """All signs just now; what cannot be read gives none."""
        ...


_NOT_TOLD = Unsupported("this machine's adapter does not tell it")


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine's readers, each there or plainly not."""

    windows: WindowReader | Unsupported
    processes: ProcessReader | Unsupported
    desk: DeskReader | Unsupported = _NOT_TOLD
    displays: DisplayReader | Unsupported = _NOT_TOLD
    inputs: InputReader | Unsupported = _NOT_TOLD
    clipboard: ClipboardReader | Unsupported = _NOT_TOLD
    casts: CastReader | Unsupported = _NOT_TOLD
    environment: EnvironmentReader | Unsupported = _NOT_TOLD
