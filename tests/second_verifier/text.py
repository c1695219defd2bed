"""Hashes, base64 and JSON exactly as the specification writes them."""

import base64
import binascii
import hashlib
import json
import math
import re
from typing import Any

ZERO = "0" * 64
LARGEST = 2**53 - 1
DEEPEST = 64
_HASH = re.compile(r"[0-9a-f]{64}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
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
    """One JSON object that has one meaning, and is of version 1."""
    try:
        text = data.decode("utf-8")
        if _depth(text) > DEEPEST:
            raise Malformed("nested too deep")
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_whole,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # finds lone surrogates
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from error
    if not isinstance(value, dict) or type(value.get("v")) is not int or value["v"] != 1:
        raise Malformed("not an object of version 1")
    return value


def _depth(text: str) -> int:
    """How many containers lie within each other at most."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _whole(digits: str) -> int:
    _finite(digits)
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Malformed("a number beyond a double")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member is repeated")
    return members


def _refuse(constant: str) -> Any:
    raise Malformed(f"{constant} is not JSON")
