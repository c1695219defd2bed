"""Passwords, as Argon2id hashes (RFC 9106, its second recommended parameters)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

# Each hash takes 64 MiB and four lanes; more at once would starve the recorders.
MAX_AT_ONCE = 2

# OWASP ASVS 4.0.3, V2.1.1 and V2.1.2; nothing is asked of which characters they are (V2.1.9).
MIN_CHARS = 12
MAX_CHARS = 128

# What is hashed at all of what somebody types to sign in: what hashing costs grows with it.
MAX_TRIED_CHARS = 1_000

# What zxcvbn looks at of it: what estimating costs grows with the square.
MAX_JUDGED_CHARS = 72

# Words of which people here make passwords, and which its lists of English do not hold.
LOCAL = ("invigil", "passwort", "qwertzuiop", "sommer", "winter", "hallo", "prüfung", "exam")

# The score below which a password is refused: guessed within 10^8 tries (zxcvbn's 0 to 2).
GOOD = 3

# The words in an address or a name.
_PARTS = re.compile(r"\w+")

_GUESSED = "This password is among those that are guessed first. Choose another."
_KNOWN = "This password is little more than your address or your institution's name."


@dataclass(frozen=True, slots=True)
class Strength:
    """How well a password withstands guessing: ``score`` from 0 to 4 (very well), in
    ``words``; ``fault`` is why it cannot be one, in a sentence, or empty.
    """

    score: int
    words: str
    fault: str


def strength(password: str, about: Iterable[str]) -> Strength:
    """Judge what was chosen, by zxcvbn (Wheeler, USENIX Security 2016), which knows the
    passwords, names and words that leaked most often, keys beside each other and dates.

    Args:
        password: what was chosen.
        about: what others know of its owner: the e-mail address, the institution's name.
    """
    known = [word for one in about for word in (one, *_PARTS.findall(one)) if word]
    judged = password[:MAX_JUDGED_CHARS] or " "  # zxcvbn 4.5 fails at nothing
    score = int(zxcvbn(judged, user_inputs=[*known, *LOCAL])["score"])
    fault = _fault(password, score, known)
    return Strength(score, fault or ("Good." if score == GOOD else "Very good."), fault)


def fault_in(password: str, about: Iterable[str]) -> str:
    """Why this cannot be a password, in a sentence; empty where it can. As ``strength``."""
    return strength(password, about).fault


def _fault(password: str, score: int, known: Iterable[str]) -> str:
    if len(password) < MIN_CHARS:
        return f"A password has at least {MIN_CHARS} characters."
    if len(password) > MAX_CHARS:
        return f"A password has at most {MAX_CHARS} characters."
    if score >= GOOD:
        return ""
    text = password.casefold()
    about_them = any(len(word) > 2 and word.casefold() in text for word in known)
    return _KNOWN if about_them else _GUESSED


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
