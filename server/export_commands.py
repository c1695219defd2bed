"""``invigil-server admin exports``: an institution's tables, as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from server.acting import run_as
from server.opening import Fault, Rooms
from server.terminal import say
from server.whole_files import form_of, whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.accounts.staff import Staff

app = App(
    name="exports",
    help="""Write an institution's tables to files, for spreadsheets and programs.

        invigil-server admin exports take sessions -o sessions.csv --by ada@example.edu
        invigil-server admin exports take flags -o flags.json --exam EXAM --by ada@example.edu

    That it was taken is in the institution's log. `admin export` writes one session whole,
    with its evidence; `admin log export` the log so that it can be verified.
    """,
    help_format="plaintext",
)

# The least role that may take each table, as over HTTP.
LEAST = {
    "sessions": "proctor",
    "flags": "proctor",
    "decisions": "proctor",
    "candidates": "examiner",
    "audit": "admin",
}


@app.command
def take(
    table: str,
    *,
    by: str,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    exam: str = "",
    state: str = "",
    evidence: str = "",
) -> None:
    """Write one table.

    Args:
        table: sessions, flags, decisions, candidates or audit (the log).
        by: The e-mail address of the account that takes it: a proctor, for candidates an
            examiner, for the log an administrator.
        output: The file to write, .csv or .json; one that is there is replaced.
        exam: Only of this exam, by its id.
        state: Only of sessions that are open, closed or terminated.
        evidence: Only of sessions whose evidence is incomplete, missing or forked.
    """
    if table not in LEAST:
        raise Fault(f"TABLE is one of {', '.join(LEAST)}, not {table!r}")
    form = form_of(output, "csv", "json")

    async def work(rooms: Rooms, staff: Staff) -> None:
        from server.integrations.export_controllers import begin_export, filters_of
        from server.integrations.exports import Asked
        from server.integrations.tables import Format

        asked = Asked(staff, filters_of(exam, state, evidence), rooms.clock())
        chosen = {"exam": exam, "state": state, "evidence": evidence}
        told = {name: value for name, value in chosen.items() if value}
        rows = await begin_export(rooms.database, asked, table, Format(form), **told)
        with whole_file(output) as scratch, scratch.open("wb") as target:
            async for part in rows:
                target.write(part)

    run_as(by, LEAST[table], work)
    say(f"Wrote {output}.")
