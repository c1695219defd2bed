"""A candidate's own copy: everything that is kept of them, in a form that they can use.

One zip: the session's bundle (which ``invigil-verify`` checks like any other), the recordings
and pictures opened, what was said, and what was decided. Left out is what is others': who of
the staff decided or said something, their notes, and all reckoning beyond the decision. What
is left out is said in the copy itself. Where everything was destroyed, so is that: a bundle
without records would tell of a session in which nothing happened.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.candidates.about import about_candidate, about_session
from server.candidates.copy_index import folders, index_html, index_json
from server.candidates.copy_readme import readme
from server.clock import WallClock
from server.ingest.models import AttachmentRow, BlobRow, ExamSession, SegmentRow
from server.reports.bundle import BundleExport
from server.retention.certificates import all_gone, certificate_file
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.bundle import Contents, write_entry
from shared.certificate_file import SUFFIX
from shared.sealing import OpeningKey, Place, SealError

# What a copy says of a decision, of a flag and of the session; the rest is the staff's.
OF_DECISION = ("flag", "n", "verdict", "at")
OF_FLAG = ("id", "kind", "severity", "start", "end", "confidence", "verdict", "counts")
OF_REPORT = (
    "v",
    "session",
    "state",
    "exam",
    "candidate",
    "institution",
    "began",
    "seconds",
    "records",
    "exam_course",
    "evidence",
    "flags",
    "purged",
)

# Copies under way at once: each reads every piece and opens it.
MAX_AT_ONCE = 1

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "audio/mp4": "m4a",
}

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece to be opened, and the file in the copy that it is part of."""

    file: str
    place: Place
    sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a session's copy is packed of, but for its bundle; ``gone`` where everything was
    destroyed and there is none.
    """

    gone: bool
    about: Mapping[str, Any]
    pieces: Sequence[_Piece]
    key: OpeningKey
    certificates: bytes | None


class OwnCopy:
    """Writes copies."""

    def __init__(
        self,
        database: Database,
        bundles: BundleExport,
        blobs: BlobStore,
        keys: KeyStore,
        clock: WallClock,
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._bundles = bundles
        self._blobs = blobs
        self._keys = keys
        self._clock = clock
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def write(self, session_id: str, file: Path) -> None:
        """Write the copy to ``file``; ``file`` with another ending is used meanwhile."""
        async with self._turns:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                await self._add(archive, "", session_id, file)

    async def write_all(self, candidate_id: str, file: Path) -> None:
        """Write one file with a candidate's copies of all sessions, a folder each, and an
        index of them.
        """
        query = select(ExamSession.id).where(ExamSession.candidate_id == candidate_id)
        async with self._turns:
            async with self._database.transaction() as db:
                ids = list(await db.scalars(query.order_by(ExamSession.created)))
                person = await about_candidate(db, candidate_id, self._clock())
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                abouts = {
                    folder: await self._add(archive, f"{folder}/", session_id, file)
                    for folder, session_id in zip(folders(len(ids)), ids, strict=True)
                }
                write_entry(archive, "index.json", index_json(person, abouts))
                write_entry(archive, "index.html", index_html(person, abouts))

    async def _add(
        self, archive: zipfile.ZipFile, folder: str, session_id: str, file: Path
    ) -> Mapping[str, Any]:
        """Add a session's copy; what it says of the session."""
        bundle = file.with_suffix(".part.zip")
        async with self._database.transaction() as db:
            gone = await all_gone(db, session_id)
        try:
            if not gone:
                await self._bundles.write(session_id, bundle, trimmed)
            # Looked at again: the records may have gone while the bundle was written.
            made = await self._read(session_id)
            if made.gone:
                bundle.unlink(missing_ok=True)
            await asyncio.to_thread(self._pack, archive, folder, session_id, made, bundle)
        finally:
            bundle.unlink(missing_ok=True)
        return made.about

    async def _read(self, session_id: str) -> Made:
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            return Made(
                gone=await all_gone(db, session_id),
                about=await about_session(db, session, self._clock()),
                pieces=await _pieces(db, session),
                key=self._keys.of(session.key_ref).evidence,
                certificates=await certificate_file(db, self._keys, session),
            )

    def _pack(
        self,
        archive: zipfile.ZipFile,
        folder: str,
        session_id: str,
        made: Made,
        bundle: Path,
    ) -> None:
        told = readme(made.about, gone=made.gone)
        write_entry(archive, f"{folder}README.txt", told.encode())
        said = msgspec.json.format(msgspec.json.encode(made.about), indent=2)
        write_entry(archive, f"{folder}about.json", said)
        if bundle.exists():
            archive.write(bundle, f"{folder}{session_id}.invigil.zip")
        if made.certificates is not None:
            write_entry(archive, folder + session_id + SUFFIX, made.certificates)
        for name, own in _by_file(made.pieces):
            with archive.open(folder + name, "w") as entry:
                for data in self._opened(session_id, own, made.key):
                    entry.write(data)

    def _opened(
        self, session_id: str, pieces: Sequence[_Piece], key: OpeningKey
    ) -> Iterator[bytes]:
        for piece in pieces:
            try:
                yield key.open(self._blobs.get_blocking(session_id, piece.sha256), piece.place)
            except (BlobMissing, SealError) as error:
                # The bundle beside it shows the same: it is missing, or damaged.
                _log.error("a piece of a copy is left out", session=session_id, why=str(error))


