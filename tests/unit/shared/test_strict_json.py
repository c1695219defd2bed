"""Strict JSON: what has two readings is refused, and said why; the rest is left alone."""

from __future__ import annotations

import json

import pytest

from shared.strict_json import MAX_DEPTH, NotStrict, check


def refused(data: bytes, version: int = 1) -> str:
    """Why ``data`` is refused."""
    with pytest.raises(NotStrict) as raised:
        check(data, version)
    return str(raised.value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"v":1}',
        b' {"v" : 1, "a": [1, 2.5, -3e2, true, false, null, "x"]} ',
        b'{"v":1,"a":{"b":1},"b":{"a":1}}',
        '{"v":1,"ü":"\U0001d11e"}'.encode(),
        rb'{"v":1,"a":"\ud834\udd1e"}',
        rb'{"v":1,"a":"\\ud834"}',
        b'{"v":1,"a":' + b"9" * 308 + b"}",
        b'{"v":1,"a":' + b"1" + b"0" * 308 + b"}",
        b'{"v":1,"a":-1.7976931348623157e308}',
        b'{"v":1,"a":1e-400}',
    ],
)
def test_what_has_one_meaning_is_taken(data: bytes) -> None:
    check(data, 1)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[]", "not an object"),
        (b'"v"', "not an object"),
        (b"1", "not an object"),
        (b"{}", "names no version"),
        (b'{"v":2}', "version 2 is not 1"),
        (b'{"v":1.0}', "version 1.0 is not 1"),
        (b'{"v":true}', "version True is not 1"),
        (b'{"v":null}', "version None is not 1"),
        (b'{"v":"' + b"x" * 90 + b'"}', f"version {'x' * 20} is not 1"),
        (b'{"v":1,"v":1}', "a member is repeated"),
        (b'{"v":1,"a":[{"b":1,"b":2}]}', "a member is repeated"),
        (b'{"v":1,"a":NaN}', "NaN is not JSON"),
        (b'{"v":1,"a":Infinity}', "Infinity is not JSON"),
        (b'{"v":1,"a":-Infinity}', "-Infinity is not JSON"),
        (b'{"v":1,"a":1e400}', "a number that no double holds"),
        (b'{"v":1,"a":-1e400}', "a number that no double holds"),
        (b'{"v":1,"a":' + b"9" * 309 + b"}", "a number that no double holds"),
        (b'{"v":1,"a":-' + b"9" * 5000 + b"}", "a number that no double holds"),
        (b'{"v":1,"a":"\xff"}', "not UTF-8, or half a surrogate pair"),
        (b'{"v":1,"a":"\xed\xa0\x80"}', "not UTF-8, or half a surrogate pair"),
        (rb'{"v":1,"a":"\ud834"}', "not UTF-8, or half a surrogate pair"),
        (rb'{"v":1,"a":"\uDD1E"}', "not UTF-8, or half a surrogate pair"),
        (rb'{"v":1,"\uD834":1}', "not UTF-8, or half a surrogate pair"),
        (rb'{"v":1,"a":"\uD834x\uDD1E"}', "not UTF-8, or half a surrogate pair"),
    ],
)
def test_what_has_none_or_two_is_refused(data: bytes, why: str) -> None:
    assert refused(data) == why


@pytest.mark.parametrize("data", [b"", b"{", b'{"v":1}}', b"{'v':1}", b'\xef\xbb\xbf{"v":1}'])
def test_what_is_no_json_says_where_it_stops(data: bytes) -> None:
    assert refused(data).startswith("not JSON: ")


def test_the_version_asked_for_counts() -> None:
    check(b'{"v":7}', 7)
    assert refused(b'{"v":1}', 7) == "version 1 is not 7"


def nested(levels: int, inner: str = "1") -> bytes:
    """An object with lists in its member ``a``, in all ``levels`` containers deep."""
    lists = levels - 1
    return f'{{"v":1,"a":{"[" * lists}{inner}{"]" * lists}}}'.encode()


@pytest.mark.parametrize("inner", ["1", "1,2", "{}", '{"b":1}'])
def test_containers_nest_so_deep_and_no_deeper(inner: str) -> None:
    deepest = MAX_DEPTH - inner.count("{")

    check(nested(deepest, inner), 1)
    assert refused(nested(deepest + 1, inner)) == "nested more than 64 deep"


def test_objects_nest_like_lists() -> None:
    inner: object = 1
    for _ in range(MAX_DEPTH - 1):
        inner = {"a": inner}

    check(json.dumps({"v": 1, "a": inner}).encode(), 1)
    assert refused(json.dumps({"v": 1, "a": [inner]}).encode()) == "nested more than 64 deep"


@pytest.mark.parametrize("levels", [10_000, 1_000_000])
def test_an_attacker_s_depth_ends_in_words(levels: int) -> None:
    assert refused(nested(levels)) == "nested more than 64 deep"
    assert refused(b"[" * levels).startswith("nested more than 64 deep")


def test_many_containers_side_by_side_are_not_deep() -> None:
    wide = ",".join(["[{}]"] * 200)

    check(f'{{"v":1,"a":[{wide}]}}'.encode(), 1)


def test_brackets_in_text_are_no_containers() -> None:
    check(json.dumps({"v": 1, "a": "[{" * 100}).encode(), 1)
