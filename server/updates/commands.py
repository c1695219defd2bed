"""``invigil-server admin updates``: what recorders of an institution are offered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter

from server.environment import UPDATES_PASSPHRASE
from server.opening import Fault, Rooms, institution_named, run_in_rooms, settled
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.updates.publishing import Repository

_T = TypeVar("_T")
Flag = Annotated[bool, Parameter(negative="")]

# Exit status where somebody has to do something soon.
FINDING = 1

app = App(
    name="updates",
    help="""Offer recorders new builds: signed, staged, and never during an exam.

        invigil-server admin updates init --keys /media/safe/updates
            --institution "Example University"
        invigil-server admin updates root updates-root.json --institution "Example University"
        invigil-server admin updates publish invigil_0.2.0+b512_amd64.deb --share 10
            --notes en=notes.txt --notes de=notizen.txt
            --institution "Example University" --keys /media/safe/updates
        invigil-server admin updates share stable/linux-x86_64-cp311.deb 100 …

    The folder of --keys holds the offline keys (root, targets): keep it off this server and in
    two places, and have it here only for these commands. Its passphrase, if it is to have one,
    is taken from INVIGIL_UPDATES_PASSPHRASE.
    """,
    help_format="plaintext",
)


@app.command
def init(*, institution: str, keys: Path) -> None:
    """Make the institution's repository and its keys.

    Args:
        institution: The institution's name or id.
        keys: A new folder for the offline keys.
    """

    def work(own: Repository) -> dict[str, Any]:
        from server.updates.publishing import fingerprint_of

        state = own.create(keys, _passphrase())
        return {"folder": str(own.folder), "root": fingerprint_of(state)}

    _done(institution, "updates.init", work)
    say(
        f"Keep {keys} off this server. Build what `invigil-server admin updates root FILE` "
        "writes into your recorders (briefcase.toml, [updates])."
    )


@app.command
def root(file: Path, *, institution: str) -> None:
    """Write the newest root to a file, for `root` of [updates] in briefcase.toml.

    Args:
        file: The file to write; one that is there is replaced.
        institution: The institution's name or id.
    """

    def work(own: Repository) -> dict[str, Any]:
        from server.updates.publishing import fingerprint_of

        state = own.read()
        file.write_bytes(state.root.to_bytes())
        url = f"{settled().url}/updates/{own.folder.name}"
        return {"root": fingerprint_of(state), "url": url}

    print_line(_with(institution, work))


@app.command
def publish(
    installer: Path,
    *,
    institution: str,
    keys: Path,
    notes: list[str],
    channel: str = "stable",
    share: int = 100,
    back: Flag = False,
) -> None:
    """Put a build on a channel, in the place of what was there for its kind of computer.

    Args:
        installer: The file of `make installer`, with its manifest beside it.
        institution: The institution's name or id.
        keys: The folder of the offline keys.
        notes: What changes, as LANGUAGE=FILE; `en` at least, once for each language.
        channel: Which recorders are offered it: those built for this channel.
        share: To how many of a hundred installations.
        back: It is older than what is there, or than what was withdrawn, on purpose: recorders
            go back to it.
    """
    from server.updates.publishing import Draft

    draft = Draft(installer, channel, share, _notes(notes), back)
    _done(
        institution,
        "updates.publish",
        lambda own: _told(own.publish(draft, keys, _passphrase())),
    )


@app.command
def share(path: str, percent: int, *, institution: str, keys: Path) -> None:
    """Have what is published go to more installations, or fewer.

    Args:
        path: As `list` tells it: stable/linux-x86_64-cp311.deb.
        percent: To how many of a hundred installations.
        institution: The institution's name or id.
        keys: The folder of the offline keys.
    """
    _done(
        institution,
        "updates.share",
        lambda own: _told(own.change_share(path, percent, keys, _passphrase())),
    )


@app.command
def withdraw(path: str, *, institution: str, keys: Path) -> None:
    """Take what is published off its channel; who has installed it keeps it.

    Args:
        path: As `list` tells it.
        institution: The institution's name or id.
        keys: The folder of the offline keys.
    """

    def work(own: Repository) -> dict[str, Any]:
        own.withdraw(path, keys, _passphrase())
        return {"path": path}

    _done(institution, "updates.withdraw", work)


@app.command
def renew(*, institution: str, keys: Path) -> None:
    """Sign root and targets again, before their time is over.

    Args:
        institution: The institution's name or id.
        keys: The folder of the offline keys.
    """

    def work(own: Repository) -> dict[str, Any]:
        state = own.renew(keys, _passphrase())
        return {"until": f"{state.targets.signed.expires:%Y-%m-%d}"}

    _done(institution, "updates.renew", work)


@app.command
def rotate(*, institution: str, keys: Path, into: Path) -> None:
    """Replace all keys by new ones: those of a drawer that was opened, or of one time too many.

    Recorders follow by the root key that they know, so the old one is needed once more. Build
    new recorders with what `root` writes then.

    Args:
        institution: The institution's name or id.
        keys: The folder of the offline keys as they are.
        into: A new folder for those to come.
    """

    def work(own: Repository) -> dict[str, Any]:
        from server.updates.publishing import fingerprint_of

        state = own.rotate(keys, into, _passphrase())
        return {"version": state.root.signed.version, "root": fingerprint_of(state)}

    _done(institution, "updates.rotate", work)
    say(f"From now on the keys in {into} sign: keep them off this server. Destroy {keys}.")


@app.command(name="list")
def list_(*, institution: str) -> None:
    """Print what is on the channels, one line of JSON each.

    Args:
        institution: The institution's name or id.
    """
    for one in _with(institution, lambda own: own.published()):
        print_line(_told(one))


@app.command
def check(*, institution: str) -> int:
    """Check the repository and its files, and renew what the server signs where that is due.

    The exit status is 1 where the offline keys have to sign something soon, or a file is not
    what was published.

    Args:
        institution: The institution's name or id.
    """
    from datetime import UTC, datetime

    def work(own: Repository) -> tuple[list[str], list[str]]:
        return own.keep_fresh().soon_over(datetime.now(UTC)), own.damaged()

    due, damaged = _with(institution, work)
    for words in due:
        say(f"{words}: sign it again with `invigil-server admin updates renew`")
    for path in damaged:
        say(f"{path}: its files are not as they were published: publish it again")
    if not due and not damaged:
        say("The repository holds.")
    return FINDING if due or damaged else 0


def _done(institution: str, action: str, work: Callable[[Repository], dict[str, Any]]) -> None:
    """Do what changes a repository, print it, and write it into the institution's log."""
    told = _with(institution, work, action)
    print_line(told)


