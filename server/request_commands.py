"""``invigil-server admin requests``: who asks for their data, or to have it erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import Flag, chosen, fault, print_waiting, run_as, run_within
from server.opening import Rooms, settled
from server.terminal import print_line, say
from server.whole_files import whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.candidates.handling import Handling
    from server.candidates.models import DataRequestRow

app = App(
    name="requests",
    help="""Deal with requests of candidates for their data, or to have it erased.

    From a letter to its answer:

        invigil-server admin requests add s-1912 export --by ada@example.edu
        invigil-server admin requests list --by ada@example.edu
        invigil-server admin requests check REQUEST "Came in person, with a passport."
            --by ada@example.edu
        invigil-server admin requests copy REQUEST -o alan.zip --by ada@example.edu
        invigil-server admin requests done REQUEST --by ada@example.edu

    What is open comes first, by when it is due: a month after it came (GDPR, Article 12),
    three where `extend` says why. `done` of an erasure erases all that nothing holds. --by is
    the e-mail address of an administrator, in whose name it is done.
    """,
    help_format="plaintext",
)


@app.command(name="list")
def list_(*, by: str, every: Flag = False) -> None:
    """List requests, those due first, one line of JSON each.

    Args:
        by: The e-mail address of the account that looks.
        every: Also those that are closed.
    """
    from server.candidates.requests import OPEN, Shown, all_requests

    def told(one: Shown) -> dict[str, Any]:
        return {**_request(one.request), "reference": one.candidate.reference}

    def waits(one: Shown) -> bool:
        return one.request.state in OPEN

    print_waiting(by, "admin", all_requests, told, waits=waits, every=every)


@app.command
def add(reference: str, kind: str, *, by: str, words: str = "") -> None:
    """Write down a request that came by letter or in person.

    Args:
        reference: Your own name for the candidate.
        kind: export (their data) or erasure.
        by: The e-mail address of the account that writes it down.
        words: What they wrote.
    """
    from server.candidates.handling import candidate_named
    from server.candidates.requests import RequestError, RequestKind, receive

    wanted = chosen("KIND", kind, RequestKind)

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        candidate = await candidate_named(db, staff.institution_id, reference)
        return _request(await receive(db, rooms.clock(), staff, candidate, wanted, words))

    print_line(run_within(by, "admin", work, (RequestError,)))


@app.command
def check(request: str, how: str, *, by: str) -> None:
    """Note how it was made sure who asks: nothing is handed over or erased before.

    Args:
        request: Its id.
        how: For example "Wrote from the address that we know."
        by: The e-mail address of the account that made sure.
    """
    _step(request, "check", how, by)


@app.command
def extend(request: str, why: str, *, by: str) -> None:
    """Take two further months, once.

    Args:
        request: Its id.
        why: The reason, which the candidate reads.
        by: The e-mail address of the account that decides so.
    """
    _step(request, "extend", why, by)


@app.command
def refuse(request: str, why: str, *, by: str) -> None:
    """Refuse a request.

    Args:
        request: Its id.
        why: The reason, which the candidate reads.
        by: The e-mail address of the account that decides so.
    """
    _step(request, "refuse", why, by)


@app.command
def done(request: str, *, by: str) -> None:
    """Close a request: of an export once the copy was handed over; of an erasure this erases.

    What is held, or appealed against, stays, and the request stays open with it: `outcome`
    says what. Doing it again erases what may be erased by then.

    Args:
        request: Its id.
        by: The e-mail address of the account that does it.
    """
    _step(request, "done", "", by)


@app.command
def copy(
    request: str, *, by: str, output: Annotated[Path, Parameter(name=["--output", "-o"])]
) -> None:
    """Write the candidate's copy of all their sessions, to be handed over.

    Only for a request for data that is open and checked (`check`).

    Args:
        request: The request's id.
        by: The e-mail address of the account that takes it.
        output: The zip file to write; one that is there is replaced.
    """

    async def work(rooms: Rooms, staff: Staff) -> None:
        from sqlalchemy import select

        from server.audit.service import accessed
        from server.candidates.handling import request_named
        from server.candidates.own_copy import OwnCopy
        from server.candidates.requests import RequestError, must_be_for_copy
        from server.ingest.models import ExamSession
        from server.reports.bundle import BundleExport

        async with rooms.database.transaction() as db:
            row = await request_named(db, staff.institution_id, request)
            try:
                must_be_for_copy(row)
            except RequestError as error:
                raise fault(str(error)) from error
            query = select(ExamSession).where(ExamSession.candidate_id == row.candidate_id)
            for session in await db.scalars(query):
                accessed(db, rooms.clock(), staff, session, "copy")
        bundles = BundleExport(rooms.database, rooms.keys, rooms.blobs, rooms.clock)
        copies = OwnCopy(rooms.database, bundles, rooms.blobs, rooms.keys, rooms.clock)
        with whole_file(output) as scratch:
            await copies.write_all(row.candidate_id, scratch)

    run_as(by, "admin", work)
    say(f"Wrote {output}.")


def _step(request: str, step: str, words: str, by: str) -> None:
    from server.candidates.handling import Step
    from server.candidates.requests import RequestError

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any]:
        try:
            row = await _handling(rooms).take(staff, request, Step(step), words)
        except RequestError as error:
            raise fault(str(error)) from error
        return _request(row)

    print_line(run_as(by, "admin", work))


def _handling(rooms: Rooms) -> Handling:
    from server.candidates.erasing import Erasing
    from server.candidates.handling import Handling
    from server.mail.carriers import carrier_of
    from server.retention.service import Retention

    settings, database, clock = settled(), rooms.database, rooms.clock
    carrier = carrier_of(settings.mail_url, settings.data_dir / "mail")
    retention = Retention(database, rooms.blobs, rooms.keys, clock)
    return Handling(database, Erasing(database, retention, carrier), clock)


def _request(row: DataRequestRow) -> dict[str, Any]:
    """A request; times are microseconds UTC."""
    return {
        "request": row.id,
        "kind": row.kind,
        "state": row.state,
        "via": row.via,
        "candidate": row.candidate_id,
        "words": row.text,
        "received": row.received,
        "due": row.due,
        "extended": row.extended_why,
        "identity": row.identity,
        "outcome": list(row.outcome),
    }
