"""Checks what was received: whose it is, whether it is whole, whether it is newer.

The checks, by number: (1) the manifest's signatures hold and its parts belong together; (2) the
signer is the one that is expected; (3) the file, and what lies beside it, is what was signed;
(4) the files within, or those installed, are the ones on the list; (5) the build is not older
than the one that is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from installers.tree import entry_of, read_tree
from shared.build import (
    HEAD_FILE,
    LIST_FILE,
    Artifact,
    Build,
    BuildError,
    Carried,
    FileEntry,
    check_list,
    decode_build,
    difference,
    signer_of,
)
from shared.code_signatures import is_listed, unsigned_entry
from shared.sidecar import SUFFIX, read_sidecar
from shared.signed import MalformedLine, Signed, parse_sole_line

# A recipient needs to see which files, not all of them.
_NAMED = 5
_IN_MEMORY = 1 << 24

# What leads elsewhere than to a file beside the manifest, on one system or another.
_NO_NAMES, _FOLDERS = frozenset("/\\:\0"), ("", ".", "..")


class Unreadable(Exception):
    """What was named cannot be looked at at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """One check: its number, whether it holds, and what was found, in words."""

    number: int
    holds: bool
    words: str


@dataclass(frozen=True, slots=True)
class Received:
    """Everything that was found, and which build it is where that could be read."""

    checks: tuple[Found, ...]
    build: Build | None = None
    id: str = ""

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(one.holds for one in self.checks)


def check_artifact(path: Path, signers: frozenset[str], installed: Path | None) -> Received:
    """Check a package or an archive with the manifest beside it.

    Args:
        path: the file that was received.
        signers: fingerprints of the keys that are trusted; empty where none is known.
        installed: the root of an installed tree that it would take the place of.

    Raises:
        Unreadable: it, or its manifest, is not there.
    """
    sidecar = path.with_name(path.name + SUFFIX)
    data = _read(sidecar)
    try:
        artifact, build, listed = read_sidecar(data)
    except BuildError as error:
        return Received((Found(1, holds=False, words=f"{sidecar.name}: {error}"),))
    if strange := [one for one in _named(artifact) if set(one) & _NO_NAMES or one in _FOLDERS]:
        words = f"{sidecar.name} names {strange[0]!r}, which is no file beside it"
        return Received((Found(1, holds=False, words=words),))
    checks = [
        Found(1, holds=True, words="the manifest's signatures hold, its parts belong together"),
        _signer(build, signers),
        *_carried(path, artifact),
    ]
    # What else there is (.msi, .pkg, .dmg) is told by its hash alone; the installed tree can be
    # checked afterwards.
    if all(one.holds for one in checks) and path.suffix in (".deb", ".xz"):
        checks.append(_within(path, build, listed))
    if installed is not None:
        checks.append(_newer(build, installed))
    return Received(tuple(checks), build, artifact.build)


def check_tree(root: Path, signers: frozenset[str]) -> Received:
    """Check an installed or unpacked tree.

    Raises:
        Unreadable: it is none, or a file of it cannot be read.
    """
    try:
        signed, build, listed = read_head(root)
    except BuildError as error:
        return Received((Found(1, holds=False, words=str(error)),))
    try:
        files, links = read_tree(root)
    except OSError as error:
        raise Unreadable(f"{error.filename} cannot be read: {error.strerror}") from error
    checks = (
        Found(1, holds=True, words="the build's signature holds, the list belongs to it"),
        _signer(build, signers),
        _compared(build, listed, files, links),
    )
    return Received(checks, build, signed.hash)


def read_head(root: Path) -> tuple[Signed, Build, dict[str, FileEntry]]:
    """A tree's head and list.

    Raises:
        Unreadable: they are not there.
        BuildError: they make no sense, or do not belong together.
    """
    try:
        signed = parse_sole_line(_read(root / HEAD_FILE))
    except MalformedLine as error:
        raise BuildError(f"{HEAD_FILE} is no signed line: {error}") from error
    build = decode_build(signed)
    return signed, build, check_list(build, _read(root / LIST_FILE))


def _signer(build: Build, signers: frozenset[str]) -> Found:
    told = signer_of(build)
    if not signers:
        return Found(
            2, holds=False,
            words=f"signed by {told}; nobody said whose that is: name the key with --signer",
        )  # fmt: skip
    if told not in signers:
        return Found(
            2, holds=False, words=f"signed by {told}, which is not a key that you trust"
        )
    return Found(2, holds=True, words=f"signed by {told}")


