"""The repositories of updates in a backup, and back.

    <folder>/updates/<sha256>            each file once, shared by all backups in the folder

A backup's list of contents says which file is which. Installers are large and stay the same
for months; what says that they are the newest is small and changes every other day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from server.operation.backup_files import BackupFault, copy_whole, hash_of
from server.storage.keys import PRIVATE_FOLDER
from server.updates.files import NEWEST, files_of, folders_in, held, place_of
from shared.updates import METADATA

FOLDER = "updates"


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a repository: ``path`` as ``INSTITUTION/metadata/timestamp.json``, its hash
    and its size in bytes.
    """

    path: str
    sha256: str
    bytes: int

    @property
    def institution(self) -> str:
        """Whose repository it is of."""
        return self.path.partition("/")[0]

    def under(self, folder: Path) -> Path:
        """Where a backup keeps it."""
        return folder / FOLDER / self.sha256


def copy_updates(updates: Path, folder: Path) -> list[Kept]:
    """Copy every repository into a backup's folder, each as it is at one moment.

    Raises:
        OSError: something cannot be read or written.
    """
    found: list[Kept] = []
    for repository in folders_in(updates):
        with held(repository):
            for path in files_of(repository):
                name = path.relative_to(updates).as_posix()
                one = Kept(name, hash_of(path), path.stat().st_size)
                to = one.under(folder)
                if not to.is_file() or to.stat().st_size != one.bytes:
                    copy_whole(path, to)
                found.append(one)
    return found


def check_updates(kept: Sequence[Kept], folder: Path, updates: Path) -> None:
    """See to it that all of it can be put back.

    Raises:
        BackupFault: a file is missing or damaged, or its name is none of a repository's.
    """
    for one in kept:
        if _place(updates, one) is None:
            raise BackupFault(f"the backup names {one.path!r}, which no repository has")
        file = one.under(folder)
        if not file.is_file() or hash_of(file) != one.sha256:
            raise BackupFault(
                f"{file} is missing or damaged; choose an earlier backup with --of"
            )


def restore_updates(kept: Sequence[Kept], folder: Path, updates: Path) -> list[str]:
    """Put repositories back that are not there; those of institutions that have one stay as
    they are, for theirs is newer. Which institutions' were put back.

    Raises:
        OSError: something cannot be written.
    """
    there = {path.name for path in folders_in(updates) if (path / METADATA / NEWEST).exists()}
    wanted = [one for one in kept if one.institution not in there]
    for one in wanted:
        to = _place(updates, one)
        assert to is not None, "it was checked"
        (updates / one.institution).mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        copy_whole(one.under(folder), to)
        # Whoever serves it may be another user, as where it was published.
        to.chmod(0o644)
    return sorted({one.institution for one in wanted})


def forget_updates(folder: Path, named: Collection[Kept]) -> None:
    """Take out files that no backup in the folder names any more."""
    wanted = {one.sha256 for one in named}
    for file in (folder / FOLDER).glob("*"):
        if file.name not in wanted:
            file.unlink()


def _place(updates: Path, one: Kept) -> Path | None:
    institution, _, rest = one.path.partition("/")
    folder, _, name = rest.partition("/")
    return place_of(updates, institution, folder, name)
