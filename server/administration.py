"""``invigil-server admin``: set institutions, staff, exams and places up; take evidence out."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter
from rich.console import Console

from server.acting import chosen
from server.bars import progress
from server.candidate_commands import Reading, read_list_file, tell_bad, tell_guess
from server.command_times import micros_of
from server.config import Settings
from server.opening import Fault, Rooms, exam_named, institution_named, run_in_rooms, settled
from server.policy_commands import read_terms
from server.terminal import print_line, secret_typed
from server.whole_files import whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.enrolment.roster import Choices
    from server.enrolment.service import CandidateDraft
    from server.ingest.importing import Imports

app = App(
    name="admin",
    help="""Set up institutions, staff, exams and enrolments; export, import and purge sessions.

    For example, from nothing to a candidate's code:

        invigil-server admin create-institution "Example University" --contact exams@example.edu
        invigil-server admin create-account ada@example.edu --role admin
            --institution "Example University"
        invigil-server admin create-exam "Algebra I" --institution "Example University"
            --starts 2026-12-01T09:00Z --ends 2026-12-01T12:00Z
        invigil-server admin create-enrolment EXAM --name "Alan T." --reference s-1912

    Each prints the id of what it made as JSON on standard output.
    """,
    help_format="plaintext",
)

# Exit status where not all of what was to be imported could be taken.
NOT_WHOLE = 1

# A reason is a sentence; it is in the log for ever.
MAX_WHY_CHARS = 500

_T = TypeVar("_T")
Flag = Annotated[bool, Parameter(negative="")]


@app.command
def create_institution(name: str, *, contact: str) -> None:
    """Create an institution and its keys.

    Back the keys folder up: without it recordings cannot be opened, and no receipt signed.

    Args:
        name: Its name, as candidates are told it.
        contact: Whom candidates can ask, for example an e-mail address.
    """
    from server.accounts.service import create_institution as create
    from shared.signed import fingerprint

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            made = await create(db, rooms.keys, name, contact, rooms.clock())
        own = rooms.keys.of(made.key_ref)
        return {"institution": made.id, "key": fingerprint(own.public), "kid": own.evidence.kid}

    print_line(_run(work))


@app.command
def create_account(
    email: str,
    *,
    institution: str,
    role: str = "proctor",
    name: str = "",
    password_stdin: Flag = False,
) -> None:
    """Create an account for a member of staff. The password is asked for.

    Args:
        email: What they sign in with.
        institution: The institution's name or id.
        role: observer (looks), proctor (also watches live and decides), examiner (also sets
            exams up) or admin (also looks after people, keys and data protection).
        name: Their name, as decisions show it.
        password_stdin: Read the password from standard input instead.
    """
    from server.accounts.models import Role
    from server.accounts.service import create_account as create

    if role not in set(Role):
        raise Fault(f"{role!r} is no role; choose one of {', '.join(Role)}")
    password = _password(from_stdin=password_stdin)

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            made = await create(
                db,
                rooms.passwords,
                await institution_named(db, institution),
                email=email,
                name=name,
                role=Role(role),
                password=password,
                now=rooms.clock(),
            )
        return {"account": made.id, "email": made.email}

    print_line(_run(work))


@app.command
def create_exam(
    title: str, *, institution: str, starts: str, ends: str, terms: Path | None = None
) -> None:
    """Create an exam and sign its policy.

    Args:
        title: What candidates see.
        institution: The institution's name or id.
        starts: When it begins, as 2026-12-01T09:00Z or with an offset.
        ends: When it ends; codes cannot be taken up any more then.
        terms: JSON file with what the policy should say otherwise than the defaults:
            purpose, retention_days, duration_s, streams, kinds, objects, identity, clips,
            prohibited_processes, allowed_windows, heartbeat_s, rotate_s.
    """
    from server.audit.service import COMMAND_LINE, record
    from server.exams.service import ExamDraft
    from server.exams.service import create_exam as create
    from server.exams.terms import Terms

    draft = ExamDraft(
        title=title,
        starts=micros_of("--starts", starts),
        ends=micros_of("--ends", ends),
        terms=Terms() if terms is None else read_terms(terms),
    )

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            owner = await institution_named(db, institution)
            now, by = rooms.clock(), COMMAND_LINE
            made = await create(db, rooms.keys, owner, draft, now, by=by)
            about = ("exam", made.id)
            record(db, now, by, "exam.create", about, institution_id=owner.id)
        return {"exam": made.id, "title": made.title}

    print_line(_run(work))


@app.command
def create_enrolment(
    exam: str,
    *,
    name: str | None = None,
    reference: str | None = None,
    email: str | None = None,
    candidates: Path | None = None,
    accommodation: str | None = None,
    encoding: str | None = None,
) -> None:
    """Give candidates places in an exam; prints a one-time code for each, only this once.

    Args:
        exam: The exam's id.
        name: One candidate's name.
        reference: Your own name for them: a matriculation number, an e-mail address.
        email: Where letters to them go, where that is not the reference.
        candidates: CSV file with a line for each candidate, instead: name and reference, and
            accommodation, where somebody has one. `admin candidates import` reads the same
            files, tries them first, and leaves codes for later.
        accommodation: The name or id of the accommodation that the one candidate has.
        encoding: What the file is written in, where that is not found out, as cp1252.
    """
    from server.enrolment.service import CandidateDraft

    reading = Reading(encoding=encoding).choices
    data = None if candidates is None else read_list_file(candidates)
    drafts: list[CandidateDraft] = []
    if data is None:
        if not (name and reference):
            raise Fault("say --name and --reference, or --candidates FILE")
        drafts = [
            CandidateDraft(
                name=name, reference=reference, email=email, accommodation=accommodation
            )
        ]

    async def work(rooms: Rooms) -> list[dict[str, Any]]:
        read = drafts if data is None else await _listed(rooms, exam, data, reading)
        return await _enrol(rooms, settled(), exam, read)

    for line in _run(work):
        print_line(line)


@app.command
def sessions() -> None:
    """List all sessions, one line of JSON each."""
    from sqlalchemy import select

    from server.ingest.models import ExamSession

    async def work(rooms: Rooms) -> list[dict[str, Any]]:
        async with rooms.database.transaction() as db:
            rows = await db.scalars(select(ExamSession).order_by(ExamSession.created))
            return [
                {
                    "session": row.id,
                    "state": row.state,
                    "records": row.size,
                    "pieces": row.blobs,
                    "missing": row.blobs - row.blobs_durable,
                    "purged": row.purged_at is not None,
                }
                for row in rows
            ]

    for line in _run(work):
        print_line(line)


@app.command
def export(
    session: str, *, output: Annotated[Path, Parameter(name=["--output", "-o"])]
) -> None:
    """Write a session's bundle; `invigil-verify FILE` checks it anywhere.

    Args:
        session: The session's id.
        output: The file to write.
    """
    from server.audit.service import COMMAND_LINE, accessed
    from server.ingest.models import ExamSession
    from server.reports.bundle import BundleExport

    async def work(rooms: Rooms) -> None:
        bundles = BundleExport(rooms.database, rooms.keys, rooms.blobs, rooms.clock)
        async with rooms.database.transaction() as db:
            row = await db.get(ExamSession, session)
            if row is None:
                raise Fault(
                    f"there is no session {session}; see `invigil-server admin sessions`"
                )
            accessed(db, rooms.clock(), COMMAND_LINE, row, "bundle")
        with whole_file(output) as scratch:
            await bundles.write(session, scratch)

    _run(work)
    Console(stderr=True, highlight=False).print(f"Wrote {output}.", markup=False)


@app.command(name="import")
def import_(*files: Path, receipts: Path | None = None) -> int:
    """Take recordings in from files that candidates saved where there is no network.

    Each is checked as if it had been delivered; doing it again changes nothing. Prints what
    became of each as JSON. The exit status is 1 where something could not be taken.

    Args:
        files: The .invigil files.
        receipts: Folder for the receipts, which are for the candidates' recorders
            (`invigil-recorder evidence receipt`). By default beside each file.
    """

    async def work(rooms: Rooms) -> bool:
        async with _imports(rooms, settled()) as imports:
            taken = [await _take_in(imports, file, receipts) for file in files]
        return all(taken)

    return 0 if _run(work) else NOT_WHOLE


@asynccontextmanager
async def _imports(rooms: Rooms, settings: Settings) -> AsyncIterator[Imports]:
    """What takes parcels in, as the server itself has it; in the end the log is up to date."""
    from server.audit.heads import SessionHeads
    from server.ingest.importing import Imports
    from server.ingest.pieces import Pieces
    from server.ingest.writer import Writer

    heads = SessionHeads(rooms.database, rooms.clock)
    writer = Writer(rooms.database, rooms.keys, settings, rooms.clock, heads.changed)
    pieces = Pieces(rooms.database, rooms.blobs, writer, settings, rooms.clock)
    rooms.blobs.scratch.mkdir(parents=True, exist_ok=True)
    yield Imports(rooms.database, writer, pieces, rooms.keys, rooms.clock)
    await heads.write()


async def _take_in(imports: Imports, file: Path, receipts: Path | None) -> bool:
    """Import one file and write its receipts; whether all of it was taken."""
    from server.audit.service import COMMAND_LINE
    from server.ingest.importing import Declined, Importer
    from shared.parcel import RECEIPT_SUFFIX

    with progress(file.name) as show:
        report = await imports.take(file, Importer(COMMAND_LINE), show)
    if isinstance(report, Declined):
        print_line({"file": str(file), "declined": report.why})
        return False
    signed = (receipts or file.parent) / f"{report.session}{RECEIPT_SUFFIX}"
    signed.write_bytes(await imports.receipts(report.session))
    print_line({"file": str(file), "receipts": str(signed), **asdict(report)})
    return report.whole


@app.command
def purge(
    session: str,
    *,
    why: str,
    everything: Flag = False,
    kind: Annotated[tuple[str, ...], Parameter(negative="")] = (),
) -> None:
    """Destroy a session's recordings now, unless they are held. This cannot be undone.

    The signed certificate: `invigil-server admin retention certificates SESSION`.

    Args:
        session: The session's id.
        why: The reason, for log and certificate. Do not name the candidate: both are kept for
            ever.
        everything: The records, flags and decisions as well.
        kind: Only camera, microphone, screen, snapshots, identity or records (with flags and
            decisions); several times for several.
    """
    from server.audit.service import COMMAND_LINE
    from server.retention.destruction import Held, Nothing, Outcome
    from server.retention.service import Retention
    from shared.certificate import SEALED, EvidenceKind

    if not 0 < len(why) <= MAX_WHY_CHARS or not why.isprintable():
        raise Fault(f"--why is one line of at most {MAX_WHY_CHARS} characters")
    if kind and everything:
        raise Fault("say --everything, or --kind for what is to go")
    named = tuple(chosen("--kind", one, EvidenceKind) for one in kind)

    async def work(rooms: Rooms) -> Outcome:
        retention = Retention(rooms.database, rooms.blobs, rooms.keys, rooms.clock)
        kinds = named or (tuple(EvidenceKind) if everything else SEALED)
        return await retention.destroy(session, kinds, COMMAND_LINE, why)

    outcome = _run(work)
    if isinstance(outcome, Nothing):
        raise Fault(f"there is nothing to purge: no session {session}, or purged already")
    if isinstance(outcome, Held):
        raise Fault(f"this must not be destroyed now: {'; '.join(outcome.why)}")
    print_line({"session": session, "certificate": outcome.n, "hash": outcome.hash})


async def _listed(
    rooms: Rooms, exam_id: str, data: bytes, choices: Choices
) -> list[CandidateDraft]:
    """Who is in a list.

    Raises:
        Fault: something is wrong with it; each bad row was said.
    """
    from server.enrolment.importing import NotImported, importable, read_list
    from server.enrolment.roster import Roster
    from server.enrolment.service import CandidateDraft

    async with rooms.database.transaction() as db:
        exam = await exam_named(db, exam_id)
    read = await read_list(rooms.database, exam, data, choices)
    try:
        roster = importable(read)
    except NotImported as error:
        tell_bad(read.bad if isinstance(read, Roster) else [])
        raise Fault(str(error)) from error
    tell_guess(roster.layout.encoding, sure=roster.layout.sure)
    return [
        CandidateDraft(
            name=one.name,
            reference=one.reference,
            email=one.email or None,
            accommodation=one.accommodation or None,
        )
        for one in roster.entries
    ]


async def _enrol(
    rooms: Rooms, settings: Settings, exam_id: str, drafts: Sequence[CandidateDraft]
) -> list[dict[str, Any]]:
    from server.accounts.models import Institution
    from server.audit.service import COMMAND_LINE, record
    from server.enrolment.accommodating import NotGiven, enrol_all
    from server.enrolment.codes import link
    from server.enrolment.service import NotEnrolled, usual_expiry
    from server.mail.letters import MailError
    from shared.signed import fingerprint

    now, secret = rooms.clock(), rooms.keys.server_secret()
    async with rooms.database.transaction() as db:
        exam = await exam_named(db, exam_id)
        expires = usual_expiry(exam, settings.enrolment_days, now)
        institution = await db.get_one(Institution, exam.institution_id)
        key = fingerprint(rooms.keys.of(institution.key_ref).public)
        try:
            places = await enrol_all(db, secret, exam, drafts, expires=expires, now=now)
        except (NotGiven, NotEnrolled, MailError) as error:
            raise Fault(str(error)) from error
        record(
            db,
            now,
            COMMAND_LINE,
            "exam.enrol",
            ("exam", exam.id),
            institution_id=institution.id,
            candidates=len(places),
        )
    return [
        {
            "enrolment": place.enrolment.id,
            "reference": place.candidate.reference,
            "code": place.code,
            "link": link(settings.url, place.code, key),
        }
        for place in places
    ]


def _run(work: Callable[[Rooms], Awaitable[_T]]) -> _T:
    from server.accounts.service import AccountError
    from server.exams.service import ExamError

    try:
        return run_in_rooms(work)
    except (AccountError, ExamError) as error:
        raise Fault(str(error)) from error


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return secret_typed("password", twice=True)