def _named(artifact: Artifact) -> Iterator[str]:
    return (one.name for one in (artifact.file, *artifact.beside))


def _carried(path: Path, artifact: Artifact) -> Iterator[Found]:
    if artifact.file.name != path.name:
        yield Found(3, holds=False, words=f"{path.name} was signed as {artifact.file.name}")
    for one in (artifact.file, *artifact.beside):
        yield _one_file(path.with_name(one.name), one)


def _one_file(path: Path, signed: Carried) -> Found:
    try:
        entry = entry_of(path)
    except OSError:
        return Found(
            3, holds=False, words=f"{path.name} is not there, which was signed with it"
        )
    if entry != (signed.sha256, signed.size):
        words = f"{path.name} was changed: it has {entry.size} bytes and SHA-256 {entry.sha256}"
        return Found(3, holds=False, words=words)
    return Found(3, holds=True, words=f"{path.name} is as it was signed")


def _within(path: Path, build: Build, listed: dict[str, FileEntry]) -> Found:
    """What the package or archive would install, compared with the list."""
    try:
        files, links = _contents(path)
    except (OSError, tarfile.TarError, subprocess.CalledProcessError) as error:
        return Found(4, holds=False, words=f"{path.name} cannot be unpacked: {error}")
    return _compared(build, listed, files, links)


def _contents(path: Path) -> tuple[dict[str, FileEntry], dict[str, str]]:
    if path.suffix != ".deb":
        with tarfile.open(path, "r:*") as tar:
            return _members(tar)
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(path)], stdout=subprocess.PIPE
    ) as unpacking:
        assert unpacking.stdout is not None
        with tarfile.open(fileobj=unpacking.stdout, mode="r|") as tar:
            return _members(tar)


def _members(tar: tarfile.TarFile) -> tuple[dict[str, FileEntry], dict[str, str]]:
    """Files and links below the folder that has the build's head, by their path in it."""
    files: dict[str, FileEntry] = {}
    links: dict[str, str] = {}
    root: str | None = None
    for member in tar:
        name = os.path.normpath(member.name)
        if member.isfile():
            data = tar.extractfile(member)
            assert data is not None  # it is a file
            files[name] = _entry(data)
            root = name.removesuffix(HEAD_FILE) if name.endswith(f"/{HEAD_FILE}") else root
        elif member.islnk():
            files[name] = files[os.path.normpath(member.linkname)]
        elif member.issym():
            links[name] = member.linkname
    if root is None:
        raise tarfile.TarError("no build's head is in it")
    return (
        {
            n[len(root) :]: e
            for n, e in files.items()
            if n.startswith(root) and is_listed(n[len(root) :])
        },
        {n[len(root) :]: target for n, target in links.items() if n.startswith(root)},
    )


def _entry(data: IO[bytes]) -> FileEntry:
    """As ``read_tree`` has it. What comes through a pipe cannot be gone back in."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        shutil.copyfileobj(data, file)
        return unsigned_entry(file)


def _compared(
    build: Build,
    listed: dict[str, FileEntry],
    files: dict[str, FileEntry],
    links: dict[str, str],
) -> Found:
    told = difference(listed, files)
    words = [
        f"{what}: {', '.join(paths[:_NAMED])}{_more(len(paths))}"
        for what, paths in (
            ("changed", told.changed), ("missing", told.missing),
            ("not on the list", told.added),
        )
        if paths
    ]  # fmt: skip
    if links != build.links:
        words.append("symbolic links are not those that were signed")
    if words:
        return Found(4, holds=False, words="; ".join(words))
    return Found(4, holds=True, words=f"all {len(listed)} files within are as they were signed")


def _more(count: int) -> str:
    return f" and {count - _NAMED} more" if count > _NAMED else ""


def _newer(build: Build, root: Path) -> Found:
    try:
        _, there, _ = read_head(root)
    except (Unreadable, BuildError) as error:
        return Found(5, holds=False, words=f"what is installed cannot be compared: {error}")
    if there.bundle != build.bundle:
        words = f"{root} holds {there.bundle}, and this is {build.bundle}"
        return Found(5, holds=False, words=words)
    if build.number < there.number:
        words = (
            f"it is build {build.number}, older than build {there.number}, which is installed"
        )
        return Found(5, holds=False, words=words)
    return Found(
        5, holds=True, words=f"build {build.number} may take the place of {there.number}"
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
