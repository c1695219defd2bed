"""Other runs of this very program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import psutil

from recorder.lockdown.closing import Started

_MODULE = "recorder.cli"
_PROGRAM = "invigil"

# Commands that record, or open the window; the others (doctor, analyze …) disturb nobody.
_RECORDING = ("record",)
_LINK = "invigil://"


def other_instances() -> list[Started]:
    """Windows and recordings of this user beside this process and what started it."""
    own = psutil.Process()
    ours = {own.pid, *(parent.pid for parent in own.parents())}
    ours |= {child.pid for child in own.children(recursive=True)}
    return [one for one in _candidates(own.username()) if one.pid not in ours]


def _candidates(user: str) -> Iterator[Started]:
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE or process.username() != user:
                    continue
                if is_recorder(process.cmdline()):
                    yield Started(process.pid, process.name(), process.create_time())
        except psutil.Error:
            continue


def is_recorder(command: Sequence[str]) -> bool:
    """Whether a command line is one of the recorder's window or of a recording."""
    arguments = _arguments(command)
    if arguments is None:
        return False
    first = arguments[0] if arguments else ""
    return not first or first in _RECORDING or first.startswith(_LINK)


def _arguments(command: Sequence[str]) -> Sequence[str] | None:
    """What follows the program; ``None`` where it is another."""
    if not command:
        return None
    stem = PurePath(command[0]).stem.casefold()
    if stem in (_PROGRAM, f"{_PROGRAM}-recorder"):
        return command[1:]
    if not stem.startswith(("python", PurePath(sys.executable).stem.casefold())):
        return None
    rest = list(command[1:])
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        rest.pop(0)
    if rest[:2] == ["-m", _MODULE]:
        return rest[2:]
    script = PurePath(rest[0]).stem.casefold() if rest else ""
    return rest[1:] if script in (_PROGRAM, f"{_PROGRAM}-recorder") else None
