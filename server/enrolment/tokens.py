"""The bearer token of a session: 256 bits that only this server can make.

It is derived from the server's secret and the session's id, so that redeeming a code again
gives the same token without keeping it; the database holds its hash only, and changing
that hash revokes it.
"""

from __future__ import annotations

import hashlib
import hmac

from shared.encoding import sha256_hex, to_base64

SCHEME = "bearer"


class Tokens:
    """Makes and checks session tokens."""

    def __init__(self, secret: bytes) -> None:
        """Take the server's secret (32 random bytes)."""
        self._secret = secret

    def of(self, session_id: str) -> str:
        """The session's token (base64url)."""
        message = b"invigil/session-token/1\0" + session_id.encode("ascii", "replace")
        return to_base64(hmac.digest(self._secret, message, hashlib.sha256))

    def checked(self, session_id: str, authorization: str | None) -> str | None:
        """The hash of the token in an ``Authorization`` header, where it is this session's."""
        scheme, _, token = (authorization or "").partition(" ")
        given = token.strip().encode("utf-8", "replace")
        right = hmac.compare_digest(given, self.of(session_id).encode("ascii"))
        return token_hash(token.strip()) if right and scheme.lower() == SCHEME else None


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return sha256_hex(token.encode("ascii"))
