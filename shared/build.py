"""What was built: the signed list of an installed program's files, and of what carries it.

A *build* is one installed tree: its head (a signed line) names the hash of its list of files,
and the hash of the head's payload is the build's id. An *artifact* is a file that carries a
build to those who install it (a package, an archive); its own signed line names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, TypeVar

import msgspec

from shared.encoding import EncodingError, sha256_hex
from shared.records import Count, Hash
from shared.signed import Domain, Signed, fingerprint, holds, read_key
from shared.strict_json import NotStrict, check

BUILD_VERSION = 1

# Beside the program's files in the root of the installed tree, and not in the list themselves.
HEAD_FILE = "build.signed"
LIST_FILE = "build.files"

# The root of the repository of updates that an installed program trusts first, if it has one.
UPDATES_ROOT = "share/updates-root.json"

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

_LINE = re.compile(rb"([0-9a-f]{64}) (0|[1-9][0-9]{0,15}) ([^\x00-\x1f\x7f]+)")


class BuildError(ValueError):
    """It is not a build's head, an artifact's line or a list of files; the message says why."""


class FilesVerdict(StrEnum):
    """What comparing an installed tree with its list came to, as ``open`` says it."""

    SOURCE = "runs from its source"
    CHECKING = "still being compared"
    INTACT = "as it was built"
    CHANGED = "changed since it was built"
    UNLISTED = "installed without its signed list of files"


class FileEntry(NamedTuple):
    """One file: its hash (SHA-256, hex), its size in bytes; both without what its system's
    signature adds (`shared/code_signatures.py`).
    """

    sha256: str
    size: int


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a build.

    ``number`` rises with every build of the same ``bundle``; ``made`` is seconds since 1970
    of the source, not of the build; ``target`` names system, processor and Python; ``lock``
    is the hash of the lock file that its packages came from; ``policy_keys`` are fingerprints
    of the keys that this program trusts policies under; ``signer`` is the public key that
    signs (base64); ``files`` the hash of the list, ``count`` and ``size`` what it adds up to;
    ``links`` the symbolic links in the tree with their targets, which the list has not.
    """

    v: Literal[1] = BUILD_VERSION
    product: Literal["invigil"]
    name: Text
    bundle: Text
    version: Text
    number: Count
    made: Count
    target: Text
    browser: bool
    lock: Hash
    policy_keys: tuple[Hash, ...]
    signer: str
    files: Hash
    count: Count
    size: Count
    links: dict[str, str]


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with an artifact, or the artifact itself."""

    name: Text
    size: Count
    sha256: Hash


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """What carries a build: ``build`` is its id, ``file`` the artifact, ``beside`` what goes
    with it (bill of materials, notices); ``signer`` as in the build.
    """

    v: Literal[1] = BUILD_VERSION
    product: Literal["invigil"]
    build: Hash
    signer: str
    file: Carried
    beside: tuple[Carried, ...]


class Difference(NamedTuple):
    """A tree beside its list: paths, sorted."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.changed or self.missing or self.added)


_Head = TypeVar("_Head", Build, Artifact)


def encode_files(files: Mapping[str, FileEntry]) -> bytes:
    """The list: ``sha256 SP size SP path LF``, sorted by the path's bytes.

    Raises:
        BuildError: a path cannot be listed.
    """
    lines: list[bytes] = []
    for path in sorted(files):  # UTF-8 sorts as its code points do
        entry = files[path]
        line = f"{entry.sha256} {entry.size} {path}".encode()
        if not _LINE.fullmatch(line) or not _is_relative(path):
            raise BuildError(f"{path!r} cannot be listed")
        lines.append(line + b"\n")
    return b"".join(lines)


def decode_files(data: bytes) -> dict[str, FileEntry]:
    """Read a list.

    Raises:
        BuildError: it is not one, is not in order, or names what is not below the tree.
    """
    files: dict[str, FileEntry] = {}
    for number, line in enumerate(data.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BuildError(f"line {number} of the list of files is none")
        try:
            path = match[3].decode()
        except UnicodeDecodeError as error:
            raise BuildError(f"line {number} of the list of files is not UTF-8") from error
        if not _is_relative(path):
            raise BuildError(f"line {number} of the list names {path!r}, which is not below it")
        files[path] = FileEntry(match[1].decode(), int(match[2]))
    if encode_files(files) != data:
        raise BuildError("the list of files is not in order, or names a file twice")
    return files


def _is_relative(path: str) -> bool:
    """Whether a path stays below the tree on every system."""
    return not any(part in ("", ".", "..") for part in path.split("/")) and not (
        set(path) & {"\\", ":"}
    )


def encode_head(head: Build | Artifact) -> bytes:
    """The payload to be signed."""
    return msgspec.json.encode(head)


def decode_build(signed: Signed) -> Build:
    """Read a build's head and check that it is its signer's.

    Who that signer is, and whether anybody trusts it, is the caller's to ask.

    Raises:
        BuildError: it is not a head, or its signature is not that of the key it names.
    """
    return _decoded(signed, Domain.BUILD, Build)


def decode_artifact(signed: Signed) -> Artifact:
    """Read an artifact's line and check that it is its signer's.

    Raises:
        BuildError: as for a build.
    """
    return _decoded(signed, Domain.ARTIFACT, Artifact)


def signer_of(head: Build | Artifact) -> str:
    """Fingerprint of the key that signed."""
    return fingerprint(read_key(head.signer))


def difference(listed: Mapping[str, FileEntry], found: Mapping[str, FileEntry]) -> Difference:
    """What a tree has otherwise than its list."""
    return Difference(
        changed=tuple(sorted(p for p in listed if p in found and found[p] != listed[p])),
        missing=tuple(sorted(p for p in listed if p not in found)),
        added=tuple(sorted(p for p in found if p not in listed)),
    )


def check_list(build: Build, data: bytes) -> dict[str, FileEntry]:
    """Read the list that belongs to a head.

    Raises:
        BuildError: it is another one.
    """
    if sha256_hex(data) != build.files:
        raise BuildError("the list of files is not the one that was signed")
    return decode_files(data)


def _decoded(signed: Signed, domain: Domain, kind: type[_Head]) -> _Head:
    try:
        check(signed.payload, BUILD_VERSION)
        head = msgspec.json.decode(signed.payload, type=kind)
        key = read_key(head.signer)
    except (NotStrict, msgspec.DecodeError, EncodingError) as error:
        raise BuildError(f"not the head of a build: {error}") from error
    if not holds(signed, domain, key):
        raise BuildError("the signature is not that of the key which the head names")
    return head


def total(files: Iterable[FileEntry]) -> int:
    """How many bytes these files have."""
    return sum(entry.size for entry in files)
