"""Hands a fetched, checked installer to who installs it.

This program never asks for an administrator's rights. A package is shown with the one command
that installs it; an archive is unpacked beside the running program, which stays for going back;
on Windows and macOS the system's own installer is opened on the file (written against
stand-ins, not tried on either yet). An exam that comes near keeps it from beginning, and ends
what is being unpacked.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from recorder.faults import EnvironmentFault
from recorder.installed import look_at
from recorder.updates.news import Beside, ByCommand, Fetched, Installed, Opened
from shared.build import FilesVerdict
from shared.updates import kind_of

# What registers an unpacked program with the user's menu, and its tree.
REGISTER, TREE = "register", "tree"

# Registering writes one small file.
REGISTER_S = 30

Run = Callable[[Sequence[str]], None]


def install(
    fetched: Fetched,
    root: Path,
    may: Callable[[], bool],
    platform: str = sys.platform,
    run: Run | None = None,
) -> Installed:
    """Install, or say how.

    Args:
        fetched: what ``Updates.fetch`` gave.
        root: of the installed tree.
        may: whether nothing more important is near; asked again and again.
        platform: as ``sys.platform``.
        run: runs a command; the system's way, where there is none.

    Raises:
        EnvironmentFault: it cannot be done here, with what to do.
    """
    run = run or _run

    def go_on() -> None:
        if not may():
            raise EnvironmentFault(
                "An exam is near or under way: the update was not installed.",
                "Nothing was changed. It is offered again when the program is next opened.",
            )

    go_on()
    kind = kind_of(fetched.release.name)
    if kind == ".deb":
        return ByCommand(fetched.file, command_for(fetched))
    if kind == ".tar.xz":
        return _unpack(fetched, root, go_on, run)
    opening = ["open"] if platform == "darwin" else ["msiexec", "/i"]
    try:
        run([*opening, str(fetched.file)])
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentFault(
            f"The installer could not be opened: {error}.",
            f"Close this program and open {fetched.file} yourself.",
        ) from error
    return Opened(fetched.file)


def command_for(fetched: Fetched) -> str:
    """The one command that installs a package; going back has to be said to it, too."""
    file = shlex.quote(str(fetched.file))
    if fetched.release.back:
        return f"sudo env INVIGIL_ALLOW_DOWNGRADE=1 apt-get install --allow-downgrades {file}"
    return f"sudo apt-get install {file}"


def _unpack(fetched: Fetched, root: Path, go_on: Callable[[], None], run: Run) -> Beside:
    """Unpack beside the folder that holds the running tree, check every file, then register."""
    before = root.parent
    try:
        with tempfile.TemporaryDirectory(dir=before.parent, prefix=".update-") as scratch:
            with tarfile.open(fetched.file, "r:xz") as tar:
                # Its bytes are those that were signed; links to the system's Python are meant.
                tar.extractall(scratch, _each(tar, go_on), filter="tar")
            (unpacked,) = Path(scratch).iterdir()
            folder = _checked(unpacked, before, fetched.release.build, go_on)
            if folder.exists():
                shutil.rmtree(folder)
            unpacked.rename(folder)
    except (OSError, ValueError, tarfile.TarError) as error:
        raise EnvironmentFault(
            f"The update could not be unpacked: {error}.",
            f"Nothing was changed. Unpack {fetched.file} yourself, or ask whoever installed"
            " this program.",
        ) from error
    try:
        run([str(folder / REGISTER)])
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentFault(
            f"The update is in {folder}, but could not be put into the menu: {error}.",
            f"Run {folder / REGISTER} yourself.",
        ) from error
    return Beside(folder, before, shlex.quote(str(before / REGISTER)))


def _each(tar: tarfile.TarFile, go_on: Callable[[], None]) -> Iterator[tarfile.TarInfo]:
    """The members in their order, for as long as it may go on."""
    for member in tar:
        go_on()
        yield member


def _checked(unpacked: Path, before: Path, build: str, go_on: Callable[[], None]) -> Path:
    """Where what was unpacked is to be, once every file of it was compared.

    Raises:
        EnvironmentFault: it is not what was signed, or would take the running program's place.
    """
    look = look_at(unpacked / TREE, go_on)
    if look.verdict is not FilesVerdict.INTACT or look.id != build:
        raise EnvironmentFault(
            "What was unpacked is not what was signed.",
            "Nothing was changed. Tell your institution's support.",
        )
    folder = before.parent / unpacked.name
    if folder == before:
        raise EnvironmentFault(
            f"{folder} is where this program runs from.", "Nothing was changed."
        )
    return folder


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, timeout=REGISTER_S, stdin=subprocess.DEVNULL)  # noqa: S603
