"""The candidate's receipt: one file that proves what was delivered, and says whom to ask.

Three lines in it are signed by the institution: the policy (what was agreed), the grant (that
the session is the candidate's) and the newest receipt. The rest is the recorder's own word,
for people to read. ``receipt_checks`` says whether the two agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from shared.records import Count, Hash, Id, Micros
from shared.signed import MalformedLine, Signed, parse_line
from shared.strict_json import NotStrict, check

RECEIPT_FILE_VERSION = 1
SUFFIX = ".receipt.json"
TYPE = "invigil-receipt"

# Three signed lines of at most 64 KiB, each character of which JSON may write as six.
MAX_RECEIPT_FILE_BYTES = 2 * 1024 * 1024


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who recorded, and how to reach them."""

    institution: str
    contact: str
    questions: str
    own_copy: str
    appeal: str


class ReceiptFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says. ``policy``, ``grant`` and ``receipt`` are signed lines without their
    line feed; times are microseconds since 1970 UTC, ``signed_us`` by the server's clock.
    """

    v: int = RECEIPT_FILE_VERSION
    type: Literal["invigil-receipt"]
    session: Id
    exam: str
    title: str
    candidate: str
    server: str
    saved_us: Micros
    signed_us: Micros
    records_made: Count
    records_held: Count
    pieces_made: Count
    pieces_held: Count
    complete: bool
    head: Hash
    institution_key: str
    institution_fingerprint: Hash
    ask: Asked
    policy: str
    grant: str
    receipt: str


class MalformedReceiptFile(ValueError):
    """The bytes are not a receipt's file of version 1; the message says why."""


_decoder = msgspec.json.Decoder(ReceiptFile)


def encode_receipt_file(file: ReceiptFile) -> bytes:
    """The file's bytes, laid out for people to read."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def decode_receipt_file(data: bytes) -> ReceiptFile:
    """Read a receipt's file.

    Raises:
        MalformedReceiptFile: it has not one meaning, is of another kind or version.
    """
    try:
        check(data, RECEIPT_FILE_VERSION)
        return _decoder.decode(data)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedReceiptFile(str(error)) from error


def line_in_text(line: Signed) -> str:
    """A signed line as it stands in the file."""
    return line.line().decode("utf-8").removesuffix("\n")


def read_line_in_text(text: str) -> Signed:
    """Read a signed line as it stands in a file: without its line feed.

    Raises:
        MalformedLine: it is not one.
    """
    if text.endswith("\n"):
        raise MalformedLine("a line feed at its end, where a text has none")
    return parse_line(text.encode("utf-8"))


def is_receipt_file(path: Path) -> bool:
    """Whether the file begins like a receipt's, with an object; no zip and no log does."""
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError:
        return False
