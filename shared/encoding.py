"""How bytes are written as text: lower-case hex for hashes, unpadded URL-safe base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

HASH_HEX = re.compile(r"[0-9a-f]{64}")
ID_HEX = re.compile(r"[0-9a-f]{32}")
ZERO_HASH = "0" * 64

_BASE64 = re.compile(rb"[A-Za-z0-9_-]*")


class EncodingError(ValueError):
    """The text is not the canonical encoding of any bytes."""


def sha256_hex(data: bytes) -> str:
    """SHA-256 of ``data`` as 64 lower-case hex digits (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


def to_base64(data: bytes) -> str:
    """Base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str | bytes) -> bytes:
    """Read base64url without padding; one encoding only is taken for any bytes.

    Raises:
        EncodingError: other characters, padding, or stray bits in the last character.
    """
    raw = text.encode("ascii", "replace") if isinstance(text, str) else text
    if not _BASE64.fullmatch(raw):
        raise EncodingError("not base64url without padding")
    try:
        data = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError) as error:
        raise EncodingError(f"not base64url: {error}") from error
    if to_base64(data).encode("ascii") != raw:
        raise EncodingError("not the canonical base64url of its bytes")
    return data
