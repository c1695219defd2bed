"""What would have to be undone on this machine, on the disk before it is done.

One file a run, in a folder that only the user reads. Each line is a JSON object: who wrote it
first, then a line before each step and one after it is undone. A line is on the disk (fsync)
when the call returns, so a last line without its newline is a step that was never performed.
Nothing that was copied, typed or shown is ever in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import msgspec

from recorder.faults import EnvironmentFault
from recorder.lockdown.operation import State
from recorder.lockdown.owner import Owner
from recorder.lockdown.place import SUFFIX

VERSION = 1

# What could not be read whole is kept under this name, for people to look at.
SET_ASIDE = ".damaged"

FOLDER_MODE = 0o700
FILE_MODE = 0o600


class _Begun(msgspec.Struct, frozen=True, tag_field="line", tag="begun"):
    v: int
    owner: Owner


class Step(msgspec.Struct, frozen=True, tag_field="line", tag="step"):
    """A step that was about to be performed, and what it takes to undo it."""

    number: int
    operation: str
    state: dict[str, Any]


class _Reverted(msgspec.Struct, frozen=True, tag_field="line", tag="undone"):
    number: int


_Line = _Begun | Step | _Reverted
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


class Journal:
    """The journal of this run; the file is there only while it has something to undo."""

    def __init__(self, folder: Path, owner: Owner) -> None:
        """Nothing is written yet."""
        self.path = folder / f"{owner.pid}-{uuid4().hex}{SUFFIX}"
        self._owner = owner
        self._open: dict[int, str] = {}
        self._next = 1
        self._file: int | None = None

    def write(self, operation: str, state: State) -> int:
        """Have a step on the disk that is about to be performed; returns its number.

        Raises:
            EnvironmentFault: it cannot be written, so the step must not be performed.
        """
        number = self._next
        try:
            if self._file is None:
                self._file = self._create()
            self._append(Step(number, operation, dict(state)))
        except OSError as error:
            self._close()
            raise EnvironmentFault(
                "What is changed on this computer for the exam cannot be noted down, so it is "
                f"not changed ({error}).",
                f"See that there is room on the disk and that {self.path.parent} may be "
                "written.",
            ) from error
        self._next += 1
        self._open[number] = operation
        return number

    def undone(self, number: int) -> None:
        """A step was undone; with the last of them the file goes.

        Raises:
            OSError: the file stays; the step is only undone once more at the next start.
        """
        self._open.pop(number, None)
        if self._open:
            mark_undone(self.path, number)
            return
        self._close()
        self.path.unlink(missing_ok=True)

    def _create(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        self.path.parent.chmod(FOLDER_MODE)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self.path, flags, FILE_MODE)
        if os.fstat(self._file).st_size == 0:
            self._append(_Begun(VERSION, self._owner))
        _sync_folder(self.path.parent)
        return self._file

    def _append(self, line: _Line) -> None:
        assert self._file is not None
        _write_line(self._file, line)

    def _close(self) -> None:
        descriptor, self._file = self._file, None
        if descriptor is not None:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Pending:
    """A journal as it lies there: whose it is and what is not undone, the newest first.

    ``state``: ``whole``; ``damaged`` (``pending`` is what could still be read); ``foreign``
    (of a newer version, or not one of ours: nothing in it is to be touched).
    """

    path: Path
    state: Literal["whole", "damaged", "foreign"]
    owner: Owner | None = None
    pending: tuple[Step, ...] = ()
    reason: str = ""


def journals(folder: Path) -> list[Path]:
    """The journals in a folder, by name; none where there is no folder.

    Raises:
        EnvironmentFault: the folder is there and cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise EnvironmentFault(
            f"What an earlier run changed on this computer cannot be looked up ({error}).",
            f"See that {folder} may be read.",
        ) from error


def read_journal(path: Path) -> Pending:
    """Read what is there; never raises for what a file holds.

    Raises:
        FileNotFoundError: it has just been undone by another.
        EnvironmentFault: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be read ({error}).", "See that it belongs to you."
        ) from error
    whole, _, _never_performed = data.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    if lines and (reason := _foreign(lines[0])):
        return Pending(path, "foreign", reason=reason)
    return _read(path, lines)


def _foreign(first: bytes) -> str:
    """Why a file is not ours to undo, by its first line; empty where it is."""
    try:
        told = msgspec.json.decode(first)
    except msgspec.DecodeError:
        return ""
    version = told.get("v") if isinstance(told, dict) else None
    if version == VERSION:
        return ""
    if not isinstance(version, int):
        return "no program of ours wrote it"
    return f"it is of version {version}, and this program knows {VERSION}"


def _read(path: Path, lines: list[bytes]) -> Pending:
    owner: Owner | None = None
    steps: dict[int, Step] = {}
    unread = 0
    for line in lines:
        try:
            match _decode(line):
                case _Begun() as begun:
                    owner = begun.owner
                case Step() as step:
                    steps[step.number] = step
                case _Reverted(number=number):
                    steps.pop(number, None)
        except msgspec.DecodeError:
            unread += 1
    pending = tuple(steps[number] for number in sorted(steps, reverse=True))
    if unread or (lines and owner is None):
        reason = f"{unread} of its {len(lines)} lines cannot be read"
        return Pending(path, "damaged", owner, pending, reason)
    return Pending(path, "whole", owner, pending)


def writer_of(journal: Pending) -> int | None:
    """The process that wrote it, by the file's name: all there is where no line tells."""
    number = journal.path.name.partition("-")[0]
    return int(number) if number.isdecimal() else None


def mark_undone(path: Path, number: int) -> None:
    """Note that a step is undone; where that fails it is only undone once more later."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    try:
        _write_line(descriptor, _Reverted(number))
    except OSError:
        pass
    finally:
        os.close(descriptor)


def forget(journal: Pending, left: Iterable[Step]) -> None:
    """Remove a journal that is undone; one that was damaged is set aside instead. Where steps
    are ``left`` it stays for another try."""
    if tuple(left):
        return
    if journal.state == "damaged":
        journal.path.replace(journal.path.with_suffix(SET_ASIDE))
    else:
        journal.path.unlink(missing_ok=True)


def _write_line(descriptor: int, line: _Line) -> None:
    data = _encode(line) + b"\n"
    before = os.fstat(descriptor).st_size
    try:
        _write_whole(descriptor, data)
    except OSError:
        # The next line must not go on where this one broke off.
        with suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def _write_whole(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) != len(data):
        raise OSError("the disk took a part of a line only")
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """So that the file's name is on the disk, too; Windows has no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
