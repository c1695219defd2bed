"""The server's data in a folder, and back.

    <folder>/20261121T154100Z.json       what the backup holds, written last
    <folder>/20261121T154100Z.sqlite     the database of then (``.pgdump`` for PostgreSQL)
    <folder>/blobs/<session>/<sha256>    sealed pieces, shared by all backups in the folder
    <folder>/updates/<sha256>            what recorders are offered (``kept_updates``), likewise

Pieces are durable before a row says so, thus the database is dumped first. What was destroyed
since an earlier backup goes from the folder too: a backup keeps nobody's recording for longer.
What the database never heard of stays (``pieces``): a new one must not empty an old backup.
A piece that is lost or damaged keeps no other one from being copied, or put back: it is named.
Private keys are none of it (``storage.key_backup``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from obstore.exceptions import BaseError as BlobStoreError

from server.clock import MICROS_PER_SECOND
from server.operation.backup_files import BackupFault, hash_of, is_part, write_whole
from server.operation.dumps import SUFFIXES, dump, load, refuse_filled, regions_in
from server.operation.kept_updates import FOLDER as UPDATES
from server.operation.kept_updates import (
    Kept,
    PutBack,
    copy_updates,
    forget_updates,
    refuse_strange,
    restore_updates,
)
from server.operation.pieces import (
    BLOBS,
    PAGE,
    Piece,
    destroyed_among,
    files_in,
    held_pieces,
    refuse_foreign,
)
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.regions import store_of
from server.storage.schema import revision_of
from shared.encoding import sha256_hex
from shared.foreign_json import NotJson, read_json
from shared.progress import Progress

FORMAT = "invigil-backup/1"
# Names sort by time.
STAMP = "%Y%m%dT%H%M%SZ"
_SHAPE = "20261121T154100Z"

# Pieces copied side by side (S3 answers in some 50 ms).
AT_ONCE = 8


class Backup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one backup holds: ``made`` in microseconds, sizes in bytes.

    ``revision`` is the database's schema, ``gone`` how many pieces were destroyed while the
    backup was made; ``updates`` are the files of the repositories of updates. ``missing`` and
    ``damaged`` name the pieces (``<session>/<sha256>``) that the server should have, and its
    store does not have, or not whole; the folder has no whole one of them either.
    """

    format: str
    made: int
    revision: str
    database: str
    database_sha256: str
    database_bytes: int
    pieces: int
    pieces_bytes: int
    gone: int
    updates: tuple[Kept, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it holds all that the server should have."""
        return not (self.missing or self.damaged)


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up, and what a backup is put back into: ``updates`` is the folder of the
    repositories of updates.
    """

    database: Database
    blobs: BlobStore
    updates: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: how many pieces, and which repositories of updates. ``damaged`` names
    the pieces (``<session>/<sha256>``) that the backup has no more as they were, and were left
    out.
    """

    pieces: int
    updates: PutBack
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. ``unknown`` names the pieces (``<session>/<sha256>``) that lie in
    its folder and that the database neither has nor calls destroyed: they stay there.
    """

    backup: Backup
    unknown: tuple[str, ...]


class _Copied(Enum):
    """What became of a piece that a backup should have."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"


async def back_up(source: Source, folder: Path, now: int, keep: int, show: Progress) -> Made:
    """Write a backup into ``folder``; of earlier ones there, the newest ``keep`` stay.

    Raises:
        DumpError: the database cannot be dumped.
        BackupFault: another backup is under way there, or what is there is another server's.
        OSError: the folder cannot be written.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with _alone(folder):
        return await _back_up(source, folder, now, keep, show)


async def _back_up(source: Source, folder: Path, now: int, keep: int, show: Progress) -> Made:
    database = source.database
    await refuse_foreign(database, folder)
    stamp = datetime.fromtimestamp(now // MICROS_PER_SECOND, UTC).strftime(STAMP)
    dumped = folder / f"{stamp}{SUFFIXES[database.dialect]}"
    await dump(database, dumped)
    pieces = [piece async for piece in held_pieces(database)]
    lacking = await _copy_all(pieces, source.blobs, folder, show)
    here = await _second_look(source, lacking, folder)
    gone = len(lacking) - len(here)
    lost = {piece for piece, found in here.items() if found is _Copied.MISSING}
    damaged = {piece for piece, found in here.items() if found is _Copied.DAMAGED}
    without = lost | damaged | (lacking.keys() - here.keys())
    updates = await asyncio.to_thread(copy_updates, source.updates, folder)
    made = Backup(
        format=FORMAT,
        made=now,
        revision=await revision_of(database),
        database=dumped.name,
        database_sha256=await asyncio.to_thread(hash_of, dumped),
        database_bytes=dumped.stat().st_size,
        pieces=len(pieces) - len(without),
        pieces_bytes=sum(piece.size for piece in pieces if piece not in without),
        gone=gone,
        updates=tuple(updates),
        missing=tuple(sorted(piece.name for piece in lost)),
        damaged=tuple(sorted(piece.name for piece in damaged)),
    )
    write_whole(folder / f"{stamp}.json", [msgspec.json.format(msgspec.json.encode(made))])
    beyond = set(await asyncio.to_thread(files_in, folder))
    beyond -= {piece.under(folder) for piece in pieces}
    destroyed = await destroyed_among(database, beyond)
    await asyncio.to_thread(_forget, folder, destroyed, keep)
    unknown = sorted(beyond - destroyed)
    return Made(made, tuple(f"{file.parent.name}/{file.name}" for file in unknown))


def backups(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first.

    Raises:
        BackupFault: a file there says it is one and cannot be read.
    """
    return [_read(path) for path in _manifests(folder)]


def unfinished(folder: Path) -> list[Path]:
    """What is left of backups into ``folder`` that were begun and never finished: parts of
    files, and databases that no list of contents names. The next backup takes it out.
    """
    hidden = (".*", f"{BLOBS}/*/.*", f"{UPDATES}/.*")
    parts = [path for shape in hidden for path in folder.glob(shape) if is_part(path)]
    named = {path.stem for path in _manifests(folder)}
    ends = tuple(SUFFIXES.values())
    dumps = [path for path in folder.glob("*Z.*") if path.name.startswith(ends, len(_SHAPE))]
    return sorted([*parts, *(path for path in dumps if path.name[: len(_SHAPE)] not in named)])


async def restore(into: Source, folder: Path, chosen: Backup, show: Progress) -> Restored:
    """Put a backup into an empty database and store, and repositories of updates where none
    are.

    The database comes last: what is interrupted can be begun again. Thus it is the dump that
    that is asked where pieces belong; those of sessions that it does not name are not put back.
    A piece, or a repository, that is damaged is left out and named: the others are as good.

    Raises:
        DumpError: the database is not empty, or its dump cannot be read.
        BackupFault: the backup's database is missing or damaged, or its list names what no
            repository of updates has.
        UnknownRegion: pieces belong to a region that has no store; nothing was put back.
    """
    database, updates = into.database, into.updates
    await refuse_filled(database)
    dumped = folder / chosen.database
    whole = dumped.is_file() and await asyncio.to_thread(hash_of, dumped)
    if whole != chosen.database_sha256:
        raise BackupFault(f"{dumped} is missing or damaged; choose an earlier backup with --of")
    refuse_strange(chosen.updates, updates)
    places = _places(into.blobs, folder, await regions_in(database, dumped))
    damaged: list[str] = []
    for n, (file, store) in enumerate(places, 1):
        data = await asyncio.to_thread(_whole, file)
        if data is None:
            damaged.append(f"{file.parent.name}/{file.name}")
        else:
            await store.put_bytes(file.parent.name, file.name, data)
        show(n, len(places))
    back = await asyncio.to_thread(restore_updates, chosen.updates, folder, updates)
    await load(database, dumped)
    return Restored(len(places) - len(damaged), back, tuple(damaged))


async def missing(database: Database, blobs: BlobStore) -> int:
    """How many pieces that the database calls durable the store does not have."""
    count = 0
    held: dict[str, dict[str, int]] = {}
    async for piece in held_pieces(database):
        if piece.session not in held:
            held = {piece.session: await asyncio.to_thread(blobs.sizes_blocking, piece.session)}
        count += held[piece.session].get(piece.sha256) != piece.size
    return count


def _places(
    blobs: BlobStore, folder: Path, regions: dict[str, str]
) -> list[tuple[Path, BlobStore]]:
    """The files of pieces of these sessions, and the store that each belongs in."""
    named = [(file, regions.get(file.parent.name)) for file in files_in(folder)]
    return [(file, store_of(blobs, region)) for file, region in named if region is not None]


async def _copy_all(
    pieces: list[Piece], blobs: BlobStore, folder: Path, show: Progress
) -> dict[Piece, _Copied]:
    """Copy what the folder does not have; which pieces it lacks now."""
    done = 0
    lacking: dict[Piece, _Copied] = {}
    free = asyncio.Semaphore(AT_ONCE)

    async def copy(piece: Piece) -> None:
        nonlocal done
        async with free:
            found = await _copy(piece, blobs, folder)
        if found is not _Copied.WHOLE:
            lacking[piece] = found
        done += 1
        show(done, len(pieces))

    for start in range(0, len(pieces), PAGE):
        try:
            async with asyncio.TaskGroup() as group:
                for piece in pieces[start : start + PAGE]:
                    group.create_task(copy(piece))
        except ExceptionGroup as several:
            # What keeps one piece from being copied (a full disk) keeps others too: said once.
            raise several.exceptions[0] from several
    return lacking


async def _second_look(
    source: Source, lacking: dict[Piece, _Copied], folder: Path
) -> dict[Piece, _Copied]:
    """Of what a backup lacks, that which the server should still have: the rest was destroyed
    in the meantime, and what moved to another region's store is found now.
    """
    if not lacking:
        return {}
    here = [piece async for piece in held_pieces(source.database) if piece in lacking]
    return await _copy_all(here, source.blobs, folder, lambda _done, _all: None)


async def _copy(piece: Piece, blobs: BlobStore, folder: Path) -> _Copied:
    target = piece.under(folder)
    if await asyncio.to_thread(_whole, target) is not None:
        return _Copied.WHOLE
    try:
        data = await blobs.get(piece.session, piece.sha256)
    except BlobMissing:
        return _Copied.MISSING
    except BlobStoreError:
        if not blobs.local:
            raise
        return _Copied.DAMAGED
    if sha256_hex(data) != piece.sha256:
        return _Copied.DAMAGED
    await asyncio.to_thread(write_whole, target, [data])
    return _Copied.WHOLE


def _whole(file: Path) -> bytes | None:
    """A piece in a backup's folder; ``None`` where it is not there, or not what its name says:
    disks forget.
    """
    try:
        data = file.read_bytes()
    except OSError:
        return None
    return data if sha256_hex(data) == file.name else None


def _forget(folder: Path, destroyed: set[Path], keep: int) -> None:
    """Take out pieces that were destroyed, all but the newest backups, and what is left of
    those that were never finished.
    """
    for file in [*unfinished(folder), *destroyed]:
        file.unlink()
    for manifest in _manifests(folder)[keep:]:
        (folder / _read(manifest).database).unlink(missing_ok=True)
        manifest.unlink()
    with suppress(BackupFault):
        # What a list that cannot be read names stays.
        forget_updates(folder, [one for backup in backups(folder) for one in backup.updates])


def _manifests(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"), reverse=True)


def _read(path: Path) -> Backup:
    try:
        found = read_json(path.read_bytes(), Backup)
    except NotJson as error:
        raise BackupFault(f"{path} is not a backup's list of contents: {error}") from error
    if found.format != FORMAT or Path(found.database).name != found.database:
        raise BackupFault(f"{path} is of another format ({found.format[:40]!r})")
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time writes into a folder, for each takes out what the other one has not
    named yet.

    Raises:
        BackupFault: another one does.
    """
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BackupFault(f"another backup into {folder} is under way; wait for it") from error
    except NotImplementedError:
        # A file system without locks, where nobody but the operator sees to it.
        yield
        return
    try:
        yield
    finally:
        lock.release()
