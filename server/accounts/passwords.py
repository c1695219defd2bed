"""Passwords, as Argon2id hashes (RFC 9106, its second recommended parameters)."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB and four lanes; more at once would starve the recorders.
MAX_AT_ONCE = 2

# Long enough that guessing over the network is hopeless (NIST SP 800-63B, 5.1.1).
MIN_CHARS = 10
MAX_CHARS = 1_000


class Passwords:
    """Hashes and checks passwords off the event loop, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Take the hasher; its default parameters are argon2-cffi's."""
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """The hash to keep of a new password."""
        return self._hasher.hash(password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one kept.

        Without a kept hash (no such account) the answer is no and takes as long, so that
        time does not tell which accounts exist.
        """
        async with self._turns:
            return await asyncio.to_thread(self._verify, kept, password)

    async def hash_slowly(self, password: str) -> str:
        """The hash of a password, off the event loop."""
        async with self._turns:
            return await asyncio.to_thread(self.hash, password)

    def is_stale(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None
