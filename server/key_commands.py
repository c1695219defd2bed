"""``invigil-server admin keys``: what keys there are, and keeping them safe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from server.opening import Fault, Rooms, institution_named, run_in_rooms, settled
from server.terminal import print_line, say, secret_typed
from shared.counting import count

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.exams.rekeying import Generation

# Exit status where a key is missing, fits nothing or can be read by others.
FINDING = 1

app = App(
    name="keys",
    help="""List, check, rotate, back up and restore the keys that open and sign everything.

    Without these keys recordings cannot be opened and no receipt can be signed. Make a backup
    after the first institution and after each rotation, keep it in two places apart from the
    database's backups, and try it:

        invigil-server admin keys backup /media/safe/invigil-keys.ivk
        invigil-server admin keys check
    """,
    help_format="plaintext",
)

Flag = Annotated[bool, Parameter(negative="")]


@app.command
def backup(file: Path, *, passphrase_stdin: Flag = False) -> None:
    """Write all keys to one file under a passphrase, which is asked for.

    Args:
        file: The file to write; one that is there is replaced.
        passphrase_stdin: Read the passphrase from standard input instead.
    """
    from server.storage.key_backup import BackupError, write_backup

    passphrase = _passphrase(from_stdin=passphrase_stdin, twice=True)
    try:
        names = write_backup(settled().keys, file, passphrase)
    except BackupError as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise Fault(f"cannot write {file}: {error.strerror}") from error
    say(f"Wrote {count(len(names), 'key')} to {file}. Nobody opens it without the passphrase.")


@app.command
def restore(file: Path, *, passphrase_stdin: Flag = False) -> None:
    """Put the keys of a backup back. Keys that are there already are kept.

    Args:
        file: The backup.
        passphrase_stdin: Read the passphrase from standard input instead.
    """
    from server.storage.key_backup import BackupError, restore_backup

    passphrase = _passphrase(from_stdin=passphrase_stdin, twice=False)
    try:
        names = restore_backup(file, settled().keys, passphrase)
    except BackupError as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise Fault(f"cannot restore from {file}: {error.strerror}") from error
    say(f"Put {count(len(names), 'key')} back; check with `invigil-server admin keys check`.")


@app.command(name="list")
def list_() -> int:
    """List every generation of keys, one line of JSON each, and what is wrong with it.

    The exit status is 1 where something is.
    """
    found, open_files = run_in_rooms(_look)
    for generation in found:
        print_line(generation)
    return FINDING if open_files or any(one.fault for one in found) else 0


@app.command
def check() -> int:
    """Check that the keys are private, and those that every session needs.

    The exit status is 1 where they are not.
    """
    found, faults = run_in_rooms(_look)
    faults = [*faults, *(f"{g.institution}: {g.fault}" for g in found if g.fault)]
    for fault in faults:
        say(fault)
    if faults:
        return FINDING
    served = sum(generation.sessions for generation in found)
    generations = f"{len(found)} generation{'' if len(found) == 1 else 's'} of keys"
    say(f"{generations}, {count(served, 'session')}: every key is there and fits.")
    return 0


@app.command
def rotate(institution: str, *, signing: Flag = False, evidence: Flag = False) -> None:
    """Take new keys. Policies of exams that have not ended are signed anew.

    Sessions that have begun end under the keys that they began with; candidates who have
    looked at an exam but not begun look again. Make a backup afterwards. With --signing,
    recorders must know the new key's fingerprint first: add it to `pinned_keys` of your
    installers, and give new links out.

    Args:
        institution: The institution's name or id.
        signing: Take a new signing key (policies, grants, receipts, bundles, the log).
        evidence: Take a new evidence key, to which recordings are sealed.
    """
    from server.exams.rekeying import rekey
    from shared.signed import fingerprint

    if not signing and not evidence:
        raise Fault("say which: --signing, --evidence or both")

    async def work(rooms: Rooms) -> dict[str, object]:
        async with rooms.database.transaction() as db:
            owner = await institution_named(db, institution)
            made = await rekey(
                db, rooms.keys, owner, rooms.clock(), signing=signing, evidence=evidence
            )
            ref = owner.key_ref
        return {
            "generation": ref,
            "key": fingerprint(made.keys.public),
            "kid": made.keys.evidence.kid,
            "exams": made.exams,
        }

    print_line(run_in_rooms(work))
    say("Make a backup now: invigil-server admin keys backup FILE")


async def _look(rooms: Rooms) -> tuple[list[Generation], list[str]]:
    """Every generation, and the files that others can read."""
    from server.exams.rekeying import generations

    async with rooms.database.transaction() as db:
        return await generations(db, rooms.keys), rooms.keys.faults()


def _passphrase(*, from_stdin: bool, twice: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return secret_typed("passphrase", twice=twice)
