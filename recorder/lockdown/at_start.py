"""What every start of the program does first: give the machine back after a crash."""

from __future__ import annotations

from pathlib import Path

from recorder.lockdown.place import anything_left


def undo_at_start(folder: Path | None = None) -> None:
    """Undo what a run that was killed, or a power cut, left changed; what came of it is
    logged. Nothing is imported where there is nothing to do."""
    if not anything_left(folder):
        return
    import structlog

    from recorder.faults import EnvironmentFault
    from recorder.lockdown.undoing import undo_leftovers

    log = structlog.get_logger(__name__)
    try:
        told = undo_leftovers(folder)
    except EnvironmentFault as fault:
        log.warning("leftovers_not_undone", why=str(fault))
        return
    for one in told:
        say = log.info if one.outcome == "undone" else log.warning
        say("leftover_of_lockdown", operation=one.operation, outcome=one.outcome, why=one.words)
