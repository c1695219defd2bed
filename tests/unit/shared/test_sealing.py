"""Sealing: opens with the right key, in its own place, unchanged; otherwise not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sealing import (
    HEADER_BYTES,
    OVERHEAD_BYTES,
    PUBLIC_BYTES,
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


def test_another_key_or_place_does_not_open() -> None:
    sealed = SEALING.seal(b"evidence", PLACE)

    with pytest.raises(SealError, match="sealed to key"):
        OpeningKey(OpeningKey.generate()).open(sealed, PLACE)
    with pytest.raises(SealError, match="not of this place"):
        OPENING.open(sealed, PLACE._replace(stream_seq=8))


def test_the_header_is_read_without_a_key() -> None:
    sealed = SEALING.seal(b"evidence", PLACE)

    assert read_header(sealed).kid == SEALING.kid == OPENING.kid
    with pytest.raises(SealError, match="shorter"):
        read_header(sealed[:HEADER_BYTES])
    with pytest.raises(SealError, match="IVS1"):
        read_header(b"IVS2" + sealed[4:])
    with pytest.raises(SealError, match="wrapped key"):
        read_header(sealed[:36] + b"\0\0" + sealed[38:])


def test_malformed_keys_are_refused() -> None:
    with pytest.raises(SealError, match="bytes"):
        SealingKey(b"short")
    with pytest.raises(SealError, match="ML-KEM"):
        SealingKey(b"\xff" * PUBLIC_BYTES)
    with pytest.raises(SealError, match="bytes"):
        OpeningKey(b"short")
