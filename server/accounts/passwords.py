"""Passwords, as Argon2id hashes (RFC 9106, its second recommended parameters)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB and four lanes; more at once would starve the recorders.
MAX_AT_ONCE = 2

# OWASP ASVS 4.0.3, V2.1.1 and V2.1.2; nothing is asked of which characters they are (V2.1.9).
MIN_CHARS = 12
MAX_CHARS = 128

# What is hashed at all of what somebody types to sign in: what hashing costs grows with it.
MAX_TRIED_CHARS = 1_000

# Fewer different characters than this are a pattern, not a password ("aaaaaaaaaaaa").
MIN_DIFFERENT = 5

# What commonest passwords of this length are put together from, in lower case. No list of
# leaked passwords is at hand where nothing may be fetched; these are the stems of its top.
COMMON = (
    "password",
    "passwort",
    "qwertyuiop",
    "qwertzuiop",
    "1q2w3e4r5t",
    "iloveyou",
    "administrator",
    "welcome",
    "letmein",
    "changeme",
    "abcdefgh",
    "12345678",
    "98765432",
    "invigil",
)

# What has to be left of a password without such words in it.
MIN_BESIDE = 7


def fault_in(password: str, about: Iterable[str]) -> str | None:
    """Why this cannot be a password, in a sentence; ``None`` where it can.

    Args:
        password: what was chosen.
        about: what others know of its owner: the e-mail address, the institution's name.
    """
    if len(password) < MIN_CHARS:
        return f"A password has at least {MIN_CHARS} characters."
    if len(password) > MAX_CHARS:
        return f"A password has at most {MAX_CHARS} characters."
    if len(set(password)) < MIN_DIFFERENT:
        return "This password repeats itself too much to be one."
    text = password.casefold()
    known = [word.casefold() for one in about for word in (one, one.partition("@")[0]) if word]
    if any(len(word) > 2 and _beside(text, word) < MIN_BESIDE for word in known):
        return "This password is little more than your address or your institution's name."
    if any(_beside(text, word) < MIN_BESIDE for word in COMMON):
        return "This password is among those that are guessed first. Choose another."
    return None


def _beside(text: str, word: str) -> int:
    """How many characters of ``text`` are left without ``word``, where it holds it at all."""
    return len(text.replace(word, "")) if word in text else len(text)


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
