"""Looks for whatever may be left of what was destroyed: in the store, the files, the rows.

A piece is known by its SHA-256. It is looked for as a blob of any store, as a file of any name
under the data folder with these bytes, as a name or a text in any file there (an export's table
of contents, a log, a letter), and as a row. Where a session's records are gone its hashes are
too: then its rows are looked for, and the hashes that somebody kept (an earlier bundle). Words
that are to be gone as well, as the name and the address of a candidate who was erased, are
looked for in every table and every file, letters among them.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from server.ingest.models import ExamSession
from server.retention.certificates import all_gone, destroyed_of
from server.retention.pieces import gone_names
from server.retention.sweeping import left
from server.retention.traces import LETTER, Found, in_data, in_letter, in_tables
from server.storage.blobs import BlobStore
from server.storage.database import Database

# What is read of a file at once; a hash that lies across two readings is found all the same.
CHUNK_BYTES = 4 * 1024 * 1024

# A hash as it is written everywhere; the pattern finds one wherever it begins.
HASH_CHARS = 64
_HASH = re.compile(rb"(?=([0-9a-f]{64}))")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked for and where: ``hashes`` of pieces, in ``files`` of so many ``bytes``
    and in every table; ``found`` is what is left of it.
    """

    session: str
    certificates: int
    everything: bool
    hashes: int
    files: int
    bytes: int
    found: tuple[Found, ...]

    @property
    def holds(self) -> bool:
        """Whether something was destroyed, and nothing of it is left."""
        return self.certificates > 0 and not self.found


async def prove(
    database: Database,
    blobs: BlobStore,
    folder: Path,
    session_id: str,
    known: Iterable[str] = (),
    words: Collection[str] = (),
) -> Proof | None:
    """Look for what is left of a session's destroyed evidence.

    Args:
        database: the database.
        blobs: the store of its pieces.
        folder: the data folder; the keys in it are passed over.
        session_id: the session.
        known: hashes of its pieces that somebody kept.
        words: what nothing may hold any more, as it was written.

    Returns:
        What was found, or ``None`` where there is no such session.
    """
    async with database.transaction() as db:
        session = await db.get(ExamSession, session_id)
        if session is None:
            return None
        told = [one for one in await destroyed_of(db, session_id) if one.at is not None]
        everything = await all_gone(db, session_id)
        gone = await gone_names(db, session_id) | set(known)
        rows = await left(db, session_id) if everything else {}
        found = [Found(f"table {name}", f"{count} rows") for name, count in rows.items()]
        found += await in_tables(db, words)
    there = await blobs.names(session_id)
    due = there if everything or session.purged_at is not None else there & gone
    found += [Found("blob store", name) for name in sorted(due)]
    # While records are kept they name their pieces, so the database does too.
    own = None if everything else database.file
    files, size = 0, 0
    for path in await asyncio.to_thread(lambda: list(_files(folder, own))):
        files, size = files + 1, size + path.stat().st_size
        found += await asyncio.to_thread(lambda path=path: list(_look(path, gone, words)))
    return Proof(session_id, len(told), everything, len(gone), files, size, tuple(found))


def _files(folder: Path, database: Path | None) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        ours = database is not None and path.name.startswith(database.name)
        private = path.suffix in (".key", ".secret")
        if path.is_file() and not path.is_symlink() and not ours and not private:
            yield path


def _look(path: Path, hashes: Set[str], words: Collection[str]) -> Iterator[Found]:
    """Whether a file is one of the pieces, is called so, or names one; and words in it."""
    if path.name in hashes:
        yield Found(str(path), "a file of this name")
        return
    digest = hashlib.sha256()
    seen: set[str] = set()
    said: set[str] = set()
    overlap = max([HASH_CHARS, *(len(word.encode()) for word in words)]) - 1
    try:
        with path.open("rb") as file:
            tail = b""
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                seen |= set(_named(tail + chunk, hashes))
                said |= set(in_data(tail + chunk, words))
                tail = (tail + chunk)[-overlap:]
        if path.suffix == LETTER:
            said |= set(in_letter(path, words))
    except FileNotFoundError:
        return
    if digest.hexdigest() in hashes:
        yield Found(str(path), "a copy of a piece")
    for name in sorted(seen):
        yield Found(str(path), f"names {name}")
    for word in sorted(said):
        yield Found(str(path), f"holds {word!r}")


def _named(data: bytes, hashes: Set[str]) -> Iterator[str]:
    for match in _HASH.finditer(data):
        if (name := match[1].decode("ascii")) in hashes:
            yield name
