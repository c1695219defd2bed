"""Where repositories lie: the files of each by name, and one that is held still."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from server.storage.keys import PRIVATE_FOLDER
from shared.encoding import ID_HEX
from shared.updates import METADATA, TARGETS

# What everybody asks for first, and what is written last.
NEWEST = "timestamp.json"

# What a repository has, and nothing else that may lie in its folder.
_METADATA = re.compile(r"(timestamp|root|[1-9][0-9]{0,15}\.(root|targets|snapshot))\.json")
_TARGET = re.compile(r"[a-z][a-z0-9-]{0,30}/[0-9a-f]{64}\.[A-Za-z0-9][A-Za-z0-9_.-]{0,160}")
_FILES = {METADATA: _METADATA, TARGETS: _TARGET}


def place_of(updates: Path, institution_id: str, folder: str, name: str) -> Path | None:
    """Where a file of an institution's repository lies; ``None`` where there is none of such a
    name, whoever made it up.
    """
    known = _FILES.get(folder)
    if not ID_HEX.fullmatch(institution_id) or known is None or not known.fullmatch(name):
        return None
    return updates / institution_id / folder / name


def folders_in(updates: Path) -> list[Path]:
    """The folders of all repositories, by institution."""
    if not updates.is_dir():
        return []
    every = (path for path in updates.iterdir() if ID_HEX.fullmatch(path.name))
    return sorted(path for path in every if (path / METADATA).is_dir())


def files_of(repository: Path) -> list[Path]:
    """All files of one repository, in an order in which they may be put elsewhere: what is
    named comes before what names it, and the newest timestamp last.
    """
    targets = [path for path in sorted((repository / TARGETS).glob("*/*")) if path.is_file()]
    metadata = sorted((repository / METADATA).iterdir(), key=lambda path: path.name == NEWEST)
    return [path for path in (*targets, *metadata) if _is_named(repository, path)]


def _is_named(repository: Path, path: Path) -> bool:
    folder, _, name = path.relative_to(repository).as_posix().partition("/")
    return _FILES[folder].fullmatch(name) is not None


@contextmanager
def held(repository: Path) -> Iterator[None]:
    """One at a time: the command, the server that renews, a backup."""
    repository.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    with FileLock(repository / ".lock"):
        yield
