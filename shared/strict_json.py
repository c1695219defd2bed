"""JSON that has one meaning, whichever reader reads it.

Readers differ over repeated members, lone surrogates, bytes that are not UTF-8 inside what
they skip, numbers that no double holds, and how deep they follow. Whatever is signed is
looked at here before it is decoded, so that no two verifiers see different things in it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, cast

# Containers within containers: details nest three or four deep. Every reader can follow
# this far, and none has to follow an attacker further.
MAX_DEPTH = 64

# A whole number of so few digits is within a double's range (1.8e308), whatever they are.
SURELY_FINITE = 300

_TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class NotStrict(ValueError):
    """Not an object with one meaning, or one of another version; the message says why."""


def check(data: bytes, version: int) -> None:
    """Make sure that ``data`` is one JSON object with one meaning and its ``v`` is known.

    Raises:
        NotStrict: it is not; the message says why.
    """
    value = _read(data)
    if not isinstance(value, dict):
        raise NotStrict("not an object")
    members = cast("dict[str, Any]", value)
    if "v" not in members:
        raise NotStrict("names no version")
    found: object = members["v"]
    if type(found) is not int or found != version:
        raise NotStrict(f"version {str(found)[:20]} is not {version}")


def _read(data: bytes) -> object:
    try:
        value = _decoder.decode(data.decode("utf-8"))
        # Pairs of surrogates are text, lone ones are not; few records have either.
        if _SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except NotStrict:
        raise
    except RecursionError as error:
        raise NotStrict(_TOO_DEEP) from error
    except UnicodeError as error:
        raise NotStrict("not UTF-8, or half a surrogate pair") from error
    except ValueError as error:
        raise NotStrict(f"not JSON: {error}") from error
    # As many brackets as levels at least, so that hardly any record has to be walked.
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
        _check_depth(value)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrict("a member is repeated")
    return members


def _whole(digits: str) -> int:
    if len(digits) > SURELY_FINITE:
        _finite(digits)
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise NotStrict("a number that no double holds")
    return value


def _refuse(constant: str) -> Any:
    raise NotStrict(f"{constant} is not JSON")


# Made once: a verifier reads thousands of records.
_decoder = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=_whole,
    parse_float=_finite,
    parse_constant=_refuse,
)


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in _children(one)]
    if any(isinstance(one, dict | list) for one in level):
        raise NotStrict(_TOO_DEEP)


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