def trimmed(contents: Contents) -> Contents:
    """A bundle's contents without what is the staff's."""
    decisions = msgspec.json.decode(contents.decisions, type=list[dict[str, Any]])
    report = msgspec.json.decode(contents.report, type=dict[str, Any])
    own = _only(report, OF_REPORT)
    own["flags"] = [_only(flag, OF_FLAG) for flag in report.get("flags", ())]
    own["candidate_copy"] = True
    return replace(
        contents,
        decisions=msgspec.json.encode([_only(one, OF_DECISION) for one in decisions]),
        report=msgspec.json.encode(own),
    )


def _only(value: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}


async def _pieces(db: AsyncSession, session: ExamSession) -> list[_Piece]:
    """Everything that is here, by the file that it becomes part of, in order."""
    here = (
        BlobRow.session_id == session.id,
        BlobRow.durable_at.is_not(None),
        BlobRow.destroyed_at.is_(None),
    )
    of_segment = (BlobRow.session_id == SegmentRow.session_id) & (
        BlobRow.sha256 == SegmentRow.sha256
    )
    segments = (
        select(SegmentRow.stream, SegmentRow.stream_seq, SegmentRow.part, SegmentRow.sha256)
        .join(BlobRow, of_segment)
        .where(*here)
        .order_by(SegmentRow.stream, SegmentRow.stream_seq)
    )
    found: list[_Piece] = []
    name = ""
    for stream, n, part, sha256 in await db.execute(segments):
        if part == "init":
            ending = "m4a" if stream == "microphone" else "mp4"
            name = f"recordings/{stream}-{n:06d}.{ending}"
        if name.startswith(f"recordings/{stream}-"):
            found.append(_Piece(name, Place(session.id, stream, n), sha256))
    return found + await _pictures(db, session, here)


async def _pictures(
    db: AsyncSession, session: ExamSession, here: tuple[Any, ...]
) -> list[_Piece]:
    of_attachment = (BlobRow.session_id == AttachmentRow.session_id) & (
        BlobRow.sha256 == AttachmentRow.sha256
    )
    query = (
        select(
            AttachmentRow.stream_seq,
            AttachmentRow.role,
            AttachmentRow.media_type,
            AttachmentRow.sha256,
        )
        .join(BlobRow, of_attachment)
        .where(*here)
        .order_by(AttachmentRow.stream_seq, AttachmentRow.seq)
    )
    found: dict[int, _Piece] = {}
    for n, role, media_type, sha256 in await db.execute(query):
        name = f"pictures/{n:05d}-{role}.{_ENDINGS.get(media_type, 'bin')}"
        found.setdefault(n, _Piece(name, Place(session.id, "attachment", n), sha256))
    return list(found.values())


def _by_file(pieces: Sequence[_Piece]) -> Iterator[tuple[str, list[_Piece]]]:
    files: dict[str, list[_Piece]] = {}
    for piece in pieces:
        files.setdefault(piece.file, []).append(piece)
    yield from files.items()
