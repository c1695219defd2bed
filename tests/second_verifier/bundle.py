"""Reads the zip, and check 0."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from second_verifier import records
from second_verifier.lines import one_line
from second_verifier.text import Malformed, from_base64, parse, sha256

FILES = frozenset(
    {
        "manifest.signed",
        "policy.signed",
        "grant.signed",
        "records.signed",
        "receipts.signed",
        "forks.signed",
        "decisions.json",
        "report.json",
    }
)
_BLOB = re.compile(r"blobs/[0-9a-f]{64}")


class NothingToCheck(Exception):
    """The file is no bundle that could be judged."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The names in the zip, each as often as it is there, and their contents."""

    names: list[str]
    files: dict[str, bytes]


def read(data: bytes) -> Bundle:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [entry.filename for entry in archive.infolist()]
            files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise NothingToCheck(str(error)) from error
    return Bundle(names, files)


def manifest(bundle: Bundle) -> dict[str, Any]:
    """The manifest, not yet believed; without one nothing can be judged."""
    try:
        line = one_line(bundle.files["manifest.signed"])
        return records.loose(parse(line.payload), records.MANIFEST)
    except (KeyError, Malformed) as error:
        raise NothingToCheck(f"no manifest: {error}") from error


def container(bundle: Bundle, manifest: dict[str, Any], fingerprint: str | None) -> str:
    """Check 0: say what is wrong, or nothing."""
    if len(set(bundle.names)) != len(bundle.names):
        return "a name is there twice"
    strange = {n for n in bundle.names if n not in FILES and not _BLOB.fullmatch(n)}
    if strange:
        return f"{min(strange)!r} does not belong into a bundle"
    if absent := FILES - set(bundle.names):
        return f"{min(absent)} is missing"
    key = from_base64(manifest["institution_key"], 32)
    if fingerprint is not None and sha256(key) != fingerprint:
        return "the key is not the institution's"
    if not one_line(bundle.files["manifest.signed"]).signed_by(key, "bundle"):
        return "the manifest is not signed by the institution"
    if manifest["files"].keys() != FILES - {"manifest.signed"}:
        return "the manifest does not name every file"
    for name, entry in manifest["files"].items():
        content = bundle.files[name]
        if (sha256(content), len(content)) != (entry["sha256"], entry["size"]):
            return f"{name} is not what the manifest names"
    return ""
