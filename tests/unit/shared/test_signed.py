"""Signed lines and encodings: one form only, and a signature counts in one domain only."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import fixed_key

from shared.encoding import EncodingError, from_base64, to_base64
from shared.signed import (
    MEDIA_TYPE,
    PUBLIC_KEY_BYTES,
    Domain,
    MalformedLine,
    fingerprint,
    holds,
    parse_line,
    parse_lines,
    parse_sole_line,
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


def test_a_signature_covers_the_prefix_of_its_domain() -> None:
    """The table of the specification, which other languages read too."""
    prefixes = {
        Domain.RECORD: b"invigil/record/1",
        Domain.HANDOVER: b"invigil/handover/1",
        Domain.POLICY: b"invigil/policy/1",
        Domain.GRANT: b"invigil/grant/1",
        Domain.RECEIPT: b"invigil/receipt/1",
        Domain.BUNDLE: b"invigil/bundle/1",
        Domain.CERTIFICATE: b"invigil/certificate/1",
        Domain.LOG: b"invigil/log/1",
        Domain.LOG_EXPORT: b"invigil/log-export/1",
        Domain.EXAM: b"invigil/exam/1",
        Domain.BUILD: b"invigil/build/1",
        Domain.ARTIFACT: b"invigil/artifact/1",
    }

    assert set(prefixes) == set(Domain)
    for domain, prefix in prefixes.items():
        assert sign(KEY, domain, b"{}").signature == KEY.sign(prefix + b"\0{}")


def test_a_line_is_laid_out_as_the_specification_says() -> None:
    signed = sign(KEY, Domain.RECORD, b'{"v":1}')

    assert signed.payload == b'{"v":1}'
    assert signed.line() == to_base64(signed.signature).encode() + b' {"v":1}\n'
    assert signed.hash == hashlib.sha256(b'{"v":1}').hexdigest()
    assert MEDIA_TYPE == "application/vnd.invigil.signed"


def test_a_key_is_named_by_the_hash_of_its_raw_bytes() -> None:
    assert len(PUBLIC) == PUBLIC_KEY_BYTES == 32
    assert fingerprint(PUBLIC) == hashlib.sha256(PUBLIC).hexdigest()


@pytest.mark.parametrize("payload", [b"two\nlines", b"\n", b"x" * 65_537])
def test_what_is_no_line_is_not_signed(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"^a signed payload is one line of at most 64 KiB$"):
        sign(KEY, Domain.RECORD, payload)


def test_a_payload_has_at_most_64_kib() -> None:
    signed = sign(KEY, Domain.RECORD, b"x" * 65_536)

    assert parse_line(signed.line()) == signed
    assert parse_line(sign(KEY, Domain.RECORD, b"").line()).payload == b""


GOOD = sign(KEY, Domain.RECORD, b"{}").line()
HEAD = GOOD[:86]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nospace", "no space between signature and payload"),
        (b"", "no space between signature and payload"),
        (b"short {}", "the signature is 5 characters, not 86"),
        (HEAD + b"A {}", "the signature is 87 characters, not 86"),
        (HEAD + b" " + b"x" * 65_537, "the payload is longer than 65536 bytes"),
        (HEAD + b" a\nb", "a line feed within the payload"),
        (HEAD + b" {}\n\n", "a line feed within the payload"),
        (b"=" * 86 + b" {}", "the signature is not base64url without padding"),
    ],
)
def test_malformed_lines_say_where(line: bytes, why: str) -> None:
    with pytest.raises(MalformedLine) as refused:
        parse_line(line)
    assert str(refused.value) == why


def test_a_line_may_come_without_its_line_feed_and_a_file_may_not() -> None:
    assert parse_line(GOOD[:-1]) == parse_line(GOOD) == parse_sole_line(GOOD)
    with pytest.raises(MalformedLine, match=r"^cut short$"):
        parse_sole_line(GOOD[:-1])
    with pytest.raises(MalformedLine, match=r"^a line feed within the payload$"):
        parse_sole_line(GOOD * 2)


def test_spaces_in_a_payload_are_its_own() -> None:
    payload = b' {"a": 1} '

    assert parse_line(HEAD + b" " + payload).payload == payload


def test_lines_are_numbered_and_all_end() -> None:
    lines = [sign(KEY, Domain.RECORD, payload) for payload in (b"{}", b"", b'{"a":1}')]
    data = b"".join(signed.line() for signed in lines)

    assert list(parse_lines(data)) == lines
    assert list(parse_lines(b"")) == []
    for wrong, why in (
        (data[:-1], "line 3: cut short"),
        (data + b"x", "line 4: cut short"),
        (GOOD + b"x\n", "line 2: no space between signature and payload"),
        (GOOD + b"\n", "line 2: no space between signature and payload"),
        (b"\n" + GOOD, "line 1: no space between signature and payload"),
    ):
        with pytest.raises(MalformedLine) as refused:
            list(parse_lines(wrong))
        assert str(refused.value) == why


def test_what_comes_before_a_malformed_line_is_read() -> None:
    lines = parse_lines(GOOD + b"x\n" + GOOD)

    assert next(lines) == parse_line(GOOD)
    with pytest.raises(MalformedLine):
        next(lines)
