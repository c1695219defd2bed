"""Updates of the recorder: what a release says of itself, where it lies, and whom it is for.

An institution's server holds a repository of The Update Framework (TUF 1.0, tuf.io): signed
metadata that says which files there are. One *target* is an installer as its builder published
it, under a path that does not change from build to build; beside it lies its manifest
(``shared.sidecar``). The target's ``custom`` part is a ``Release`` under the key ``invigil``.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal

import msgspec

from shared.build import Build, Text
from shared.records import Count, Hash

RELEASE_VERSION = 1

# Where a repository's two folders are, below its address.
METADATA, TARGETS = "metadata", "targets"

# What a target's custom part is under: others may have parts of their own there.
CUSTOM = "invigil"

# What an installer can be, by the end of its name.
KINDS = (".deb", ".tar.xz", ".msi", ".pkg", ".dmg")

# A channel is a part of a path and of commands: ``stable``, ``pilot``.
CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,30}")
STABLE = "stable"

# What a builder calls a system (``installers.making.target``), as a part of a path.
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")

# An installer's own name, as a file that may be written anywhere.
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+~-]{0,199}")

# Notes are read before an exam: some paragraphs. Languages are as ``en`` or ``de-AT``.
Notes = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


class ReleaseError(ValueError):
    """It is no release, or names what no file may be called; the message says why."""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What is published on a channel for one kind of computer.

    ``build`` is the build's id, ``name`` the installer's own. ``share`` is how many of a
    hundred installations it is meant for. ``back`` says that it is to be taken in the place of
    a newer one, too: whoever published it went back on purpose. ``notes`` say what changes, by
    language; there is ``en`` always.
    """

    v: Literal[1] = RELEASE_VERSION
    build: Hash
    number: Count
    version: Text
    name: Text
    share: Annotated[int, msgspec.Meta(ge=0, le=100)]
    back: bool = False
    notes: dict[Language, Notes]

    def told(self, language: str) -> str:
        """What changes, in a language or the nearest there is."""
        return self.notes.get(language) or self.notes.get(language[:2]) or self.notes["en"]


def path_of(channel: str, build: Build, name: str) -> str:
    """Where a build's installer lies on a channel; the same for every build of its kind.

    Raises:
        ReleaseError: the channel, the system or the file's name cannot be a path's.
    """
    return path_for(channel, build.target, kind_of(name))


def path_for(channel: str, target: str, kind: str) -> str:
    """The same from its parts; ``kind`` is one of ``KINDS``.

    Raises:
        ReleaseError: one of them cannot be a path's.
    """
    if not CHANNEL.fullmatch(channel):
        raise ReleaseError(f"{channel!r} is no channel: small letters, digits and hyphens")
    if not _TARGET.fullmatch(target):
        raise ReleaseError(f"{target!r} names no system")
    return f"{channel}/{target}{kind}"


def kind_of(name: str) -> str:
    """What kind of installer a file is, by its name.

    Raises:
        ReleaseError: it is none, or could not be written everywhere under this name.
    """
    if not _FILE_NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} is no plain file name")
    for kind in KINDS:
        if name.endswith(kind):
            return kind
    raise ReleaseError(f"{name!r} is no installer; those end in {', '.join(KINDS)}")


def custom_of(release: Release) -> dict[str, Any]:
    """A target's custom part."""
    return {CUSTOM: msgspec.to_builtins(release)}


def read_release(custom: object) -> Release:
    """Read a target's custom part.

    Raises:
        ReleaseError: it says nothing of a release, or not as this program understands.
    """
    told = custom.get(CUSTOM) if isinstance(custom, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        release = msgspec.convert(told, Release)
    except msgspec.ValidationError as error:
        raise ReleaseError(f"no release that can be understood here: {error}") from error
    if "en" not in release.notes:
        raise ReleaseError("a release says in English at least what changes")
    kind_of(release.name)
    return release


def is_for(release: Release, installation: str) -> bool:
    """Whether an installation is among those that a release is meant for.

    The first eight bytes of SHA-256 (installation ‖ 0 ‖ build), read as a number, lie below
    that share of all such numbers: who is among the first differs from build to build, nobody
    is told, and a larger share holds everybody whom a smaller one held.
    """
    digest = hashlib.sha256(f"{installation}\0{release.build}".encode()).digest()
    return int.from_bytes(digest[:8]) < release.share * 2**64 // 100
