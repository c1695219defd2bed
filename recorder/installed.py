"""Is the installed program what its builder signed? Looked at beside everything else.

A packaged recorder carries the signed list of its files (`shared/build.py`). A thread compares
them while the candidate types the code: reading half a gigabyte takes a second or so of
one core from a warm disk, some more from a cold one, and nothing waits for it but the session's
first record, for a moment. What is found goes into that record, and a difference into the
machine's signs (`altered_program`). It is the word of the computer: see SECURITY.md.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recorder
from recorder.brand import load_brand
from recorder.faults import EnvironmentFault
from recorder.lockdown.environment.facts import Altered, ManifestCheck
from shared.build import (
    HEAD_FILE,
    LIST_FILE,
    Build,
    BuildError,
    FileEntry,
    FilesVerdict,
    check_list,
    decode_build,
    signer_of,
)
from shared.code_signatures import is_listed, unsigned_entry
from shared.signed import MalformedLine, Signed, parse_sole_line

# How long the first record waits for the verdict (s). By then the look has usually ended.
VERDICT_WAIT_S = 2.0

# What is reported at most: a proctor needs to see that and where, not every file.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Look:
    """The verdict, which build this is (``None``: unknown), and paths that differ."""

    verdict: FilesVerdict
    build: Build | None = None
    id: str = ""
    changed: tuple[str, ...] = ()


class InstalledProgram:
    """The program's own files beside their list; ``begin`` returns at once."""

    def __init__(self, root: Path | None, *, packaged: bool) -> None:
        """Nothing is read yet.

        Args:
            root: of the installed tree; ``None`` where no list of files is found.
            packaged: whether this program was built by the builder.
        """
        self._root, self._packaged = root, packaged
        self._done = threading.Event()
        self._begun = threading.Lock()
        self._look = Look(FilesVerdict.CHECKING)
        if root is None:
            self._look = Look(FilesVerdict.UNLISTED if packaged else FilesVerdict.SOURCE)
            self._done.set()

    def check(self) -> ManifestCheck | None:
        """What watches the files; ``None`` where there never was a list of them."""
        return None if self._look.verdict is FilesVerdict.SOURCE else self

    def begin(self) -> None:
        """Compare in the background; once, however often it is called."""
        if self._done.is_set() or not self._begun.acquire(blocking=False):
            return
        threading.Thread(target=self._run, name="installed-files", daemon=True).start()

    def look(self, wait_s: float = 0.0) -> Look:
        """What is known by now, or within the time."""
        if wait_s:
            self._done.wait(wait_s)
        return self._look

    def altered(self) -> Altered:
        """For the machine's signs (`environment.facts.ManifestCheck`)."""
        self.begin()
        look = self._look
        return Altered(
            changed=look.changed[:_MOST_NAMED],
            listed=look.verdict is not FilesVerdict.UNLISTED,
            expected=self._packaged,
        )

    def told(self) -> dict[str, Any]:
        """For the first record: which build, whose, and the verdict in words."""
        self.begin()
        look = self.look(VERDICT_WAIT_S)
        told: dict[str, Any] = {"packaged": self._packaged, "files": look.verdict.value}
        if look.build is not None:
            told |= {
                "build": look.id,
                "number": look.build.number,
                "signer": signer_of(look.build),
            }
        return told

    def _run(self) -> None:
        assert self._root is not None  # else there is nothing to run
        try:
            self._look = look_at(self._root)
        finally:
            self._done.set()


def look_at(root: Path, before_each: Callable[[], None] = lambda: None) -> Look:
    """Compare an installed tree with its list; takes as long as reading it.

    Args:
        root: of the tree.
        before_each: called before each file is read; what it raises ends the look.
    """
    try:
        signed, build, listed = _listed(root)
    except (OSError, MalformedLine, BuildError):
        return Look(FilesVerdict.UNLISTED)
    found = tuple(_differences(root, build, listed, before_each))
    verdict = FilesVerdict.CHANGED if found else FilesVerdict.INTACT
    return Look(verdict, build, signed.hash, found)


def _listed(root: Path) -> tuple[Signed, Build, dict[str, FileEntry]]:
    signed = parse_sole_line((root / HEAD_FILE).read_bytes())
    build = decode_build(signed)
    return signed, build, check_list(build, (root / LIST_FILE).read_bytes())


def _differences(
    root: Path, build: Build, listed: Mapping[str, FileEntry], before_each: Callable[[], None]
) -> list[str]:
    """Paths that are changed, missing or not on the list; sorted."""
    seen: set[str] = set()
    wrong: list[str] = []
    for folder, folders, names in os.walk(root):
        linked = [one for one in folders if Path(folder, one).is_symlink()]
        for name in (*names, *linked):
            path = Path(folder, name)
            inner = path.relative_to(root).as_posix()
            seen.add(inner)
            before_each()
            if not _is_as_listed(path, inner, build, listed):
                wrong.append(inner)
    wrong += [path for path in listed if path not in seen]
    return sorted(wrong)


def _is_as_listed(
    path: Path, inner: str, build: Build, listed: Mapping[str, FileEntry]
) -> bool:
    if not is_listed(inner):
        return True
    try:
        if path.is_symlink():
            return build.links.get(inner) == str(path.readlink())
        if inner not in listed:
            return False
        with path.open("rb") as file:
            return unsigned_entry(file) == listed[inner]
    except OSError:
        return False


def installed_root(package: Path = Path(recorder.__file__).parent) -> Path | None:
    """The root of the installed tree: the nearest folder above that has a build's head."""
    for folder in package.parents[1:6]:
        if (folder / HEAD_FILE).is_file():
            return folder
    return None


def this_program() -> InstalledProgram:
    """The program that runs; nothing is compared yet."""
    try:
        packaged = load_brand().built
    except EnvironmentFault:
        # Whoever needs the brand says what is wrong with it.
        packaged = bool(getattr(sys, "frozen", False))
    return InstalledProgram(installed_root(), packaged=packaged)
