"""What a look for updates comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

# The window knows these before its first paint, which cryptography would delay.
if TYPE_CHECKING:
    from shared.sidecar import Sidecar
    from shared.updates import Release


class Wrong(Enum):
    """Why nothing can be said of updates. The program goes on as it is in every case."""

    UNREACHABLE = "the server cannot be reached"
    ABSENT = "the server has no updates for this program"
    EXPIRED = "what the server says is out of date"
    REPLAYED = "the server says something older than before"
    FORGED = "what the server says is not signed by whoever may"
    TAMPERED = "a file is not the one that was signed for"
    STRANGER = "the update was built by somebody else"
    UNREADABLE = "the server says something that this program does not understand"
    LESSER = "the update has no browser for exams, which this program has"
    NO_ROOM = "there is no room for it on this computer"
    UNKEPT = "this computer does not let it be kept"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Nothing is known, and why; ``detail`` is for whoever helps."""

    wrong: Wrong
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to do: this is the newest, or a newer one is for others first."""

    why: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """An exam is near or under way, or evidence waits: nothing was asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """There is an update for this installation, and nothing of it is here yet; ``size`` in
    bytes.
    """

    release: Release
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """It is on this computer's disk, checked against both signatures."""

    release: Release
    file: Path
    manifest: Sidecar


@dataclass(frozen=True, slots=True)
class ByCommand:
    """Somebody with the right to has to run ``command``, once this program is closed."""

    file: Path
    command: str


@dataclass(frozen=True, slots=True)
class Beside:
    """It is unpacked in ``folder`` and starts from the menu the next time; ``before`` stays,
    and ``back`` is the command that goes back to it.
    """

    folder: Path
    before: Path
    back: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The system's own installer was opened on ``file``; it goes on once this is closed."""

    file: Path


Installed = ByCommand | Beside | Opened
News = Found | Nothing | NotNow | Trouble
