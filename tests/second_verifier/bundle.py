"""Reads the zip, and check 0."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
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
# Only where something was destroyed.
CERTIFICATES = "certificates.signed"
_BLOB = re.compile(r"blobs/[0-9a-f]{64}")


MOST_ENTRIES = 1_000_000
LARGEST_FILE = 256 * 1024 * 1024
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


class NothingToCheck(Exception):
    """The file is no bundle that could be judged."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The names in the zip, each as often as it is there, and what could be read."""

    names: list[str]
    files: dict[str, bytes]

    def content(self, name: str) -> bytes:
        """A file's bytes; none where it is missing or damaged."""
        return self.files.get(name, b"")

    @property
    def blobs(self) -> set[str]:
        return {name[len("blobs/") :] for name in self.names if _BLOB.fullmatch(name)}


def read(data: bytes) -> Bundle:
    """Read a zip, entry by entry.

    Raises:
        NothingToCheck: it is no zip, or one of too many entries.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # The name as written, not as zipfile would have it on this system.
            entries = {entry.orig_filename: entry for entry in archive.infolist()}
            names = [entry.orig_filename for entry in archive.infolist()]
            contents = {name: _content(archive, entry) for name, entry in entries.items()}
    except _DAMAGE as error:
        raise NothingToCheck(str(error)) from error
    if len(names) > MOST_ENTRIES:
        raise NothingToCheck("it names too many files")
    return Bundle(names, {name: data for name, data in contents.items() if data is not None})


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    allowed = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not allowed or entry.file_size > LARGEST_FILE:
        return None
    try:
        data = archive.read(entry)
    except _DAMAGE:
        return None
    return data if len(data) == entry.file_size else None


def manifest(bundle: Bundle) -> dict[str, Any]:
    """The manifest, not yet believed.

    Raises:
        NothingToCheck: there is none.
    """
    try:
        line = one_line(bundle.content("manifest.signed"))
        return records.loose(parse(line.payload), records.MANIFEST)
    except Malformed as error:
        raise NothingToCheck(f"no manifest: {error}") from error


def container(
    bundle: Bundle, manifest: dict[str, Any], fingerprint: str | None
) -> Iterator[str]:
    """Check 0: say all that is wrong."""
    key = from_base64(manifest["institution_key"], 32)
    if fingerprint is not None and sha256(key) != fingerprint:
        yield "the key is not the institution's"
    if not one_line(bundle.files["manifest.signed"]).signed_by(key, "bundle"):
        yield "the manifest is not signed by the institution"
    if len(set(bundle.names)) != len(bundle.names):
        yield "a name is there twice"
    for name in bundle.names:
        if name not in FILES | {CERTIFICATES} and not _BLOB.fullmatch(name):
            yield f"{name!r} does not belong into a bundle"
    due = FILES - {"manifest.signed"} | ({CERTIFICATES} & {*bundle.names, *manifest["files"]})
    if manifest["files"].keys() != due:
        yield "the manifest does not name the bundle's files"
    for name in due:
        content = bundle.files.get(name)
        if content is None:
            yield f"{name} is missing or damaged"
            continue
        entry = manifest["files"].get(name, {})
        if (sha256(content), len(content)) != (entry.get("sha256"), entry.get("size")):
            yield f"{name} is not what the manifest names"
