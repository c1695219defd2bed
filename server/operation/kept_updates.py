"""The repositories of updates in a backup, and back.

    <folder>/updates/<sha256>            each file once, shared by all backups in the folder

A backup's list of contents says which file is which. Installers are large and stay the same
for months; what says that they are the newest is small and changes every other day. Each is
read at every backup, and copied anew where the disk has damaged it; one that is damaged when it
is put back costs its own repository and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from server.operation.backup_files import BackupFault, copy_whole, hash_of, is_whole
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


@dataclass(frozen=True, slots=True)
class PutBack:
    """Whose repositories were put ``back``, and whose were there already and ``kept``. Those of
    ``lost`` were left out: of each, a file that the backup has no more as it was.
    """

    back: tuple[str, ...]
    kept: tuple[str, ...]
    lost: Mapping[str, Path]


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
                if not is_whole(to, one.sha256):
                    copy_whole(path, to)
                found.append(one)
    return found


def refuse_strange(kept: Sequence[Kept], updates: Path) -> None:
    """See to it that each file has a place to be put back to.

    Raises:
        BackupFault: a name is none of a repository's.
    """
    for one in kept:
        if _place(updates, one) is None:
            raise BackupFault(f"the backup names {one.path!r}, which no repository has")


def restore_updates(kept: Sequence[Kept], folder: Path, updates: Path) -> PutBack:
    """Put repositories back that are not there and are whole in the backup; those of
    institutions that have one stay as they are, for theirs is newer.

    Raises:
        OSError: something cannot be written.
    """
    there = {path.name for path in folders_in(updates) if (path / METADATA / NEWEST).exists()}
    wanted = [one for one in kept if one.institution not in there]
    lost = {
        one.institution: one.under(folder)
        for one in wanted
        if not is_whole(one.under(folder), one.sha256)
    }
    back = [one for one in wanted if one.institution not in lost]
    for one in back:
        to = _place(updates, one)
        assert to is not None, "it was checked"
        (updates / one.institution).mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        copy_whole(one.under(folder), to)
        # Whoever serves it may be another user, as where it was published.
        to.chmod(0o644)
    return PutBack(
        back=tuple(sorted({one.institution for one in back})),
        kept=tuple(sorted({one.institution for one in kept} & there)),
        lost=lost,
    )


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
