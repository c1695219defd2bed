"""Seals small secrets that the database keeps, so that a copy of it does not tell them."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# AES-256, and the nonce that GCM is made for (NIST SP 800-38D), in bytes.
KEY_BYTES, NONCE_BYTES = 32, 12


class Seal:
    """Seals texts with AES-256-GCM under a key for one purpose, each bound to its row."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        """Take the server's secret, which lies in the key folder, and what the key is for,
        as ``"invigil/mail/1"`` (RFC 5869, HKDF: a key that serves nothing else).
        """
        made = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)
        self._key = AESGCM(made)

    def sealed(self, name: str, text: str) -> bytes:
        """Nonce and sealed text; ``name`` is the id of the row that it belongs to."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, text.encode(), name.encode())

    def opened(self, name: str, sealed: bytes) -> str | None:
        """The text, where it is this row's and this server's."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._key.decrypt(nonce, rest, name.encode()).decode()
        except (InvalidTag, ValueError):
            return None
