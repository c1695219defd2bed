"""Signed lines and encodings: one form only, and a signature counts in one domain only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import fixed_key

from shared.encoding import EncodingError, from_base64, to_base64
from shared.signed import (
    MAX_PAYLOAD_BYTES,
    Domain,
    MalformedLine,
    holds,
    parse_line,
    parse_lines,
    public_bytes,
    sign,
)

KEY = fixed_key(3)
PUBLIC = public_bytes(KEY)


@given(st.binary(max_size=200))
def test_base64_is_read_back(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["a", "ab==", "a b", "ab+/", "AB", "é"])
def test_only_the_canonical_base64_is_taken(text: str) -> None:
    with pytest.raises(EncodingError):
        from_base64(text)


@given(st.binary(max_size=300).filter(lambda data: b"\n" not in data))
def test_a_line_is_read_back_and_holds_in_its_domain_only(payload: bytes) -> None:
    signed = sign(KEY, Domain.RECORD, payload)

    assert parse_line(signed.line()) == signed
    assert holds(signed, Domain.RECORD, PUBLIC)
    assert not any(holds(signed, d, PUBLIC) for d in Domain if d is not Domain.RECORD)


def test_a_foreign_key_or_no_key_does_not_hold() -> None:
    signed = sign(KEY, Domain.RECEIPT, b"{}")

    assert not holds(signed, Domain.RECEIPT, public_bytes(fixed_key(4)))
    assert not holds(signed, Domain.RECEIPT, b"short")


@pytest.mark.parametrize("payload", [b"two\nlines", b"x" * (MAX_PAYLOAD_BYTES + 1)])
def test_what_is_no_line_is_not_signed(payload: bytes) -> None:
    with pytest.raises(ValueError, match="one line"):
        sign(KEY, Domain.RECORD, payload)


GOOD = sign(KEY, Domain.RECORD, b"{}").line()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nospace", "no space"),
        (b"short {}", "5 characters"),
        (GOOD[:86] + b" " + b"x" * (MAX_PAYLOAD_BYTES + 1), "longer"),
        (GOOD[:86] + b" a\nb", "line feed"),
        (b"=" * 86 + b" {}", "base64url"),
    ],
)
def test_malformed_lines_say_where(line: bytes, why: str) -> None:
    with pytest.raises(MalformedLine, match=why):
        parse_line(line)


def test_lines_are_numbered_and_all_end() -> None:
    assert len(list(parse_lines(GOOD * 3))) == 3
    with pytest.raises(MalformedLine, match="line 3: cut short"):
        list(parse_lines(GOOD * 2 + GOOD[:-1]))
    with pytest.raises(MalformedLine, match="line 2: no space"):
        list(parse_lines(GOOD + b"x\n"))
