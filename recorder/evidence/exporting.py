"""Saving a recording as a file (``shared.parcel``) that a person carries to the institution.

Nothing is let go by it: what was saved still waits here until a receipt covers it, and the
network may deliver it meanwhile. Doing it again makes the file anew.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from recorder.evidence import contents
from recorder.evidence.asking import Ask
from recorder.evidence.contents import Extent
from recorder.evidence.founding import Founding, Grounds, Unfounded, read_founding
from recorder.evidence.opening import FILE_MODE, damaged, sync_folder
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.status import SavedFile
from shared.encoding import sha256_hex
from shared.parcel import PARCEL_SUFFIX, Load, write_parcel
from shared.progress import Progress
from shared.sealing import OVERHEAD_BYTES
from shared.signed import SIGNATURE_CHARS, Signed
from shared.wire import MAX_RECORDS, MAX_RECORDS_BYTES

# Beside a part's bytes a zip keeps its name twice, and the manifest names it once more.
_PART_ROOM = 512
# A last portion of records and of receipts, the manifest, the zip's own end.
_FIXED_PARTS = 4
# A signature, a space and a line feed.
_LINE_ROOM = SIGNATURE_CHARS + 2


def export(ask: Ask, target: Path, now_us: int, show: Progress) -> SavedFile:
    """Save all records and receipts of a store, and every piece that waits, as one file.

    Args:
        ask: the way to the store; asked often and shortly, so that a recording goes on.
        target: the file, or the folder to put ``<session>.invigil`` into.
        now_us: the wall clock, microseconds since 1970 UTC.
        show: told how far it is, on this thread.

    Raises:
        EnvironmentFault: the store cannot be read, or the file not be written; then no
            file of that name is there, or the earlier one still is.
    """
    founding, folder = ask(lambda store: (store.founding, store.folder))
    grounds = read_founding(founding)
    if isinstance(grounds, Unfounded):
        raise damaged(folder, grounds.why)
    extent = ask(contents.extent)
    if target.is_dir():
        target /= founding.session + PARCEL_SUFFIX
    _check_room(target, _room(extent))
    source = _Source(ask, extent, show)
    with whole_file(target) as file:
        manifest = write_parcel(file, source.load(founding, grounds), now_us)
    return SavedFile(
        target,
        founding.session,
        manifest.records,
        len(manifest.pieces),
        target.stat().st_size,
        source.damaged,
    )


class _Source:
    """Reads out of the store, a little at a time, and says how far it is."""

    def __init__(self, ask: Ask, extent: Extent, show: Progress) -> None:
        self.damaged = 0
        self._ask = ask
        self._extent = extent
        self._show = show
        self._total = extent.record_bytes + sum(size for _, size in extent.waiting)
        self._done = 0

    def load(self, founding: Founding, grounds: Grounds) -> Load:
        """What is to be written, read as it is written."""
        return Load(
            session=founding.session,
            institution_key=founding.institution_key,
            sealing=grounds.terms.sealing,
            records=self._records(),
            receipts=self._ask(contents.receipts),
            pieces=self._pieces(),
        )

    def _records(self) -> Iterator[Signed]:
        """The records that there were, though more may come meanwhile."""
        at = 0
        while at < self._extent.records:
            page = self._page(at, min(MAX_RECORDS, self._extent.records - at))
            if not page:
                return  # fewer than were counted: the server will say what is missing
            yield from page
            at += len(page)
            self._tell(sum(len(signed.payload) for signed in page))

    def _page(self, start: int, limit: int) -> list[Signed]:
        return self._ask(lambda store: contents.records(store, start, limit))

    def _pieces(self) -> Iterator[tuple[str, bytes]]:
        for sha256, size in self._extent.waiting:
            data = self._piece(sha256)
            if data is None:
                pass  # delivered since we looked
            elif sha256_hex(data) == sha256:
                yield sha256, data
            else:
                self.damaged += 1
            self._tell(size)

    def _piece(self, sha256: str) -> bytes | None:
        def question(store: EvidenceStore) -> bytes | None:
            return contents.blob(store, sha256)

        return self._ask(question)

    def _tell(self, count: int) -> None:
        self._done += count
        self._show(self._done, self._total)


def _room(extent: Extent) -> int:
    """An upper bound of the file's size, in bytes."""
    count = extent.records + extent.receipts
    lines = extent.record_bytes + extent.receipt_bytes + count * _LINE_ROOM
    # Portions are closed by their number of lines or, when these are long, by their bytes.
    portions = count // MAX_RECORDS + 2 * lines // MAX_RECORDS_BYTES + _FIXED_PARTS
    parts = portions * (OVERHEAD_BYTES + _PART_ROOM)
    return lines + parts + sum(size + _PART_ROOM for _, size in extent.waiting)


def _check_room(target: Path, needed: int) -> None:
    try:
        free = shutil.disk_usage(target.parent).free
    except OSError as error:
        raise _unwritable(target, error) from error
    if free < needed:
        raise EnvironmentFault(
            f"There is not enough room in {target.parent}: {_megabytes(needed)} are needed "
            f"and {_megabytes(free)} are free.",
            "Free some space there, or choose another disk.",
        )


def _megabytes(count: int) -> str:
    return f"{max(1, round(count / 1e6)):,} MB"


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that has its name once it is whole and on the disk, and not before.

    Raises:
        EnvironmentFault: it cannot be written.
    """
    draft = target.with_name(f".{target.name}.part")
    try:
        try:
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(handle, "w+b") as file:
                yield file
                file.flush()
                os.fsync(handle)
            draft.replace(target)
            with suppress(OSError):  # not every stick's file system lets a folder be synced
                sync_folder(target.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> EnvironmentFault:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            advice = "Free some space there, or choose another disk."
        case errno.EFBIG:
            advice = "That disk takes no file so large; choose one formatted as exFAT or NTFS."
        case errno.ENOENT | errno.EIO | errno.ENODEV | errno.ENXIO:
            advice = "Check that the disk is still there, or choose another folder."
        case _:
            advice = "Choose another folder or disk; nothing was lost on this computer."
    return EnvironmentFault(
        f"The file {target} cannot be written: {error.strerror or error}.", advice
    )
