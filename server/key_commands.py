"""``invigil-server admin keys``: what keys there are, and keeping them safe."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.console import Console

from server.opening import Fault, settled

app = App(
    name="keys",
    help="""List, back up, restore and check the keys that open and sign everything.

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
    _say(f"Wrote {len(names)} keys to {file}. Nobody opens it without the passphrase.")


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
    _say(f"Put {len(names)} keys back; check them with `invigil-server admin keys check`.")


def _passphrase(*, from_stdin: bool, twice: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Passphrase: ")
    if twice and first != getpass.getpass("Again: "):
        raise Fault("the two passphrases differ")
    return first


def _print(value: object) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def _say(words: str) -> None:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(words)
