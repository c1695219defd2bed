"""Receipts and grants: read as written, member by member, and refused otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.receipts import (
    MAX_MISSING,
    Grant,
    MalformedReceipt,
    Receipt,
    decode_grant,
    decode_receipt,
    encode_receipt,
)

SESSION, HASH, OTHER = "5e" * 16, "ab" * 32, "cd" * 32
TOP = 2**53 - 1
RECEIPT = {
    "v": 1,
    "session": SESSION,
    "size": 3,
    "head": HASH,
    "time": 4,
    "prev": OTHER,
    "durable": [HASH, OTHER],
    "missing": [OTHER],
}
GRANT = {
    "v": 1,
    "session": SESSION,
    "exam": "e1",
    "candidate": "c1",
    "policy": HASH,
    "public_key": "k",
    "issued": 4,
}
BOTH = [
    pytest.param(decode_receipt, RECEIPT, "receipt", id="receipt"),
    pytest.param(decode_grant, GRANT, "grant", id="grant"),
]
Decode = Callable[[bytes], Receipt | Grant]


def why_not(decode: Decode, said: Any) -> str:
    with pytest.raises(MalformedReceipt) as refused:
        decode(json.dumps(said).encode())
    return str(refused.value)


def test_a_receipt_is_read_as_written() -> None:
    receipt = Receipt(
        session=SESSION,
        size=3,
        head=HASH,
        time=4,
        prev=OTHER,
        durable=(HASH, OTHER),
        missing=(OTHER,),
    )

    assert decode_receipt(json.dumps(RECEIPT).encode()) == receipt
    assert json.loads(encode_receipt(receipt)) == RECEIPT


def test_a_grant_is_read_as_written() -> None:
    grant = Grant(
        session=SESSION, exam="e1", candidate="c1", policy=HASH, public_key="k", issued=4
    )

    assert decode_grant(json.dumps(GRANT).encode()) == grant
    assert json.loads(encode_receipt(grant)) == GRANT


@pytest.mark.parametrize(("decode", "said", "what"), BOTH)
def test_every_member_is_required_and_no_other_known(
    decode: Decode, said: dict[str, Any], what: str
) -> None:
    for member in said:
        rest = {name: value for name, value in said.items() if name != member}
        assert why_not(decode, rest).startswith(f"not a {what}: ")
        assert why_not(decode, {**said, member: None}).startswith(f"not a {what}: ")
    assert "unknown field `more`" in why_not(decode, {**said, "more": 1})


@pytest.mark.parametrize(("decode", "said", "what"), BOTH)
def test_what_is_another_thing_says_so(decode: Decode, said: dict[str, Any], what: str) -> None:
    assert why_not(decode, []) == f"not a {what}: not an object"
    assert why_not(decode, {**said, "v": 2}) == f"not a {what}: version 2 is not 1"


@pytest.mark.parametrize(
    ("decode", "said", "member"),
    [
        (decode_receipt, RECEIPT, "size"),
        (decode_receipt, RECEIPT, "time"),
        (decode_grant, GRANT, "issued"),
    ],
)
def test_numbers_are_whole_and_exact_in_a_double(
    decode: Decode, said: dict[str, Any], member: str
) -> None:
    for good in (0, TOP):
        decode(json.dumps({**said, member: good}).encode())
    for wrong in (-1, TOP + 1, 0.5, "0"):
        why_not(decode, {**said, member: wrong})


@pytest.mark.parametrize(
    ("decode", "said", "member"),
    [
        (decode_receipt, RECEIPT, "head"),
        (decode_receipt, RECEIPT, "prev"),
        (decode_grant, GRANT, "policy"),
    ],
)
def test_hashes_are_64_lower_case_digits(
    decode: Decode, said: dict[str, Any], member: str
) -> None:
    for wrong in (SESSION, "AB" * 32, HASH + "\n"):
        why_not(decode, {**said, member: wrong})


@pytest.mark.parametrize("member", ["durable", "missing"])
def test_lists_are_of_hashes(member: str) -> None:
    assert decode_receipt(json.dumps({**RECEIPT, member: []}).encode())
    for wrong in ([SESSION], HASH, [HASH, 1]):
        why_not(decode_receipt, {**RECEIPT, member: wrong})


def test_a_receipt_lists_so_many_missing_pieces() -> None:
    """As the specification says; the server keeps to it."""
    assert MAX_MISSING == 64
