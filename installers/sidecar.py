"""What lies beside an artifact: its signed line, the build's head and the list, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from installers.faults import BuildFault
from installers.making import Made, Order
from installers.tree import entry_of
from shared.build import (
    Artifact,
    Build,
    BuildError,
    Carried,
    FileEntry,
    check_list,
    decode_artifact,
    decode_build,
    encode_head,
)
from shared.signed import Domain, MalformedLine, parse_sole_line, sign

SUFFIX = ".manifest"


def write_sidecar(order: Order, made: Made, artifact: Path, beside: Sequence[Path]) -> Path:
    """Sign an artifact and what goes with it; write the manifest beside it."""
    head = Artifact(
        product="invigil",
        build=made.id,
        signer=made.head.signer,
        file=_carried(artifact),
        beside=tuple(_carried(one) for one in beside),
    )
    line = sign(order.key, Domain.ARTIFACT, encode_head(head)).line()
    path = artifact.with_name(artifact.name + SUFFIX)
    path.write_bytes(line + made.signed.line() + made.files)
    return path


def read_sidecar(data: bytes) -> tuple[Artifact, Build, dict[str, FileEntry]]:
    """Read a manifest: three parts that belong together, each with a signature that holds.

    Whose signature it is, is the caller's to ask.

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
    return artifact, build, check_list(build, listed)


def _carried(path: Path) -> Carried:
    try:
        entry = entry_of(path)
    except OSError as error:
        raise BuildFault(
            f"{path} cannot be read: {error.strerror}.", "Build it anew."
        ) from error
    return Carried(name=path.name, size=entry.size, sha256=entry.sha256)
