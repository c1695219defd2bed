"""``invigil-server admin data-protection``: the institution's settings, texts and templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import print_each, run_as, run_within
from server.appeal_commands import notices_of
from server.opening import Fault, Rooms, settled
from server.terminal import print_line, say
from server.whole_files import form_of, text_of, whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.candidates.register import Agreed
    from server.retention.documents import Document
    from server.retention.settings import Protection

app = App(
    name="data-protection",
    help="""Settle how long what is kept, what candidates see, and the texts of your notices.

    From what there is to a privacy notice:

        invigil-server admin data-protection show --by ada@example.edu
            > settings.json
        invigil-server admin data-protection change settings.json
            --by ada@example.edu
        invigil-server admin data-protection document privacy-notice -o notice.pdf
            --by ada@example.edu

    `consent` and `accesses` answer who agreed to what, and who looked at a candidate's
    sessions; `link` sends candidates the way to their own page. Holds, certificates and the
    region are under `retention`. --by is the e-mail address of an administrator, in whose name
    it is done.
    """,
    help_format="plaintext",
)

Output = Annotated[Path, Parameter(name=["--output", "-o"])]

SHOW, SEND, RENEW, REVOKE = DOES = ("show", "send", "renew", "revoke")


@app.command
def show(*, by: str) -> None:
    """Print the settings as JSON; `change` takes them again.

    `days` are by kind, where they are to be other than an exam's rules say; `texts` are what
    the templates say that only you know.

    Args:
        by: The e-mail address of the account that looks; an examiner may.
    """
    from server.retention.settings import read_protection

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> Protection:
        return await read_protection(db, staff.institution_id)

    print_line(run_within(by, "examiner", work))


@app.command
def change(file: Path, *, by: str) -> None:
    """Change the settings, all or some: what the file does not say stays.

    Sessions are looked at again for what is due by the new days. Prints the settings.

    Args:
        file: JSON as `show` prints it; days that are null are as an exam's rules say again.
        by: The e-mail address of the account that changes them.
    """
    from server.retention.settings import (
        SettingsError,
        change_protection,
        changed,
        read_protection,
    )
    from shared.foreign_json import NotJson, read_json

    try:
        said = read_json(text_of(file).encode(), dict[str, Any])
    except NotJson as error:
        raise Fault(f"{file} does not say settings: {error}") from error

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> Protection:
        new = changed(await read_protection(db, staff.institution_id), said)
        await change_protection(db, rooms.clock(), staff, new)
        return new

    print_line(run_within(by, "admin", work, (SettingsError,)))


@app.command
def document(name: str, *, by: str, output: Output) -> None:
    """Write a template that is filled with your settings, rules and figures.

    It is a draft: what stands in brackets is yours to say.

    Args:
        name: privacy-notice or impact-assessment.
        by: The e-mail address of the account that takes it.
        output: The file to write, .md, .html or .pdf; one that is there is replaced.
    """
    from server.reports.making import NotMade
    from server.retention.documents import DOCUMENTS
    from server.retention.facts import read_facts, store_in_words
    from server.web.document_files import MEDIA_TYPES, file_of

    if name not in DOCUMENTS:
        raise Fault(f"NAME is one of {', '.join(DOCUMENTS)}, not {name!r}")
    form, store = form_of(output, *MEDIA_TYPES), settled().blobs

    async def work(rooms: Rooms, staff: Staff) -> bytes:
        own = staff.institution_id
        async with rooms.database.transaction() as db:
            facts = await read_facts(db, own, await store_in_words(db, own, store))
        filled: Document = DOCUMENTS[name](facts)
        try:
            return await file_of(filled, form)
        except NotMade as error:
            raise Fault(f"no PDF could be made: {error}") from error

    data = run_as(by, "admin", work)
    with whole_file(output) as scratch:
        scratch.write_bytes(data)
    say(f"Wrote {output}.")


@app.command
def consent(*, by: str, before: int | None = None) -> None:
    """List who agreed to what in the newest sessions, one line of JSON each; times in µs UTC.

    Args:
        by: The e-mail address of the account that looks.
        before: Only sessions that began before; the last line's `session_began` goes on.
    """
    from server.candidates.register import read_register

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> Iterable[dict[str, Any]]:
        shown = await read_register(db, staff.institution_id, before)
        return [_agreed(one) for one in shown]

    print_each(by, "admin", work)


@app.command
def accesses(reference: str, *, by: str) -> None:
    """List who looked at a candidate's sessions, the newest first, one line of JSON each.

    Args:
        reference: Your own name for the candidate.
        by: The e-mail address of the account that looks.
    """
    from server.candidates.handling import candidate_named
    from server.candidates.register import read_accesses
    from server.candidates.requests import RequestError

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> list[dict[str, Any]]:
        own = staff.institution_id
        candidate = await candidate_named(db, own, reference)
        return [
            {
                "time": entry.time,
                "action": action,
                "account": entry.actor,
                "role": entry.role,
                "from": entry.address,
                "about": entry.body,
            }
            for entry, action in await read_accesses(db, own, candidate.id)
        ]

    for line in run_within(by, "admin", work, (RequestError,)):
        print_line(line)


@app.command
def link(session: str, do: str = SHOW, *, by: str) -> None:
    """Print the address of a candidate's own page, or send, renew or revoke it.

    Args:
        session: The session's id.
        do: show; send (by letter); renew (the one before opens nothing any more); or revoke.
        by: The e-mail address of an examiner, in whose name it is done.
    """
    from server.audit.service import viewed
    from server.candidates.links import renew_link, revoke_link
    from server.enrolment.tokens import Tokens
    from server.ingest.lookup import session_of

    if do not in DOES:
        raise Fault(f"DO is one of {', '.join(DOES)}, not {do!r}")

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        notices, now = notices_of(rooms), rooms.clock()
        row, told = await session_of(db, staff, session), {}
        secret = rooms.keys.server_secret()
        if do == RENEW:
            await renew_link(db, secret, Tokens(secret), now, staff, row)
        elif do == REVOKE:
            await revoke_link(db, now, staff, row)
        elif do == SEND:
            told["sent"] = await notices.send_link(db, now, staff, row) is None
        if (link := await notices.link(db, row, now)) is not None:
            # Whoever has it sees what the candidate sees, as the candidate.
            await viewed(db, now, staff, row, "link")
        return {"session": row.id, "link": link, **told}

    print_line(run_within(by, "examiner", work))


def _agreed(one: Agreed) -> dict[str, Any]:
    """A line of the register."""
    said = one.consent
    return {
        "session": one.session.id,
        "session_began": one.session.created,
        "exam": one.exam.id,
        "candidate": one.candidate.name,
        "reference": one.candidate.reference,
        "agreed_to": None if said is None else list(said.items),
        "agreed": None if said is None else said.at,
        "given": None if said is None else said.given,
        "language": None if said is None else said.language,
        "policy": None if said is None else said.policy,
        "withdrawn": None if said is None else said.withdrawn_at,
    }
