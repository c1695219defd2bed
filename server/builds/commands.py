"""``invigil-server admin builds``: the builds of the recorder that an institution accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter

from server.opening import Fault, Rooms, institution_named, run_in_rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.builds.accepting import Builds, By

_T = TypeVar("_T")

app = App(
    name="builds",
    help="""List the builds of the recorder that an institution accepts.

    While the list is empty nothing is said of builds. Once it has one, sessions recorded by
    another, by a changed one, or by a program that nobody signed are flagged for a reviewer;
    nothing is ever refused for it.

        invigil-server admin builds add invigil_0.1.0+b470_amd64.deb.manifest
            --institution "Example University" --signer 24e2…
        invigil-server admin builds list --institution "Example University"
    """,
    help_format="plaintext",
)


@app.command
def add(manifest: Path, *, institution: str, signer: str = "") -> None:
    """Accept the build of a signed manifest.

    Args:
        manifest: The file NAME.manifest beside the installer.
        institution: The institution's name or id.
        signer: Fingerprint of the key that has to have signed it: 64 hexadecimal digits, from
            whoever built it, by another way. Needed for the first build of a signer.
    """
    from server.builds.accepting import MAX_MANIFEST_BYTES
    from server.problems import Rejection

    try:
        with manifest.open("rb") as file:
            # One more than may be, so that what is too long is told as that.
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise Fault(f"cannot read {manifest}: {error.strerror}") from error

    async def work(builds: Builds, by: By) -> dict[str, Any]:
        made = await builds.accept(by, data, signer)
        if isinstance(made, Rejection):
            raise Fault(made.detail)
        row = made.row
        return {
            "id": row.id, "build": row.build, "number": row.number, "version": row.version,
        }  # fmt: skip

    print_line(_with_builds(institution, work))


@app.command(name="list")
def list_(*, institution: str) -> None:
    """Print the list, one line of JSON each, the newest first.

    Args:
        institution: The institution's name or id.
    """
    from server.builds.controllers import build_out

    async def work(builds: Builds, by: By) -> list[Any]:
        return [build_out(one) for one in (await builds.all(by.institution_id)).builds]

    for one in _with_builds(institution, work):
        print_line(one)


@app.command
def withdraw(build: str, *, institution: str) -> None:
    """Take a build off the list, for sessions that begin from now on.

    Args:
        build: Its id on the list, the build's own id, or its number where only one has it.
        institution: The institution's name or id.
    """

    async def work(builds: Builds, by: By) -> dict[str, Any]:
        rows = [one.row for one in (await builds.all(by.institution_id)).builds]
        named = [row for row in rows if build in (row.id, row.build, str(row.number))]
        if len(named) != 1:
            many = "several builds have" if named else "no build has"
            raise Fault(f"{many} {build!r}; see `invigil-server admin builds list`")
        row = await builds.withdraw(by, named[0].id)
        return {"id": row.id, "build": row.build, "withdrawn": row.withdrawn_at}

    print_line(_with_builds(institution, work))


@app.command
def settle(*, institution: str, flag: Annotated[bool, Parameter(negative="--show")]) -> None:
    """Say whether sessions of other builds are flagged (--flag) or that is only shown (--show).

    Args:
        institution: The institution's name or id.
        flag: Flag them for a reviewer.
    """

    async def work(builds: Builds, by: By) -> dict[str, Any]:
        await builds.settle(by, flags=flag)
        return {"flags": flag}

    print_line(_with_builds(institution, work))


def _with_builds(institution: str, work: Callable[[Builds, By], Awaitable[_T]]) -> _T:
    from server.audit.service import COMMAND_LINE
    from server.builds.accepting import Builds, By

    async def whole(rooms: Rooms) -> _T:
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
        return await work(Builds(rooms.database, rooms.clock), By(COMMAND_LINE, own))

    return run_in_rooms(whole)
