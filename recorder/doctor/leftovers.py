"""What an earlier lockdown left changed, where a crash kept it from being undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recorder.doctor.finding import Finding, PutBack, Topic
from recorder.doctor.wording import translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.lockdown.journal import journals, read_journal
from recorder.lockdown.owner import runs
from recorder.lockdown.place import default_folder
from recorder.lockdown.undoing import Undone, undo_leftovers

LOCKDOWN = Topic(
    "lockdown",
    translate("doctor", "Left by an earlier exam"),
    translate("doctor", "What an exam changes on this computer is given back as it was."),
)


def left(folder: Path | None = None) -> tuple[str, ...]:
    """Steps that are not undone, of runs that have ended, by name.

    Raises:
        EnvironmentFault: the journals cannot be read.
    """
    found: dict[str, None] = {}
    for path in journals(folder or default_folder()):
        try:
            journal = read_journal(path)
        except FileNotFoundError:
            continue
        if journal.state != "foreign" and not (journal.owner and runs(journal.owner)):
            found |= dict.fromkeys(step.operation for step in journal.pending)
    return tuple(found)


def check_leftovers(folder: Path | None = None) -> Finding:
    """Nothing is left; what is can be put back."""
    try:
        names = left(folder)
    except EnvironmentFault as fault:
        return LOCKDOWN.remark(fault)
    if not names:
        return LOCKDOWN.ok(translate("doctor", "Nothing is left."))
    return LOCKDOWN.attention(
        translate("doctor", "Not yet put back: {names}").format(
            names=tuple(name.replace("_", " ") for name in names)
        ),
        translate("doctor", "Have Invigil put it back."),
        PutBack(),
    )


def put_back(folder: Path | None = None) -> Finding:
    """Undo it, and say what came of it."""
    try:
        told = undo_leftovers(folder)
    except EnvironmentFault as fault:
        return LOCKDOWN.remark(fault)
    return _told(told)


def _told(told: Sequence[Undone]) -> Finding:
    trouble = [one.words for one in told if one.outcome != "undone" and one.words]
    if not trouble:
        return LOCKDOWN.ok(translate("doctor", "Nothing is left."))
    kept = any(one.outcome == "kept" for one in told)
    return LOCKDOWN.attention(
        verbatim(" ".join(trouble)),
        translate("doctor", "Log out and in again, then try again."),
        *([PutBack()] if kept else []),
    )
