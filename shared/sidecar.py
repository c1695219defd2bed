"""What lies beside an artifact: its signed line, the build's head and the list, in one file."""

from __future__ import annotations

from typing import NamedTuple

from shared.build import (
    Artifact,
    Build,
    BuildError,
    FileEntry,
    check_list,
    decode_artifact,
    decode_build,
)
from shared.signed import MalformedLine, parse_sole_line

SUFFIX = ".manifest"


class Sidecar(NamedTuple):
    """A manifest's three parts. Whose signature it is, is the reader's to ask."""

    artifact: Artifact
    build: Build
    listed: dict[str, FileEntry]


def read_sidecar(data: bytes) -> Sidecar:
    """Read a manifest: three parts that belong together, each with a signature that holds.

    Raises:
        BuildError: it is none, or its parts do not belong together.
    """
    first, _, rest = data.partition(b"\n")
    second, _, listed = rest.partition(b"\n")
    try:
        artifact = decode_artifact(parse_sole_line(first + b"\n"))
        signed = parse_sole_line(second + b"\n")
    except MalformedLine as error:
        raise BuildError(f"not a manifest: {error}") from error
    build = decode_build(signed)
    if signed.hash != artifact.build:
        raise BuildError("the artifact was signed for another build than the one beside it")
    if build.signer != artifact.signer:
        raise BuildError("the artifact and its build have different signers")
    return Sidecar(artifact, build, check_list(build, listed))
