"""Recordings that are removed from this computer: looked at, and held while they go."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from recorder.evidence.opening import DATABASE, POSIX, Cause, StoreTrouble
from recorder.evidence.store import EvidenceStore, Tally
from recorder.faults import EnvironmentFault


class Seen(NamedTuple):
    """A recording as it was looked at: its tally, ``None`` where it cannot be read, and why it
    is not to go unasked, empty where it may.
    """

    folder: Path
    tally: Tally | None
    why: str


def look(folder: Path) -> Seen:
    """Look at a recording that may have to go.

    Raises:
        StoreTrouble: it is in use by another program.
    """
    with ExitStack() as held:
        return _look(folder, held)


def remove(seen: Seen) -> None:
    """Remove a recording, if it still is as it was looked at: since then somebody may have
    thought about it for long. Nobody can open it while it goes.

    Raises:
        EnvironmentFault: it is in use or was used meanwhile, or cannot be removed.
    """
    folder = seen.folder
    with ExitStack() as held:
        if _look(folder, held) != seen:
            raise EnvironmentFault(
                f"The recording in {folder} was used meanwhile, and was not removed.",
                "Look at it again with `invigil-recorder evidence list`.",
            )
        try:
            if not POSIX:
                # Windows removes nothing that is open, whoever opened it. So it is let go, and
                # who opens it now keeps all of it, since the database would have to go first.
                held.close()
                (folder / DATABASE).unlink()
            shutil.rmtree(folder)
        except OSError as error:
            raise EnvironmentFault(
                f"{folder} cannot be removed: {error.strerror}.", "Check the folder's rights."
            ) from error


def _look(folder: Path, held: ExitStack) -> Seen:
    try:
        store = held.enter_context(closing(EvidenceStore.open(folder)))
    except StoreTrouble as error:
        if error.cause is Cause.IN_USE:
            raise
        return Seen(folder, None, f"it cannot be read ({error.what})")
    tally = store.tally
    if not tally.delivered:
        return Seen(folder, tally, "it is not delivered")
    return Seen(folder, tally, "" if tally.closed else "it was never closed")
