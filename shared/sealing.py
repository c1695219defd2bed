"""Sealing: evidence that its own maker cannot read back.

Each piece gets a fresh AES-256-GCM key, which is wrapped by HPKE (RFC 9180; ML-KEM-768 +
X25519, HKDF-SHA256, AES-256-GCM) to the institution's evidence key. What the piece *is*
(session, stream, number) goes into HPKE's ``info`` and into AES-GCM's additional data, so
a sealed piece opens only in its own place.

    sealed  = "IVS1" ‖ kid (32) ‖ wrapped_len (2, big endian) ‖ wrapped ‖ nonce (12) ‖ ct
    binding = "invigil/segment/1\\0" ‖ session ‖ "\\0" ‖ stream ‖ "\\0" ‖ stream_seq (8, be)
"""

from __future__ import annotations

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from shared.encoding import sha256_hex

MAGIC = b"IVS1"
KID_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32

# X-Wing's encapsulation (1,088 + 32 bytes), the wrapped key and its tag.
WRAPPED_BYTES = 1120 + KEY_BYTES + TAG_BYTES
HEADER_BYTES = len(MAGIC) + KID_BYTES + 2 + WRAPPED_BYTES + NONCE_BYTES
OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES

# ML-KEM-768's 1,184 bytes, then X25519's 32; privately its 64-byte seed, then 32.
PUBLIC_BYTES = 1184 + 32
PRIVATE_BYTES = 64 + 32

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealError(ValueError):
    """The bytes are not a sealed piece, or not one of this place and key."""


class Place(NamedTuple):
    """What a sealed piece is: the ``stream_seq``-th of a stream of a session."""

    session: str
    stream: str
    stream_seq: int

    def binding(self) -> bytes:
        """The bytes that tie a piece to its place."""
        return b"invigil/segment/1\0%s\0%s\0%s" % (
            self.session.encode("ascii"),
            self.stream.encode("ascii"),
            self.stream_seq.to_bytes(8, "big"),
        )


class SealedHeader(NamedTuple):
    """What a sealed piece says of itself without any key."""

    kid: str
    wrapped: bytes
    nonce: bytes


class SealingKey:
    """An institution's public evidence key: seals, cannot open."""

    def __init__(self, public_key: bytes) -> None:
        """Take the raw public key.

        Raises:
            SealError: the bytes are not ML-KEM-768 (1,184) and X25519 (32) public keys.
        """
        if len(public_key) != PUBLIC_BYTES:
            raise SealError(f"an evidence key has {PUBLIC_BYTES} bytes, not {len(public_key)}")
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(public_key[:-32])
        except ValueError as error:
            raise SealError("the evidence key is not a valid ML-KEM-768 key") from error
        x25519 = X25519PublicKey.from_public_bytes(public_key[-32:])
        self._key = MLKEM768X25519PublicKey(mlkem, x25519)
        self.kid = sha256_hex(public_key)

    def seal(self, plain: bytes, place: Place) -> bytes:
        """Seal ``plain`` for its place; the result differs each time."""
        binding = place.binding()
        key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        wrapped = _SUITE.encrypt(key, self._key, info=binding)
        ciphertext = AESGCM(key).encrypt(nonce, plain, binding)
        return b"".join(
            (
                MAGIC,
                bytes.fromhex(self.kid),
                len(wrapped).to_bytes(2, "big"),
                wrapped,
                nonce,
                ciphertext,
            )
        )


class OpeningKey:
    """An institution's private evidence key: opens what was sealed to it."""

    def __init__(self, private_key: bytes) -> None:
        """Take the raw private key (ML-KEM-768 seed of 64 bytes, X25519 of 32).

        Raises:
            SealError: the length is wrong.
        """
        if len(private_key) != PRIVATE_BYTES:
            raise SealError(f"a private evidence key has {PRIVATE_BYTES} bytes")
        mlkem = MLKEM768PrivateKey.from_seed_bytes(private_key[:64])
        x25519 = X25519PrivateKey.from_private_bytes(private_key[64:])
        self._key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public_key = mlkem.public_key().public_bytes_raw() + (
            x25519.public_key().public_bytes_raw()
        )
        self.kid = sha256_hex(self.public_key)

    @staticmethod
    def generate() -> bytes:
        """The raw bytes of a new private key."""
        mlkem = MLKEM768PrivateKey.generate().private_bytes_raw()
        return mlkem + X25519PrivateKey.generate().private_bytes_raw()

    def open(self, sealed: bytes, place: Place) -> bytes:
        """The plain bytes of a piece sealed for ``place``.

        Raises:
            SealError: malformed, sealed to another key, for another place, or changed.
        """
        header = read_header(sealed)
        if header.kid != self.kid:
            raise SealError(f"sealed to key {header.kid[:16]}, not to {self.kid[:16]}")
        binding = place.binding()
        try:
            key = _SUITE.decrypt(header.wrapped, self._key, info=binding)
            return AESGCM(key).decrypt(header.nonce, sealed[HEADER_BYTES:], binding)
        except InvalidTag as error:
            raise SealError("changed since it was sealed, or not of this place") from error


def read_header(sealed: bytes) -> SealedHeader:
    """The public part of a sealed piece.

    Raises:
        SealError: the bytes are not a sealed piece of version 1.
    """
    if len(sealed) < OVERHEAD_BYTES:
        raise SealError(f"shorter than the {OVERHEAD_BYTES} bytes that any sealed piece has")
    if sealed[: len(MAGIC)] != MAGIC:
        raise SealError("does not begin with IVS1")
    at = len(MAGIC) + KID_BYTES
    kid = sealed[len(MAGIC) : at].hex()
    if int.from_bytes(sealed[at : at + 2], "big") != WRAPPED_BYTES:
        raise SealError(f"the wrapped key is not {WRAPPED_BYTES} bytes")
    wrapped = sealed[at + 2 : at + 2 + WRAPPED_BYTES]
    return SealedHeader(kid, wrapped, sealed[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES])
