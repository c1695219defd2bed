"""``invigil-server``: the commands. Each imports what it needs when it is called."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.console import Console

from server.accommodation_commands import app as accommodations
from server.administration import app as admin
from server.appeal_commands import app as appeals
from server.audit.commands import app as log
from server.backup_commands import backup, restore
from server.builds.commands import app as builds
from server.calendar_commands import app as calendar
from server.candidate_commands import app as candidates
from server.config import ConfigError, Settings
from server.data_protection_commands import app as data_protection
from server.exam_commands import app as exams
from server.export_commands import app as exports
from server.key_commands import app as keys
from server.letter_commands import app as letters
from server.live_commands import app as live
from server.logs import announce, configure_logs
from server.opening import Fault, opened, settled
from server.people_commands import app as people
from server.phrase_commands import app as phrases
from server.policy_commands import app as policy
from server.remark_commands import REMARKS
from server.report_commands import app as reports
from server.request_commands import app as requests
from server.retention.commands import app as retention
from server.review_commands import app as review
from server.sign_in_commands import app as sign_in
from server.terminal import say
from server.token_commands import app as tokens
from server.updates.commands import app as updates
from server.webhook_commands import app as webhooks

# Exit status where something outside the program is not as needed.
FAULT = 2

app = App(
    name="invigil-server",
    help="""The institution's server: takes exam sessions in, shows them for review.

    To try it out:

        invigil-server demo
        invigil-server run

    The first prints a code to record a session with, and a login to review
    it; the second serves until it is stopped. All data lies in ./invigil-data
    unless INVIGIL_DATA_DIR says otherwise; every setting is an environment
    variable (see server/README.md).

    To hold an exam of your own, see `invigil-server admin --help`.

    Exit status: 0 done; 2 something outside the program is not as needed,
    which is said on standard error, with what to do.
    """,
    help_format="plaintext",
)
admin.command(accommodations)
admin.command(exams)
admin.command(candidates)
admin.command(people)
admin.command(sign_in)
admin.command(tokens)
admin.command(policy)
for remark in REMARKS:
    review.command(remark)
admin.command(review)
admin.command(reports)
admin.command(live)
admin.command(phrases)
admin.command(calendar)
admin.command(exports)
admin.command(letters)
admin.command(data_protection)
admin.command(requests)
admin.command(appeals)
admin.command(webhooks)
admin.command(log)
admin.command(keys)
admin.command(retention)
admin.command(builds)
admin.command(updates)
app.command(admin)
app.command(backup)
app.command(restore)


@app.command
def run(*, bind: str | None = None, migrate: bool = True) -> None:
    """Serve until stopped (Ctrl-C or SIGTERM).

    Requests under way are finished first. Expired sessions are purged meanwhile, as
    `worker` does.

    Args:
        bind: HOST:PORT to listen on instead of INVIGIL_BIND; port 0 takes a free one.
        migrate: Bring the database up to date first. With --no-migrate the server does
            not start on a database of another version.
    """
    from server.serving import AddressTaken, free_address, serve

    settings = settled()
    configure_logs(as_json=settings.log_json)
    try:
        settings = free_address(replace(settings, bind=bind) if bind else settings)
    except AddressTaken as error:
        raise Fault(f"{error}; choose another with --bind") from error
    _finish(_prepare(settings, migrate=migrate))
    announce(f"Invigil serves {settings.url} (listening on {settings.bind}).")
    serve(settings)


@app.command
def worker() -> None:
    """Purge sessions whose retention period is over, for ever.

    The evidence of a session is destroyed when the days that its policy promised are over.
    `run` does the same; a worker is for installations where no server runs all the time.
    """
    from server.retention.service import Retention

    async def work() -> None:
        async with opened(settings) as rooms:
            retention = Retention(rooms.database, rooms.blobs, rooms.keys, rooms.clock)
            await retention.run(settings.retention_check_s, asyncio.Event())

    settings = settled()
    configure_logs(as_json=settings.log_json)
    announce(f"Looking for expired sessions every {settings.retention_check_s} s.")
    _finish(work())


@app.command
def migrate(*, make: str | None = None, back_to: str | None = None) -> None:
    """Bring the database up to this program's version, or back to an earlier one's.

    Make a backup before going back: what only the newer version keeps is lost.

    Args:
        make: For developers: write a new migration from what differs, called so.
        back_to: The revision of the version to go back to, as 0012; the release notes of
            each version name its revision. Stop the server first.
    """
    if back_to is not None:
        _finish(_take_back(settled(), back_to))
        say(f"The database is back at {back_to}; start the version it belongs to.")
        return
    _finish(_migrate(settled(), make))
    say("The database is up to date." if make is None else "Written; look it over.")


@app.command
def config(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """List every setting: what is in force, its default, what it is for.

    At the end: what the libraries for stores, the database and traces read beside them.

    Args:
        json: Print it as JSON. Secrets are never printed.
    """
    from server.settings_listing import listed

    rows = listed(settled(), os.environ)
    if json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for row in rows:
        changed = "" if row.value == row.default else f"   (default {row.default or 'none'})"
        console.print(f"{row.variable}={row.value}{changed}", style="bold")
        console.print(f"    {row.what}\n")


@app.command
def demo(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Set a demo institution up: an exam, a candidate's code, a proctor's login.

    Doing it again changes nothing, except for a new code once the old one was used.

    Args:
        json: Print it as JSON.
    """
    from server.demonstration import set_up

    async def make() -> dict[str, str]:
        async with opened(settings, migrating=True) as rooms:
            made = await set_up(
                rooms.database, rooms.keys, rooms.passwords, settings, rooms.clock
            )
            return made.as_dict()

    settings = settled()
    made = _finish(make())
    if json:
        sys.stdout.write(msgspec.json.encode(made).decode() + "\n")
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"Server    {made['server']}   (start it: invigil-server run)")
    console.print(f"Code      {made['code']}")
    console.print(f"Link      {made['link']}")
    console.print(f"Review    {made['review']}")
    console.print(f"Login     {made['email']}  {made['password']}")


def main(arguments: list[str] | None = None) -> None:
    """The program, with the process's own arguments where none are given."""
    try:
        app(sys.argv[1:] if arguments is None else arguments)
    except (Fault, ConfigError) as error:
        announce(f"invigil-server: {error}", failed=True)
        raise SystemExit(FAULT) from None


async def _prepare(settings: Settings, *, migrate: bool) -> None:
    async with opened(settings, migrating=migrate):
        pass


async def _migrate(settings: Settings, make: str | None) -> None:
    from server.storage.schema import write_revision

    async with opened(settings, migrating=True) as rooms:
        if make is not None:
            await write_revision(rooms.database, make)


async def _take_back(settings: Settings, revision: str) -> None:
    from alembic.util import CommandError

    from server.storage.schema import OLDEST, knows, take_back

    if not knows(revision):
        raise Fault(f"there is no revision {revision!r}; they are numbered, as 0012")
    if revision < OLDEST:
        raise Fault(f"no database goes back further than {OLDEST}, the first that was released")
    async with opened(settings, as_found=True) as rooms:
        try:
            await take_back(rooms.database, revision)
        except (CommandError, NotImplementedError) as error:
            raise Fault(f"cannot go back to {revision}: {error}") from error


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(os.EX_OK) from None
