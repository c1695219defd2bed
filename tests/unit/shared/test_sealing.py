"""Sealing: opens with the right key, in its own place, unchanged; otherwise not at all."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    Suite,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sealing import (
    OVERHEAD_BYTES,
    OpeningKey,
    Place,
    SealError,
    SealingKey,
    read_header,
)

OPENING = OpeningKey(OpeningKey.generate())
SEALING = SealingKey(OPENING.public_key)
PLACE = Place("ab" * 16, "camera", 7)


@given(st.binary(max_size=2000))
@settings(max_examples=30)
def test_what_is_sealed_opens(plain: bytes) -> None:
    sealed = SEALING.seal(plain, PLACE)

    assert len(sealed) == len(plain) + OVERHEAD_BYTES
    assert OPENING.open(sealed, PLACE) == plain
    assert SEALING.seal(plain, PLACE) != sealed


@given(st.integers(min_value=0), st.integers(0, 7))
@settings(max_examples=60)
def test_no_flipped_bit_opens(at: int, bit: int) -> None:
    sealed = bytearray(SEALING.seal(b"evidence" * 50, PLACE))
    sealed[at % len(sealed)] ^= 1 << bit

    with pytest.raises(SealError):
        OPENING.open(bytes(sealed), PLACE)


def said(refused: pytest.ExceptionInfo[SealError]) -> str:
    return str(refused.value)


def test_another_key_does_not_open() -> None:
    sealed = SEALING.seal(b"evidence", PLACE)
    other = OpeningKey(OpeningKey.generate())

    with pytest.raises(SealError) as refused:
        other.open(sealed, PLACE)
    assert said(refused) == f"sealed to key {SEALING.kid[:16]}, not to {other.kid[:16]}"


@pytest.mark.parametrize(
    "place",
    [
        PLACE._replace(session="ac" * 16),
        PLACE._replace(stream="screen"),
        PLACE._replace(stream_seq=8),
    ],
)
def test_no_other_place_opens(place: Place) -> None:
    sealed = SEALING.seal(b"evidence", PLACE)

    with pytest.raises(SealError) as refused:
        OPENING.open(sealed, place)
    assert said(refused) == "changed since it was sealed, or not of this place"


def test_a_place_is_bound_as_the_specification_says() -> None:
    binding = b"invigil/segment/1\0" + b"ab" * 16 + b"\0camera\0" + b"\0\0\0\0\0\0\1\2"

    assert PLACE._replace(stream_seq=258).binding() == binding


def test_a_piece_is_laid_out_as_the_specification_says() -> None:
    """Opened from the specification's words with ``cryptography`` alone."""
    private = OpeningKey.generate()
    mlkem = MLKEM768PrivateKey.from_seed_bytes(private[:64])
    x25519 = X25519PrivateKey.from_private_bytes(private[64:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    binding = PLACE.binding()

    sealed = SealingKey(public).seal(b"evidence", PLACE)

    assert len(private) == 96
    assert len(sealed) == 1234 + len(b"evidence")
    assert sealed[:4] == b"IVS1"
    assert sealed[4:36] == hashlib.sha256(public).digest()
    assert sealed[36:38] == (1168).to_bytes(2, "big")
    wrapped, nonce, ciphertext = sealed[38:1206], sealed[1206:1218], sealed[1218:]
    key = suite.decrypt(wrapped, MLKEM768X25519PrivateKey(mlkem, x25519), info=binding)
    assert len(key) == 32
    assert AESGCM(key).decrypt(nonce, ciphertext, binding) == b"evidence"


def test_the_header_is_read_without_a_key() -> None:
    sealed = SEALING.seal(b"", PLACE)

    header = read_header(sealed)

    assert header.kid == SEALING.kid == OPENING.kid
    assert header.wrapped == sealed[38:1206]
    assert header.nonce == sealed[1206:1218]


def test_what_is_no_piece_says_why() -> None:
    sealed = SEALING.seal(b"", PLACE)

    for data, why in (
        (b"", "shorter than the 1234 bytes that any sealed piece has"),
        (sealed[:-1], "shorter than the 1234 bytes that any sealed piece has"),
        (b"IVS2" + sealed[4:], "does not begin with IVS1"),
        (sealed[:36] + b"\0\0" + sealed[38:], "the wrapped key is not 1168 bytes"),
        (sealed[:36] + b"\x90\4" + sealed[38:], "the wrapped key is not 1168 bytes"),
    ):
        with pytest.raises(SealError) as refused:
            read_header(data)
        assert said(refused) == why


def test_malformed_keys_are_refused() -> None:
    with pytest.raises(SealError) as refused:
        SealingKey(b"short")
    assert said(refused) == "an evidence key has 1216 bytes, not 5"
    with pytest.raises(SealError) as refused:
        SealingKey(b"\xff" * 1216)
    assert said(refused) == "the evidence key is not a valid ML-KEM-768 key"
    for wrong in (b"short", bytes(97)):
        with pytest.raises(SealError) as refused:
            OpeningKey(wrong)
        assert said(refused) == "a private evidence key has 96 bytes"
