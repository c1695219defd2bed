"""Signed lines: the one way in which anything signed travels and is kept.

A signed line is ``signature SP payload LF``: the Ed25519 signature (RFC 8032) in unpadded
base64url, one space, the payload's bytes exactly as they were signed (JSON without a line
feed), one line feed. The signature covers the domain's prefix and the payload, so that a
receipt can never be passed off as a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from shared.encoding import EncodingError, from_base64, sha256_hex, to_base64

# An Ed25519 signature's 64 bytes in base64.
SIGNATURE_CHARS = 86
PUBLIC_KEY_BYTES = 32

# A record is a few hundred bytes; this leaves room for long details and stops abuse.
MAX_PAYLOAD_BYTES = 65_536
MEDIA_TYPE = "application/vnd.invigil.signed"


class Domain(Enum):
    """What a signature is for; the prefix is part of what is signed."""

    RECORD = b"invigil/record/1\0"
    RECEIPT = b"invigil/receipt/1\0"
    POLICY = b"invigil/policy/1\0"
    GRANT = b"invigil/grant/1\0"
    HANDOVER = b"invigil/handover/1\0"
    BUNDLE = b"invigil/bundle/1\0"
    CERTIFICATE = b"invigil/certificate/1\0"
    LOG = b"invigil/log/1\0"
    LOG_EXPORT = b"invigil/log-export/1\0"
    EXAM = b"invigil/exam/1\0"
    BUILD = b"invigil/build/1\0"
    ARTIFACT = b"invigil/artifact/1\0"


class MalformedLine(ValueError):
    """The bytes are not a signed line; the message says where they stop being one."""


class Signed(NamedTuple):
    """A payload exactly as signed, and its signature (64 bytes). Not yet verified."""

    payload: bytes
    signature: bytes

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the payload: what ``prev`` and ``anchor`` refer to."""
        return sha256_hex(self.payload)

    def line(self) -> bytes:
        """The signed line, with its line feed."""
        return b"%s %s\n" % (to_base64(self.signature).encode("ascii"), self.payload)


def sign(key: Ed25519PrivateKey, domain: Domain, payload: bytes) -> Signed:
    """Sign ``payload`` in ``domain``.

    Raises:
        ValueError: the payload is too long or holds a line feed (a bug of the caller).
    """
    if len(payload) > MAX_PAYLOAD_BYTES or b"\n" in payload:
        raise ValueError("a signed payload is one line of at most 64 KiB")
    return Signed(payload, key.sign(domain.value + payload))


def holds(signed: Signed, domain: Domain, public_key: bytes) -> bool:
    """Whether the signature is ``public_key``'s (32 raw bytes) over this payload."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signed.signature, domain.value + signed.payload)
    except (InvalidSignature, ValueError):
        return False
    return True


def parse_line(line: bytes) -> Signed:
    """Read one signed line, with or without its line feed.

    Raises:
        MalformedLine: it is not one.
    """
    line = line.removesuffix(b"\n")
    head, space, payload = line.partition(b" ")
    if not space:
        raise MalformedLine("no space between signature and payload")
    if len(head) != SIGNATURE_CHARS:
        raise MalformedLine(f"the signature is {len(head)} characters, not {SIGNATURE_CHARS}")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MalformedLine(f"the payload is longer than {MAX_PAYLOAD_BYTES} bytes")
    if b"\n" in payload:
        raise MalformedLine("a line feed within the payload")
    try:
        return Signed(payload, from_base64(head))
    except EncodingError as error:
        raise MalformedLine(f"the signature is {error}") from error


def parse_sole_line(data: bytes) -> Signed:
    """Read a file of one signed line, line feed included.

    Raises:
        MalformedLine: it is not one.
    """
    if not data.endswith(b"\n"):
        raise MalformedLine("cut short")
    return parse_line(data)


def parse_lines(data: bytes) -> Iterator[Signed]:
    """Read signed lines one after the other; every line ends in a line feed.

    Raises:
        MalformedLine: a line is not one, named by its number from 1.
    """
    start, number = 0, 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        if end < 0:
            raise MalformedLine(f"line {number}: cut short")
        try:
            yield parse_line(data[start:end])
        except MalformedLine as error:
            raise MalformedLine(f"line {number}: {error}") from error
        start = end + 1


def read_key(text: str) -> bytes:
    """The raw bytes of a public key written as base64.

    Raises:
        EncodingError: it is not written so, or is not as long as a key.
    """
    key = from_base64(text)
    if len(key) != PUBLIC_KEY_BYTES:
        raise EncodingError(f"{len(key)} bytes, where a key has {PUBLIC_KEY_BYTES}")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw 32 bytes of a private key's public half."""
    return key.public_key().public_bytes_raw()


def fingerprint(public_key: bytes) -> str:
    """How a key is named: SHA-256 (hex) of its raw public bytes."""
    return sha256_hex(public_key)
