"""``invigil-server backup`` and ``restore``: the data in a folder, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from server.bars import progress
from server.clock import MICROS_PER_SECOND
from server.config import Settings
from server.opening import Fault, Rooms, opened, settled
from server.terminal import print_line, say
from shared.counting import count

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.operation.backup import Backup, Made, Source

# Backups of the database that stay where nothing else is said: a week of one a night.
KEEP = 7

# Exit status where a backup, or a restored server, does not have all that its database says.
NOT_WHOLE = 1

# As many pieces are named; a backup's list of contents has all.
MOST_NAMED = 20


def backup(folder: Path, *, keep: int = KEEP) -> int:
    """Write a backup of the database, all recordings and what recorders are offered as updates
    into a folder.

    The server may run meanwhile. Recordings are copied once; those that are in the folder are
    read again, and copied anew where the disk has damaged them. What was destroyed since (its
    time was over) leaves the folder too. Recordings that the database does not know stay there
    and are named; where it knows none of those in the folder, nothing is written. The exit
    status is 1 where a recording is missing or damaged in the server's store: all others are
    backed up. For example each night, by cron:

        invigil-server backup /media/backup/invigil

    Private keys are not in it, so that whoever finds it can open nothing: back them up with
    `invigil-server admin keys backup`, and keep that elsewhere.

    Args:
        folder: The backup's folder; it is made where it is not there.
        keep: How many backups of the database stay in it, the newest ones.
    """
    from server.operation.backup import back_up
    from server.operation.backup_files import BackupFault
    from server.operation.dumps import DumpError

    if keep < 1:
        raise Fault("--keep takes 1 or more")
    settings = settled()

    async def work() -> Made:
        async with opened(settings) as rooms:
            with progress("copying recordings") as show:
                return await back_up(
                    _source(rooms, settings), folder, rooms.clock(), keep, show
                )

    try:
        done = asyncio.run(work())
    except (BackupFault, DumpError) as error:
        raise Fault(str(error)) from error
    made = done.backup
    counted = {name: len(getattr(made, name)) for name in ("updates", "missing", "damaged")}
    print_line({**msgspec.to_builtins(made), **counted})
    say(f"Backed up {count(made.pieces, 'piece')} and the database into {folder}.")
    say("The keys are not in it: invigil-server admin keys backup FILE")
    _name("missing from the server's store", made.missing)
    _name("damaged in the server's store", made.damaged)
    _name("in the folder, and unknown to the server's database, so left there", done.unknown)
    if made.whole:
        return 0
    say("An earlier copy of this folder, or an export, may have them: keep those.")
    return NOT_WHOLE


def _name(what: str, pieces: Sequence[str]) -> None:
    """Say what is wrong with pieces, and with which."""
    if not pieces:
        return
    say(f"{count(len(pieces), 'piece')} {'is' if len(pieces) == 1 else 'are'} {what}:")
    for name in pieces[:MOST_NAMED]:
        session, _, sha256 = name.partition("/")
        say(f"  piece {sha256} of session {session}")
    if len(pieces) > MOST_NAMED:
        say(f"  and {len(pieces) - MOST_NAMED} more")


def restore(folder: Path, *, of: str = "") -> int:
    """Put a backup into an empty installation.

    The settings say where to: an empty data folder, or an empty database and an empty store. A
    repository of updates that is there already stays as it is. What a backup that was never
    finished has left in the folder is told, and not restored.
    An older database is brought up to this program's version. The keys come first:

        invigil-server admin keys restore /media/safe/invigil-keys.ivk
        invigil-server restore /media/backup/invigil

    A recording, or a repository of updates, that the backup's disk has damaged is left out and
    named, and the exit status is 1; where another copy of the folder is whole, empty the
    installation and restore that.

    What recorders delivered after the backup is not in it: they were given receipts for it,
    so those sessions show records or pieces as missing; exports taken since have them.

    Args:
        folder: The backup's folder.
        of: Which backup, by its beginning, as 20261121T15; the newest where nothing is said.
    """
    from server.operation.backup_files import BackupFault
    from server.operation.dumps import DumpError

    try:
        return asyncio.run(_restore(folder, of))
    except (BackupFault, DumpError) as error:
        raise Fault(str(error)) from error


async def _restore(folder: Path, of: str) -> int:
    from server.operation.backup import missing
    from server.operation.backup import restore as put_back
    from server.storage.keys import KeyStore
    from server.storage.schema import migrate

    settings = settled()
    if not KeyStore(settings.keys).has_secret():
        raise Fault("put the keys back first: invigil-server admin keys restore FILE")
    chosen = _choose(folder, of)
    async with opened(settings, as_found=True) as rooms:
        await asyncio.to_thread(rooms.blobs.prepare)
        with progress("putting recordings back") as show:
            done = await put_back(_source(rooms, settings), folder, chosen, show)
        await migrate(rooms.database)
        await _note(rooms, chosen)
        lost = await missing(rooms.database, rooms.blobs)
    say(f"Restored the database of {_when(chosen.made)} and {count(done.pieces, 'piece')}.")
    if done.updates.back:
        say(f"Restored repositories of updates: {len(done.updates.back)}.")
    for one in done.updates.kept:
        say(f"The repository of updates of {one} was there already, and stays as it is.")
    for one, file in done.updates.lost.items():
        say(f"The repository of updates of {one} was left out: {file} is missing or damaged.")
        say("Another copy of the backup's folder may have it whole.")
    _name("damaged in the backup, and left out", done.damaged)
    if done.damaged:
        say("Another copy of the backup's folder, or an export, may have them whole.")
    if lost:
        whole = count(lost, "piece")
        say(f"{whole} that it names could not be put back; the sessions say which.")
    if lost or done.updates.lost:
        return NOT_WHOLE
    say("Check the keys too: invigil-server admin keys check")
    return 0


def _source(rooms: Rooms, settings: Settings) -> Source:
    from server.operation.backup import Source

    return Source(rooms.database, rooms.blobs, settings.updates)


def _choose(folder: Path, of: str) -> Backup:
    from server.operation.backup import backups, unfinished
    from server.storage.schema import knows

    found = [one for one in backups(folder) if one.database.startswith(of)]
    left = unfinished(folder)
    if not found:
        more = f"; in it{_unfinished(left)}" if left else ""
        raise Fault(f"there is no such backup in {folder}{more}")
    if left:
        say(f"In {folder}{_unfinished(left)}. It is not restored; the whole ones are as good.")
    chosen = found[0]
    if chosen.revision and not knows(chosen.revision):
        raise Fault(
            f"the backup is of a newer server (schema {chosen.revision}); update this one first"
        )
    return chosen


def _unfinished(left: Sequence[Path]) -> str:
    """That a backup was begun and not finished, by what it left; nothing where none was."""
    if not left:
        return ""
    what = f"{left[0].name} and {len(left) - 1} more" if len(left) > 1 else left[0].name
    return (
        f" is what a backup has left that was begun and never finished ({what}): make one anew "
        "with `invigil-server backup`, which takes it out"
    )


async def _note(rooms: Rooms, chosen: Backup) -> None:
    """Write into each institution's log that it goes on from a backup."""
    from sqlalchemy import select

    from server.accounts.models import Institution
    from server.audit import service as audit

    async with rooms.database.transaction() as db:
        for own in await db.scalars(select(Institution.id)):
            audit.record(
                db,
                rooms.clock(),
                audit.COMMAND_LINE,
                "server.restore",
                ("institution", own),
                institution_id=own,
                of=chosen.made,
            )


def _when(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROS_PER_SECOND, UTC).strftime(
        "%Y-%m-%d %H:%M UTC"
    )
