"""``invigil-server admin log``: the institution's log as a file, and where it stands."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from cyclopts import App
from rich.console import Console

from server.bars import progress
from server.opening import Fault, Rooms, institution_named, run_in_rooms
from server.whole_files import whole_file
from shared.counting import count

app = App(
    name="log",
    help="""Take an institution's log out, and note where it stands.

    The log says who saw and did what, and how far each session's evidence went; it is one
    chain, so that nothing can be changed or taken out without being seen:

        invigil-server admin log export university.log --institution "Example University"
        invigil-verify university.log

    Whoever keeps an earlier head (`log head`, or an export) can show at any later time that
    nothing before it was lost or written anew: `invigil-verify university.log --after HASH`.
    """,
    help_format="plaintext",
)


@app.command
def export(file: Path, *, institution: str) -> None:
    """Write the whole log to a file; `invigil-verify FILE` checks it anywhere.

    The export is itself an entry, the last one in the file.

    Args:
        file: The file to write; one that is there is replaced.
        institution: The institution's name or id.
    """
    from server.audit import service as audit
    from server.audit.reading import begin_export, export_chunks

    async def work(rooms: Rooms) -> int:
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
            subject, now = ("institution", own), rooms.clock()
            actor = audit.COMMAND_LINE
            audit.record(db, now, actor, "log.export", subject, institution_id=own)
        async with rooms.database.transaction() as db:
            begun = await begin_export(db, rooms.keys, own, rooms.clock())
        with (
            whole_file(file) as scratch,
            scratch.open("wb") as target,
            progress(file.name) as show,
        ):
            target.write(begun.first)
            async for chunk in export_chunks(rooms.database, begun):
                target.write(chunk)
                show(target.tell(), len(begun.first) + begun.bytes)
        if not begun.whole:
            raise Fault(f"{file} is written, but entries are missing: check it and keep it")
        return begun.entries

    entries = run_in_rooms(work)
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    console.print(f"Wrote {count(entries, 'entry', 'entries')} to {file}.")


@app.command
def head(*, institution: str) -> None:
    """Print where the log stands, as JSON, for somebody to keep elsewhere.

    The newest entries are checked on the way.

    Args:
        institution: The institution's name or id.
    """
    from server.audit.reading import LogEnd, check_end

    async def work(rooms: Rooms) -> LogEnd:
        async with rooms.database.transaction() as db:
            return await check_end(db, (await institution_named(db, institution)).id)

    end = run_in_rooms(work)
    if end.wrong is not None:
        raise Fault(f"the log does not hold: {end.wrong}; export it and check the export")
    said = {"entries": end.size, "head": end.head}
    sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
