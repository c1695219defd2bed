"""``invigil-server backup`` and ``restore``: the data in a folder, and back."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from server.bars import progress
from server.clock import MICROS_PER_SECOND
from server.opening import Fault, Rooms, opened, settled
from server.terminal import say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.operation.backup import Backup

# Backups of the database that stay where nothing else is said: a week of one a night.
KEEP = 7

# Exit status where a restored server does not have all that its database says.
NOT_WHOLE = 1


def backup(folder: Path, *, keep: int = KEEP) -> None:
    """Write a backup of the database and of all recordings into a folder.

    The server may run meanwhile. Recordings are copied once, so the next backup into the same
    folder is quick; what was destroyed since (its time was over) leaves the folder too. For
    example each night, by cron:

        invigil-server backup /media/backup/invigil

    Private keys are not in it, so that whoever finds it can open nothing: back them up with
    `invigil-server admin keys backup`, and keep that elsewhere.

    Args:
        folder: The backup's folder; it is made where it is not there.
        keep: How many backups of the database stay in it, the newest ones.
    """
    from server.operation.backup import BackupFault, back_up
    from server.operation.dumps import DumpError

    if keep < 1:
        raise Fault("--keep takes 1 or more")
    settings = settled()

    async def work() -> Backup:
        async with opened(settings) as rooms:
            with progress("copying recordings") as show:
                return await back_up(
                    rooms.database, rooms.blobs, folder, rooms.clock(), keep, show
                )

    try:
        made = asyncio.run(work())
    except (BackupFault, DumpError) as error:
        raise Fault(str(error)) from error
    sys.stdout.write(msgspec.json.encode(made).decode() + "\n")
    say(f"Backed up {made.pieces} pieces and the database into {folder}.")
    say("The keys are not in it: invigil-server admin keys backup FILE")


def restore(folder: Path, *, of: str = "") -> int:
    """Put a backup into an empty installation.

    The settings say where to: an empty data folder, or an empty database and an empty store.
    An older database is brought up to this program's version. The keys come first:

        invigil-server admin keys restore /media/safe/invigil-keys.ivk
        invigil-server restore /media/backup/invigil

    What recorders delivered after the backup is not in it: they were given receipts for it,
    so those sessions show records or pieces as missing; exports taken since have them.

    Args:
        folder: The backup's folder.
        of: Which backup, by its beginning, as 20261121T15; the newest where nothing is said.
    """
    from server.operation.backup import BackupFault
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
            count = await put_back(rooms.database, rooms.blobs, folder, chosen, show)
        await migrate(rooms.database)
        await _note(rooms, chosen)
        lost = await missing(rooms.database, rooms.blobs)
    say(f"Restored the database of {_when(chosen.made)} and {count} pieces.")
    if lost:
        say(f"{lost} pieces that it names are not in the backup; the sessions say which.")
        return NOT_WHOLE
    say("Check the keys too: invigil-server admin keys check")
    return 0


def _choose(folder: Path, of: str) -> Backup:
    from server.operation.backup import backups
    from server.storage.schema import knows

    found = [one for one in backups(folder) if one.database.startswith(of)]
    if not found:
        raise Fault(f"there is no such backup in {folder}")
    chosen = found[0]
    if chosen.revision and not knows(chosen.revision):
        raise Fault(
            f"the backup is of a newer server (schema {chosen.revision}); update this one first"
        )
    return chosen


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
