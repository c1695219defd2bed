"""``invigil-server admin retention``: holds, certificates, and whether all of it is gone."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.acting import Flag
from server.opening import Fault, Rooms, institution_named, rows_of, run_in_rooms, settled
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Institution
    from server.retention.models import HoldRow

app = App(
    name="retention",
    help="""Holds, certificates of deletion, and the proof of it.

        invigil-server admin retention hold SESSION --institution "Example University"
            --why "A court asks."
        invigil-server admin retention holds --institution "Example University"
        invigil-server admin retention release HOLD --institution "Example University"
            --why "The case is closed."
        invigil-server admin retention certificates SESSION > ada.certificate
        invigil-server admin retention prove SESSION
    """,
    help_format="plaintext",
)

# When a hold is to be looked at again, in days, where nothing else is said: half a year.
REVIEW_DAYS = 180

# Exit status where something is left of what was to be gone.
NOT_GONE = 1


@app.command
def prove(session: str, *, bundle: Path | None = None, word: tuple[str, ...] = ()) -> int:
    """Look for whatever may be left of what was destroyed of a session.

    Searches the blob store, every file of the data folder, and every table. The exit status is
    0 where something was destroyed and nothing of it is left, else 1.

    Args:
        session: The session's id.
        bundle: A bundle exported before: once the records are gone too, only it still knows
            the hashes of the pieces, which are then looked for as well.
        word: What nothing may hold any more, as the name, the reference and the address of a
            candidate who was erased; say it once for each.
    """
    from server.retention.proof import Proof
    from server.retention.proof import prove as look
    from shared.bundle import BundleReader, UnreadableBundle

    known: set[str] = set()
    if bundle is not None:
        try:
            reader = BundleReader(bundle)
        except UnreadableBundle as error:
            raise Fault(str(error)) from error
        known = reader.blob_names()
        reader.close()

    async def work(rooms: Rooms) -> Proof | None:
        folder = settled().data_dir
        return await look(rooms.database, rooms.blobs, folder, session, known, word)

    proof = run_in_rooms(work)
    if proof is None:
        raise Fault(f"there is no session {session}; see `invigil-server admin sessions`")
    print_line({"holds": proof.holds, **asdict(proof)})
    return 0 if proof.holds else NOT_GONE


@app.command
def certificates(session: str) -> None:
    """Print a session's certificates of deletion; `invigil-verify` checks them in a file.

    Args:
        session: The session's id.
    """
    from server.ingest.models import ExamSession
    from server.retention.certificates import certificate_file

    async def work(rooms: Rooms) -> bytes | None:
        async with rooms.database.transaction() as db:
            row = await db.get(ExamSession, session)
            return None if row is None else await certificate_file(db, rooms.keys, row)

    file = run_in_rooms(work)
    if file is None:
        raise Fault(f"nothing was destroyed of a session {session}")
    sys.stdout.write(file.decode())


@app.command
def hold(
    subject: str,
    *,
    institution: str,
    kind: str = "session",
    why: str,
    review_days: int = REVIEW_DAYS,
) -> None:
    """Hold a session, a candidate or an exam: nothing of it is destroyed until it is released.

    Args:
        subject: The id of what is held; of a candidate also your own reference for them.
        institution: The institution's name or id.
        kind: session, candidate or exam.
        why: The reason.
        review_days: In how many days somebody is to look at it again.
    """
    from server.audit.service import COMMAND_LINE
    from server.retention.holds import (
        HoldDraft,
        HoldError,
        HoldKind,
        place_hold,
        subject_named,
    )

    if kind not in set(HoldKind):
        raise Fault(f"--kind is session, candidate or exam, not {kind!r}")

    async def work(rooms: Rooms) -> str:
        async with rooms.database.transaction() as db:
            own = await institution_named(db, institution)
            on = HoldKind(kind)
            named = await subject_named(db, own.id, on, subject)
            draft = HoldDraft(on, named, why, review_days)
            try:
                row = await place_hold(db, rooms.clock(), COMMAND_LINE, own.id, draft)
            except HoldError as error:
                raise Fault(str(error)) from error
            return row.id

    print_line({"hold": run_in_rooms(work)})


@app.command
def holds(*, institution: str, every: Flag = False) -> None:
    """List what is held, one line of JSON each; those to be looked at again first.

    Args:
        institution: The institution's name or id.
        every: Also those that were released, with the reason.
    """
    from server.retention.holds import open_holds

    async def read(_rooms: Rooms, db: AsyncSession, own: Institution) -> list[dict[str, Any]]:
        rows = await open_holds(db, own.id)
        return [_told(row) for row in rows if every or row.released_at is None]

    for line in rows_of(institution, read):
        print_line(line)


def _told(hold: HoldRow) -> dict[str, Any]:
    """A hold; times are microseconds UTC."""
    return {
        "hold": hold.id,
        "kind": hold.kind,
        "subject": hold.subject_id,
        "why": hold.reason,
        "placed_by": hold.placed_by,
        "placed": hold.placed_at,
        "review": hold.review_at,
        "released": hold.released_at,
        "released_by": hold.released_by,
        "release_why": hold.release_reason,
    }


@app.command
def release(hold: str, *, institution: str, why: str) -> None:
    """Let go of what was held.

    Args:
        hold: The hold's id.
        institution: The institution's name or id.
        why: The reason.
    """
    from server.audit.service import COMMAND_LINE
    from server.retention.holds import HoldError, hold_of, release_hold

    async def work(rooms: Rooms) -> None:
        async with rooms.database.transaction() as db:
            own = await institution_named(db, institution)
            row = await hold_of(db, own.id, hold)
            if row is None:
                raise Fault(f"there is no hold {hold} of this institution")
            try:
                await release_hold(db, rooms.clock(), COMMAND_LINE, row, why)
            except HoldError as error:
                raise Fault(str(error)) from error

    run_in_rooms(work)
    print_line({"released": hold})


@app.command
def region(institution: str, region: str) -> None:
    """Have an institution's recordings in a region's store, those to come and those there are.

    Each piece is copied and compared before the old copy goes. Choose before the first exam;
    later, when none is running and all that was recorded has been delivered: while pieces of a
    session may still come, until nothing has come of it for a day, it is named and not moved.
    Doing it again finishes what was interrupted.

    Args:
        institution: The institution's name or id.
        region: As in INVIGIL_BLOB_URL_<REGION>, in small letters with hyphens; "default" for
            the store that INVIGIL_BLOB_URL names.
    """
    from server.retention.moving import Moved, NotMoved, move_institution
    from server.storage.regions import DEFAULT, RegionalBlobs, UnknownRegion

    async def work(rooms: Rooms) -> Moved:
        if not isinstance(rooms.blobs, RegionalBlobs):
            raise Fault("no region is set up; set INVIGIL_BLOB_URL_<REGION> first")
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
        wanted = DEFAULT if region == "default" else region
        try:
            return await move_institution(rooms.database, rooms.blobs, rooms.clock, own, wanted)
        except (NotMoved, UnknownRegion) as error:
            raise Fault(str(error)) from error

    print_line({"region": region, **asdict(run_in_rooms(work))})
