"""Hashes, base64 and ids as text: one form each, known answers, and no other form."""

from __future__ import annotations

import string

import pytest

from shared.encoding import (
    HASH_HEX,
    ID_HEX,
    ZERO_HASH,
    EncodingError,
    from_base64,
    sha256_hex,
    to_base64,
)

# RFC 4648, section 5; the last characters are those that plain base64 writes otherwise.
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def test_a_hash_is_sha_256_in_lower_case() -> None:
    """The one-block example of FIPS 180-4."""
    assert sha256_hex(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert ZERO_HASH == "0" * 64


@pytest.mark.parametrize(
    ("pattern", "digits"), [(HASH_HEX, 64), (ID_HEX, 32)], ids=["hash", "id"]
)
def test_hex_is_lower_case_and_of_one_length(pattern, digits: int) -> None:
    every = "0123456789abcdef" * 4

    assert pattern.fullmatch(every[:digits])
    assert not pattern.fullmatch(every[: digits - 1])
    assert not pattern.fullmatch(every[:digits] + "0")
    for wrong in "AFg/:`@ \n":
        assert not pattern.fullmatch(wrong + every[1:digits])


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")],
)
def test_base64_has_no_padding(data: bytes, text: str) -> None:
    """The examples of RFC 4648, section 10, without their padding."""
    assert to_base64(data) == text
    assert from_base64(text) == from_base64(text.encode()) == data


@pytest.mark.parametrize("last", ALPHABET)
def test_every_character_counts_at_the_end(last: str) -> None:
    number = ALPHABET.index(last)

    assert from_base64("AAA" + last) == bytes([0, 0, number])
    assert to_base64(bytes([0, 0, number])) == "AAA" + last


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", "not base64url: "),
        ("AB", "not the canonical base64url of its bytes"),
        ("AAB", "not the canonical base64url of its bytes"),
        ("AA==", "not base64url without padding"),
        ("AAAA\n", "not base64url without padding"),
        ("AA+/", "not base64url without padding"),
        ("AAé", "not base64url without padding"),
    ],
)
def test_what_is_no_base64_says_why(text: str, why: str) -> None:
    with pytest.raises(EncodingError) as refused:
        from_base64(text)
    assert str(refused.value).startswith(why)
    with pytest.raises(EncodingError):
        from_base64(text.encode())
