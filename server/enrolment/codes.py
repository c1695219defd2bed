"""One-time codes: twelve characters that people can read out, 60 bits that nobody guesses.

Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U; what people
write for them is read as what was meant. Shown as ``XXXX-XXXX-XXXX``. Only a keyed hash is
kept, so that a copy of the database opens no session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlencode, urlsplit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARS = 12
GROUP_CHARS = 4

LINK_SCHEME = "invigil"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A random code, grouped."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS)))


def grouped(code: str) -> str:
    """A code as it is shown, whether it is grouped already or not."""
    code = code.replace("-", "")
    return "-".join(code[at : at + GROUP_CHARS] for at in range(0, len(code), GROUP_CHARS))


def plain(typed: str) -> str | None:
    """What was typed, as a plain code; ``None`` where it cannot be one."""
    code = "".join(typed.upper().translate(_MEANT).replace("-", " ").split())
    fits = len(code) == CODE_CHARS and all(character in ALPHABET for character in code)
    return code if fits else None


def code_hash(secret: bytes, code: str) -> str:
    """What the database keeps of a plain code."""
    message = b"invigil/code/1\0" + code.encode("ascii")
    return hmac.digest(secret, message, hashlib.sha256).hex()


def link(base_url: str, code: str, key_fingerprint: str) -> str:
    """The link that opens the recorder: server, code, and the key to expect there."""
    parts = urlsplit(base_url)
    query = {"key": key_fingerprint}
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        query["insecure"] = "1"
    return f"{LINK_SCHEME}://{parts.netloc}/{grouped(code)}?{urlencode(query)}"
