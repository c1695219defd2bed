"""Undoes what another run left changed: at the next start, and by the watchdog at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recorder.faults import EnvironmentFault
from recorder.lockdown.journal import (
    Pending,
    Step,
    forget,
    journals,
    mark_undone,
    read_journal,
    writer_of,
)
from recorder.lockdown.operation import State
from recorder.lockdown.owner import Owner, owner_of, runs
from recorder.lockdown.place import default_folder

# Undoes one step from what the journal holds of it. It puts back only what is still as the
# step left it: what somebody has changed since is theirs. What is returned is a sentence on
# what cannot be given back at all, empty where all is. Raises EnvironmentFault where another
# try may help.
Restorer = Callable[[State], str]


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of one step of an earlier run, or of one journal (``operation`` is empty).

    ``outcome``: ``undone``; ``lost`` (nothing is left to undo, but something cannot be given
    back); ``kept`` (it could not be undone now and is tried again at the next start);
    ``damaged`` and ``foreign`` (a journal, see `journal.Pending`). ``words`` are for people.
    """

    operation: str
    outcome: Literal["undone", "lost", "kept", "damaged", "foreign"]
    words: str = ""


def undo_leftovers(
    folder: Path | None = None,
    restorers: Mapping[str, Restorer] | None = None,
    alive: Callable[[Owner], bool] = runs,
) -> list[Undone]:
    """Undo what runs that have ended left changed; one that still runs is let be.

    Costs a look into a folder where there is nothing to undo.

    Raises:
        EnvironmentFault: the folder of the journals cannot be read.
    """
    told: list[Undone] = []
    for path in journals(folder or default_folder()):
        told += undo(path, restorers, alive)
    return told


def undo(
    path: Path,
    restorers: Mapping[str, Restorer] | None = None,
    alive: Callable[[Owner], bool] = runs,
) -> list[Undone]:
    """Undo one journal, the last step first, unless who wrote it still runs."""
    try:
        journal = read_journal(path)
    except FileNotFoundError:
        return []
    except EnvironmentFault as fault:
        return [Undone("", "kept", str(fault))]
    if journal.state == "foreign":
        return [Undone("", "foreign", f"{path} is left alone: {journal.reason}.")]
    if _in_use(journal, alive):
        return []
    return _undo(journal, _all_restorers() if restorers is None else restorers)


def _in_use(journal: Pending, alive: Callable[[Owner], bool]) -> bool:
    """A damaged one that does not tell whose it is belongs to whoever has the number."""
    if journal.owner is not None:
        return alive(journal.owner)
    writer = writer_of(journal)
    return writer is not None and owner_of(writer) is not None


def _undo(journal: Pending, restorers: Mapping[str, Restorer]) -> list[Undone]:
    told: list[Undone] = []
    left: list[Step] = []
    for step in journal.pending:
        one = _undo_step(step, restorers)
        told.append(one)
        if one.outcome == "kept":
            left.append(step)
        else:
            mark_undone(journal.path, step.number)
    if journal.state == "damaged":
        told.append(Undone("", "damaged", f"{journal.path}: {journal.reason}; it is kept."))
    try:
        forget(journal, left)
    except OSError as error:
        told.append(Undone("", "kept", f"{journal.path} cannot be removed ({error})."))
    return told


def _undo_step(step: Step, restorers: Mapping[str, Restorer]) -> Undone:
    restorer = restorers.get(step.operation)
    if restorer is None:
        return Undone(step.operation, "kept", f"This version does not know “{step.operation}”.")
    try:
        lost = restorer(step.state)
    except EnvironmentFault as fault:
        return Undone(step.operation, "kept", str(fault))
    except Exception as bug:  # noqa: BLE001  (a damaged state must not keep the others)
        return Undone(step.operation, "kept", f"what is noted of it makes no sense: {bug!r}")
    return Undone(step.operation, "lost" if lost else "undone", lost)


def _all_restorers() -> Mapping[str, Restorer]:
    from recorder.lockdown.operations.restorers import RESTORERS

    return RESTORERS
