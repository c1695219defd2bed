"""Writes what lies beside an artifact (``shared/sidecar.py`` reads it)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from installers.faults import BuildFault
from installers.making import Made, Order
from installers.tree import entry_of
from shared.build import Artifact, Carried, encode_head
from shared.sidecar import SUFFIX
from shared.signed import Domain, sign


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


def _carried(path: Path) -> Carried:
    try:
        entry = entry_of(path)
    except OSError as error:
        raise BuildFault(
            f"{path} cannot be read: {error.strerror}.", "Build it anew."
        ) from error
    return Carried(name=path.name, size=entry.size, sha256=entry.sha256)
