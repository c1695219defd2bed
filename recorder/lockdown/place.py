"""Where the journals of this user's runs are; cheap to ask, so that every start can."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

SUFFIX = ".journal"


def default_folder() -> Path:
    """The folder of the journals, which only the user reads."""
    return user_state_path("invigil") / "lockdown"


def anything_left(folder: Path | None = None) -> bool:
    """Whether there is a journal, of a run that ended or of one that runs."""
    try:
        return any(path.suffix == SUFFIX for path in (folder or default_folder()).iterdir())
    except OSError:
        return False
