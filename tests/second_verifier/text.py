"""Hashes, base64 and JSON exactly as the specification writes them."""

import base64
import binascii
import hashlib
import json
import re
from typing import Any

ZERO = "0" * 64
LARGEST = 2**53 - 1
_HASH = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{32}")


class Malformed(ValueError):
    """Text or bytes that are not what the specification says."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def from_base64(text: object, size: int) -> bytes:
    """Decode canonical base64url without padding that stands for `size` bytes."""
    if not isinstance(text, str):
        raise Malformed("base64 is text")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("not base64") from error
    canonical = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    if canonical != text or len(data) != size:
        raise Malformed("not canonical base64 of the right size")
    return data


def parse(data: bytes) -> Any:
    """One JSON value: UTF-8, no repeated member, nothing that JSON does not have."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # finds lone surrogates
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member is repeated")
    return members


def _refuse(constant: str) -> Any:
    raise Malformed(f"{constant} is not JSON")
