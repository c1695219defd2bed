"""The voice encoder without what training left in its file: two thirds of it."""

from __future__ import annotations

from pathlib import Path

from installers.faults import BuildFault
from recorder.detect.voice.voice_weights import NotWeights, only_part
from shared.encoding import sha256_hex

_WEIGHTS = "resemblyzer/pretrained.pt"
_MANIFEST = "models/manifest.toml"


def reduce_weights(packages: Path) -> int:
    """Leave the network's own numbers, and say so in the tree's list of models: by the hash of
    what is there now. How many bytes that saves.

    Raises:
        BuildFault: it is not the file that the list names.
    """
    path, manifest = packages / _WEIGHTS, packages / _MANIFEST
    before, listed = path.read_bytes(), manifest.read_text("utf-8")
    whole = sha256_hex(before)
    try:
        after = only_part(path)
    except NotWeights as error:
        raise _other(str(error)) from error
    if listed.count(whole) != 1:
        raise _other(f"its hash is {whole}")
    path.write_bytes(after)
    manifest.write_text(listed.replace(whole, sha256_hex(after)), "utf-8")
    return len(before) - len(after)


def _other(why: str) -> BuildFault:
    return BuildFault(
        f"{_WEIGHTS} is not the voice encoder that models/manifest.toml names: {why}.",
        "Resolve the lock file anew, or list the new one.",
    )