def _with(institution: str, work: Callable[[Repository], _T], action: str = "") -> _T:
    from server.audit import service as audit
    from server.updates.keys import UpdateKeyError
    from server.updates.publishing import NotPublished, Repository
    from server.updates.repository import RepositoryBroken

    settings = settled()

    async def whole(rooms: Rooms) -> _T:
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
        try:
            told = work(Repository(settings.updates, settings.keys, own, rooms.clock))
        except (UpdateKeyError, NotPublished, RepositoryBroken) as error:
            raise Fault(str(error)) from error
        if action:
            async with rooms.database.transaction() as db:
                actor, subject, now = audit.COMMAND_LINE, ("institution", own), rooms.clock()
                audit.record(db, now, actor, action, subject, institution_id=own, told=told)
        return told

    return run_in_rooms(whole)


def _notes(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        language, separator, file = one.partition("=")
        if not separator:
            raise Fault(f"--notes is {one!r}; it takes LANGUAGE=FILE, as en=notes.txt")
        try:
            found[language] = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Fault(f"cannot read {file}: {error}") from error
    return found


def _told(one: Any) -> dict[str, Any]:
    release = one.release
    return {
        "path": one.path,
        "build": release.build,
        "number": release.number,
        "version": release.version,
        "share": release.share,
        "back": release.back,
        "bytes": one.size,
    }


def _passphrase() -> str:
    return os.environ.get(UPDATES_PASSPHRASE, "")
